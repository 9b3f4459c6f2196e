"""NoiseTables: a noise file as the flat arrays that the kernel takes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from producers.simulator.noise.class_noise import ClassNoise
from producers.simulator.noise.doubles import Doubles
from producers.simulator.noise.false_alarms import FalseAlarms
from producers.simulator.noise.kernel import BIN_COLUMNS, FALSE_COLUMNS, NORMALS, SLOT_CHANCE
from producers.simulator.noise.noise_model import COCO_IDS, NoiseModel
from producers.simulator.noise.plate_noise import PlateNoise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Characters of ASCII.
ASCII: Final = 128


@dataclass(frozen=True, slots=True)
class PlateTables:
    """How plates are read; float64 arrays.

    Attributes:
        height_px_edges: [n+1].
        read_rate, character_accuracy: [n].
        shares: [ASCII, ASCII], cumulative over what a character is misread as; rows without an entry are 0.
        second_rank_right: share.
    """

    height_px_edges: Floats
    read_rate: Floats
    character_accuracy: Floats
    shares: Floats
    second_rank_right: float


@dataclass(frozen=True, slots=True)
class NoiseTables:
    """Of C = len(COCO_IDS) classes with at most N bins of height and V of visible share.

    Attributes:
        analysis_fps: ticks a second.
        scalars: float64 [3], canvas side (px), least score, most false boxes of a frame.
        edges: float64 [C, N+1], edges of the bins of height, pixels of the canvas.
        counts: int64 [C, 2], bins of height and of visible share in use.
        bins: float64 [C, N, BIN_COLUMNS], see kernel.py.
        visible_edges: float64 [C, V+1].
        factors: float64 [C, V].
        shares: float64 [C, C], cumulative shares of labels.
        label_renewal: float64 [C], chance a tick that a label is drawn anew.
        doubles: float64 [C, DOUBLE_COLUMNS], see kernel.py.
        alarms: float64 [C, FALSE_COLUMNS], see kernel.py.
        coco: int64 [C].
        normals: float64 [NORMALS], quantiles of the normal distribution at the middles of equal shares, scaled to unit
            variance.
        plates: how plates are read.
    """

    analysis_fps: float
    scalars: Floats
    edges: Floats
    counts: Ints
    bins: Floats
    visible_edges: Floats
    factors: Floats
    shares: Floats
    label_renewal: Floats
    doubles: Floats
    alarms: Floats
    coco: Ints
    normals: Floats
    plates: PlateTables

    @classmethod
    def of(cls, model: NoiseModel) -> "NoiseTables":
        """Lay a noise file out."""
        classes = list(model.classes.values())
        names = list(COCO_IDS)
        most = max(len(one.recall) for one in classes)
        seen = max(len(one.recall_factor) for one in classes)
        alarms = np.zeros((len(names), FALSE_COLUMNS))
        for name, alarm in model.false_alarms.items():
            alarms[names.index(name)] = _alarm_row(alarm)
        normals = ndtri((np.arange(NORMALS) + 0.5) / NORMALS)
        return cls(
            analysis_fps=model.detector.analysis_fps,
            scalars=np.array([model.detector.canvas_side_px, model.detector.score_threshold, alarms[:, 1].sum()]),
            edges=np.stack([_padded(one.height_px_edges, most + 1) for one in classes]),
            counts=np.array([[len(one.recall), len(one.recall_factor)] for one in classes], np.int64),
            bins=np.stack([_bins(one, most) for one in classes]),
            visible_edges=np.stack([_padded(one.visible_ratio_edges, seen + 1) for one in classes]),
            factors=np.stack([_padded(one.recall_factor, seen) for one in classes]),
            shares=np.cumsum([[one.confusion.get(name, 0.0) for name in names] for one in classes], axis=1),
            label_renewal=np.array([1.0 / one.label_run_frames for one in classes]),
            doubles=np.stack([_doubles_row(one.doubles) for one in classes]),
            alarms=alarms,
            coco=np.array(list(COCO_IDS.values()), np.int64),
            normals=np.asarray(normals / normals.std()),
            plates=_plate_tables(model.plates),
        )


def _padded(values: object, length: int) -> Floats:
    """Return values repeated at their end up to a length."""
    row = np.asarray(values, np.float64)
    return np.concatenate([row, np.full(length - len(row), row[-1])])


def _bins(one: ClassNoise, most: int) -> Floats:
    """Return float64 [most, BIN_COLUMNS]."""
    out = np.zeros((most, BIN_COLUMNS))
    for n, recall in enumerate(one.recall):
        renewal = min(1.0, 1.0 / (recall * one.missed_run_frames[n])) if recall > 0.0 else 1.0
        out[n] = (
            recall,
            renewal,
            *one.centre_bias_ratio[n],
            *one.size_bias_ratio[n],
            *one.centre_sd_ratio[n],
            *one.size_sd_ratio[n],
            one.error_correlation[n],
            one.score_mean[n],
            one.score_sd[n],
        )
    return out


def _doubles_row(doubles: Doubles) -> Floats:
    """Return float64 [DOUBLE_COLUMNS]."""
    return np.array(
        [
            doubles.share_found,
            doubles.share_missed,
            1.0 / doubles.run_frames,
            *doubles.centre_bias_ratio,
            *doubles.size_bias_ratio,
            *doubles.centre_sd_ratio,
            *doubles.size_sd_ratio,
            doubles.score_mean,
            doubles.score_sd,
        ]
    )


def _alarm_row(alarm: FalseAlarms) -> Floats:
    """Return float64 [FALSE_COLUMNS]: false boxes come in slots, each of which is filled by its own chance."""
    slots = max(1, int(np.ceil(alarm.per_frame / SLOT_CHANCE)))
    chance = alarm.per_frame / slots
    renewal = min(1.0, 1.0 / (alarm.run_frames * (1.0 - chance)))
    return np.array(
        [
            chance,
            slots,
            renewal,
            alarm.height_px_log_mean,
            alarm.height_px_log_sd,
            alarm.aspect_mean,
            alarm.aspect_sd,
            alarm.score_mean,
            alarm.score_sd,
        ]
    )


def _plate_tables(plates: PlateNoise) -> PlateTables:
    shares = np.zeros((ASCII, ASCII))
    for true, wrong in plates.confusions.items():
        for other, share in wrong.items():
            shares[ord(true), ord(other)] = share
    # a drawn number below 1 finds a share even where a row adds up to a little less
    total = shares.sum(axis=1, keepdims=True)
    cumulative = np.cumsum(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0.0), axis=1)
    cumulative[total[:, 0] > 0.0, -1] = 1.0
    return PlateTables(
        np.asarray(plates.height_px_edges, np.float64),
        np.asarray(plates.read_rate, np.float64),
        np.asarray(plates.character_accuracy, np.float64),
        cumulative,
        plates.second_rank_right,
    )
