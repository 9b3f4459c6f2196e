"""Estimates a noise file from matched clips.

A class's geometry, scores and runs come from all objects of its kind (person; car, bus and truck; bicycle and
motorcycle), since a clip shows few buses; so does its recall. Each bin's estimate is drawn towards that of all bins of
the kind by PRIOR observations, so that a bin with three boxes says nothing loud. What the clips do not show at all
keeps the figures of the file that is refined; `shown` says how many boxes stand behind each kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.evaluation.overlap import iou
from infra.noise.doubles_estimate import doubles_of
from infra.noise.fusion import KINDS
from infra.noise.matching import FoundBoxes, Matched
from producers.simulator.noise.class_noise import ClassNoise
from producers.simulator.noise.false_alarms import FalseAlarms
from producers.simulator.noise.noise_model import COCO_IDS, NoiseModel

Floats = NDArray[np.float64]

#: Edges of the bins of height, pixels of the canvas.
HEIGHT_EDGES: Final = (0.0, 12.0, 16.0, 22.0, 30.0, 42.0, 64.0, 10_000.0)
VISIBLE_EDGES: Final = (0.0, 0.3, 0.6, 0.9, 1.0)
#: Observations that the mean of a kind counts as in each bin.
PRIOR: Final = 20.0
#: A kind with fewer true boxes than this is not fitted.
LEAST_BOXES: Final = 150
#: A bin with fewer boxes than this is not shown by the clips.
LEAST_IN_BIN: Final = 10
#: Observations that a class's own labels need before they count fully.
LABEL_PRIOR: Final = 30.0
#: A false alarm stays where one of the frame before is, overlapping by this.
STAY_IOU: Final = 0.5


@dataclass(frozen=True, slots=True)
class Observed:
    """A clip with what the detector found.

    Attributes:
        name: of the clip.
        scale: pixels of the canvas in one of the picture.
        frames: number of sampled frames.
        boxes: what was found.
        matched: the same, matched with the truth.
    """

    name: str
    scale: float
    frames: int
    boxes: FoundBoxes
    matched: Matched


@dataclass(frozen=True, slots=True)
class Pool:
    """Sure true boxes of one kind over all clips; object numbers differ from clip to clip.

    Attributes:
        height: float64 [B], pixels of the canvas.
        visible: float64 [B].
        found: bool [B].
        error: float64 [B, 4].
        score: float64 [B].
        true_class, label: int64 [B].
        thing, frame: int64 [B], sorted by thing, then frame.
    """

    height: Floats
    visible: Floats
    found: NDArray[np.bool_]
    error: Floats
    score: Floats
    true_class: NDArray[np.int64]
    label: NDArray[np.int64]
    thing: NDArray[np.int64]
    frame: NDArray[np.int64]


def pool_of(clips: Sequence[Observed], kind: int) -> Pool:
    """Gather a kind's boxes."""
    parts = []
    for number, clip in enumerate(clips):
        m = clip.matched
        own = np.array([KINDS[int(c)] == kind for c in m.truth.class_id], bool)
        xyxy = m.truth.xyxy_px[own]
        things = m.truth.object_id[own] + number * 1_000_000
        parts.append(
            np.column_stack(
                [
                    (xyxy[:, 3] - xyxy[:, 1]) * clip.scale,
                    m.visible_ratio[own],
                    m.found[own],
                    m.error[own],
                    m.score[own],
                    m.truth.class_id[own],
                    m.label[own],
                    things,
                    m.truth.frame[own],
                ]
            )
        )
    rows = np.concatenate(parts)
    rows = rows[np.lexsort((rows[:, 11], rows[:, 10]))]
    whole = rows[:, 8:].astype(np.int64)
    return Pool(
        rows[:, 0],
        rows[:, 1],
        rows[:, 2] > 0,
        rows[:, 3:7],
        rows[:, 7],
        whole[:, 0],
        whole[:, 1],
        whole[:, 2],
        whole[:, 3],
    )


def refined(model: NoiseModel, clips: Sequence[Observed]) -> tuple[NoiseModel, Mapping[str, int]]:
    """Return the model with what the clips show in place of its own, and the number of true boxes by class."""
    classes, shown = {}, {}
    for kind in sorted(set(KINDS.values())):
        pool = pool_of(clips, kind)
        for name, coco in COCO_IDS.items():
            if KINDS[coco] != kind:
                continue
            shown[name] = int((pool.true_class == coco).sum())
            old = model.classes[name]
            if len(pool.height) < LEAST_BOXES:
                classes[name] = old
                continue
            doubles = doubles_of([(clip.boxes, clip.matched) for clip in clips], kind, old.doubles)
            classes[name] = replace(_class(old, pool, coco), doubles=doubles)
    alarms = {name: _alarms(clips, coco, model.false_alarms[name]) for name, coco in COCO_IDS.items()}
    return replace(model, classes={name: classes[name] for name in COCO_IDS}, false_alarms=alarms), shown


def _class(old: ClassNoise, pool: Pool, coco: int) -> ClassNoise:
    """Return a class's noise."""
    bins = np.clip(np.searchsorted(HEIGHT_EDGES, pool.height, "right") - 1, 0, len(HEIGHT_EDGES) - 2)
    count = len(HEIGHT_EDGES) - 1
    clear = pool.visible >= VISIBLE_EDGES[-2]
    whole = float(pool.found[clear].mean())
    recall = _recall([pool.found[clear & (bins == n)] for n in range(count)], whole)
    expected = recall[bins]
    factors = []
    for low, high in pairwise(VISIBLE_EDGES[:-1]):
        part = (pool.visible >= low) & (pool.visible < high)
        factors.append((pool.found[part].sum() + 2.0 * low) / (expected[part].sum() + 2.0))
    own = pool.found
    bias, sd = _moments(pool.error, own, bins, count)
    score_mean, score_sd = _moments(pool.score[:, None], own, bins, count)
    correlation = _correlation(pool, own)
    confusion, run = _labels(pool, own, coco, old)
    return ClassNoise(
        name=old.name,
        height_px_edges=HEIGHT_EDGES,
        recall=_rounded(recall),
        visible_ratio_edges=VISIBLE_EDGES,
        recall_factor=_rounded(np.clip([*factors, 1.0], 0.0, 1.0)),
        missed_run_frames=_rounded(_runs(pool, bins, recall)),
        centre_bias_ratio=_pairs(bias[:, :2]),
        centre_sd_ratio=_pairs(sd[:, :2]),
        size_bias_ratio=_pairs(bias[:, 2:]),
        size_sd_ratio=_pairs(sd[:, 2:]),
        error_correlation=(round(correlation, 3),) * count,
        score_mean=_rounded(score_mean[:, 0]),
        score_sd=_rounded(score_sd[:, 0]),
        confusion=confusion,
        label_run_frames=run,
        doubles=old.doubles,
    )


def _recall(found: Sequence[NDArray[np.bool_]], whole: float) -> Floats:
    """Return the recall by bin. Below the smallest bin that the clips show, each has half of the next one's."""
    out = np.array([_drawn(one, whole) for one in found])
    shown = [n for n, one in enumerate(found) if len(one) >= LEAST_IN_BIN]
    for n in range(shown[0] - 1 if shown else -1, -1, -1):
        out[n] = 0.5 * out[n + 1]
    return out


def _drawn(hits: NDArray[np.bool_], mean: float) -> float:
    return float((hits.sum() + PRIOR * mean) / (len(hits) + PRIOR))


def _rounded(values: NDArray[np.float64] | Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)


def _pairs(rows: Floats) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(a), 4), round(float(b), 4)) for a, b in rows)


def _moments(values: Floats, own: NDArray[np.bool_], bins: NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """Return mean and standard deviation by bin, float64 [count, columns], drawn towards those of all bins."""
    mean_all, variance_all = values[own].mean(axis=0), values[own].var(axis=0)
    means, sds = [], []
    for n in range(count):
        part = values[own & (bins == n)]
        mean = (part.sum(axis=0) + PRIOR * mean_all) / (len(part) + PRIOR)
        square = ((part - mean) ** 2).sum(axis=0)
        means.append(mean)
        sds.append(np.sqrt((square + PRIOR * variance_all) / (len(part) + PRIOR)))
    return np.array(means), np.array(sds)


def _neighbours(pool: Pool) -> NDArray[np.int64]:
    """Return the places of boxes whose next row is the same object's in the next frame."""
    next_one = (pool.thing[1:] == pool.thing[:-1]) & (pool.frame[1:] == pool.frame[:-1] + 1)
    return np.flatnonzero(next_one)


def _runs(pool: Pool, bins: NDArray[np.int64], recall: Floats) -> Floats:
    """Return the mean length of runs of misses by bin: 1 / (1 - P(missed after missed)); at least 1 / recall."""
    at = _neighbours(pool)
    at = at[~pool.found[at] & (pool.visible[at] >= VISIBLE_EDGES[-2])]
    again = ~pool.found[at + 1]
    stay_all = float(again.mean()) if len(again) else 0.0
    out = []
    for n, share in enumerate(recall):
        stay = _drawn(again[bins[at] == n], stay_all)
        out.append(max(1.0 / max(share, 0.02), 1.0 / (1.0 - min(stay, 0.98))))
    return np.array(out)


def _correlation(pool: Pool, own: NDArray[np.bool_]) -> float:
    """Return the correlation of a box's errors from one frame to the next, mean of the four."""
    at = _neighbours(pool)
    at = at[own[at] & own[at + 1]]
    if len(at) < LEAST_BOXES:
        return 0.5
    a, b = pool.error[at], pool.error[at + 1]
    each = [float(np.corrcoef(a[:, n], b[:, n])[0, 1]) for n in range(4)]
    return float(np.clip(np.mean(each), 0.0, 0.95))


def _labels(pool: Pool, own: NDArray[np.bool_], coco: int, old: ClassNoise) -> tuple[Mapping[str, float], float]:
    """Return the shares of labels, drawn towards the old file's, and the frames until one is drawn anew."""
    mine = own & (pool.true_class == coco)
    shares = {
        name: (float((pool.label[mine] == other).sum()) + LABEL_PRIOR * old.confusion.get(name, 0.0))
        / (float(mine.sum()) + LABEL_PRIOR)
        for name, other in COCO_IDS.items()
    }
    total = sum(round(share, 4) for share in shares.values() if share >= 0.0005)
    rounded = {name: round(round(share, 4) / total, 4) for name, share in shares.items() if share >= 0.0005}
    at = _neighbours(pool)
    at = at[mine[at] & own[at + 1]]
    square = sum(share * share for share in rounded.values())
    if len(at) < LEAST_BOXES or square > 0.98:
        return rounded, old.label_run_frames
    redrawn = (1.0 - float((pool.label[at] == pool.label[at + 1]).mean())) / (1.0 - square)
    return rounded, round(float(np.clip(1.0 / max(redrawn, 0.02), 1.0, 50.0)), 2)


def _alarms(clips: Sequence[Observed], coco: int, old: FalseAlarms) -> FalseAlarms:
    """Return a class's false alarms; where there are fewer than five, in the old ones' shape.

    The rate is the mean of the clips' rates: a long clip says no more of a city's cameras than a short one.
    """
    rates, rows, stays = [], [], []
    for clip in clips:
        own = clip.matched.false_alarm & (clip.matched.double_of < 0) & (clip.boxes.class_id == coco)
        rates.append(own.sum() / clip.frames)
        boxes, frame = clip.boxes.xyxy_px[own], clip.boxes.frame[own]
        size = boxes[:, 2:] - boxes[:, :2]
        rows.append(np.column_stack([np.log(size[:, 1] * clip.scale), size[:, 0] / size[:, 1], clip.boxes.score[own]]))
        stays += [
            bool(len(boxes[frame == f + 1]) and iou(box[None], boxes[frame == f + 1]).max() > STAY_IOU)
            for box, f in zip(boxes, frame, strict=True)
        ]
    every = np.concatenate(rows)
    if len(every) < 5:
        frames = sum(clip.frames for clip in clips)
        return replace(old, per_frame=round((len(every) + 0.5) / frames, 5))
    mean, sd = every.mean(axis=0), every.std(axis=0)
    return FalseAlarms(
        per_frame=round(float(np.mean(rates)), 4),
        height_px_log_mean=round(float(mean[0]), 3),
        height_px_log_sd=round(float(sd[0]), 3),
        aspect_mean=round(float(mean[1]), 3),
        aspect_sd=round(float(sd[1]), 3),
        score_mean=round(float(mean[2]), 4),
        score_sd=round(float(sd[2]), 4),
        run_frames=round(float(np.clip(1.0 / (1.0 - min(float(np.mean(stays)), 0.98)), 1.0, 50.0)), 2),
    )
