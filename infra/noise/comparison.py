"""Holds the simulated detector against the real one on a clip: the noise file laid on the clip's truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from infra.noise.estimate import Observed
from infra.noise.matching import FoundBoxes, Matched, match, sure_part, visible_ratios
from infra.noise.truth_file import ClipTruth
from producers.simulator.noise.apply import apply_noise
from producers.simulator.noise.frames import TrueFrames
from producers.simulator.noise.noise_model import COCO_IDS
from producers.simulator.noise.noise_tables import NoiseTables

#: Runs of the simulated detector that are averaged.
RUNS: Final = 20


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a detector's boxes are.

    Attributes:
        recall: share of sure true boxes found.
        precision: share of its boxes that are true ones', of those not on unsure objects.
        centre_sd_ratio: standard deviation of the centre's error, share of the box's size, both axes together.
        size_sd_ratio: the same of width and height.
        iou_mean: mean overlap of found boxes.
        score_mean: mean score of found boxes.
        missed_run_frames: mean length of a run of misses of one object in successive frames.
        label_share: share of found boxes with the true class's label.
    """

    recall: float
    precision: float
    centre_sd_ratio: float
    size_sd_ratio: float
    iou_mean: float
    score_mean: float
    missed_run_frames: float
    label_share: float


def quality(runs: Sequence[Matched]) -> Quality:
    """Return the quality over one or more runs on one clip."""
    found = np.concatenate([one.found for one in runs])
    false_alarms = sum(int(one.false_alarm.sum()) for one in runs)
    error = np.concatenate([one.error[one.found] for one in runs])
    hits = int(found.sum())
    right = np.concatenate([one.label[one.found] == one.truth.class_id[one.found] for one in runs])
    none = float("nan")
    return Quality(
        recall=hits / len(found) if len(found) else none,
        precision=hits / (hits + false_alarms) if hits + false_alarms else none,
        centre_sd_ratio=float(np.sqrt(error[:, :2].var(axis=0).mean())) if hits else none,
        size_sd_ratio=float(np.sqrt(error[:, 2:].var(axis=0).mean())) if hits else none,
        iou_mean=float(np.concatenate([one.overlap[one.found] for one in runs]).mean()) if hits else none,
        score_mean=float(np.concatenate([one.score[one.found] for one in runs]).mean()) if hits else none,
        missed_run_frames=float(np.mean([run for one in runs for run in _missed_runs(one)] or [0])),
        label_share=float(right.mean()) if hits else none,
    )


def simulated(tables: NoiseTables, clip: Observed, truth: ClipTruth, size_px: tuple[int, int], seed: int) -> FoundBoxes:
    """Return what the noise makes of a clip's sure boxes."""
    sure = sure_part(truth)
    names = list(COCO_IDS.values())
    first = np.searchsorted(sure.frame, np.arange(clip.frames + 1))
    out = apply_noise(
        tables,
        seed,
        TrueFrames(
            camera_number=np.zeros(clip.frames, np.int64),
            tick=np.arange(clip.frames, dtype=np.int64),
            size_px=np.tile(np.array(size_px, np.float64), (clip.frames, 1)),
            zoom=np.ones(clip.frames),
            first=first.astype(np.int64),
            object_id=sure.object_id,
            class_index=np.array([names.index(int(c)) for c in sure.class_id], np.int64),
            xyxy_px=sure.xyxy_px,
            visible_ratio=visible_ratios(sure),
        ),
    )
    frame = np.repeat(np.arange(clip.frames), np.diff(out.first))
    return FoundBoxes(frame, out.xyxy_px, out.score, out.class_id)


def simulated_quality(tables: NoiseTables, clip: Observed, truth: ClipTruth, size_px: tuple[int, int]) -> Quality:
    """Return the simulated detector's quality, over RUNS seeds."""
    return quality([match(truth, simulated(tables, clip, truth, size_px, seed)) for seed in range(1, RUNS + 1)])


def _missed_runs(one: Matched) -> list[int]:
    """Return the lengths of runs of misses."""
    order = np.lexsort((one.truth.frame, one.truth.object_id))
    thing, frame, found = one.truth.object_id[order], one.truth.frame[order], one.found[order]
    runs, length = [], 0
    for n in range(len(order)):
        follows = n > 0 and thing[n] == thing[n - 1] and frame[n] == frame[n - 1] + 1
        if length and (found[n] or not follows):
            runs.append(length)
            length = 0
        length += not found[n]
    return [*runs, length] if length else runs
