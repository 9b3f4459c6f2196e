"""Fuses what all models and views find in one frame into candidates, each with the support that it has."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.evaluation.overlap import iou

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Kinds: classes that detectors confuse on one object are one kind; others are left out. COCO-80 id -> kind.
KINDS: Final = {0: 0, 1: 1, 3: 1, 2: 2, 5: 2, 7: 2}
#: Boxes of one kind that overlap by more are one object: the detector's own limit (PerceptionSettings.merge_iou_ratio).
SAME_IOU: Final = 0.55
#: A tile shows an object at 1 / TILE_RATIO the resolution: its boxes count twice in the mean.
TILE_WEIGHT: Final = 2.0
#: A candidate with this share of it on another, or this overlap with it, whose support is so many times its own, is a
#: part of that one.
SHADOW_SHARE: Final = 0.7
SHADOW_IOU: Final = 0.25
SHADOW_SUPPORT: Final = 2.5


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidates of one frame.

    Attributes:
        xyxy_px: float64 [n, 4], mean of the boxes, weighted by score squared, tiles twice.
        support: float64 [n], mean over the voters of the whole view and half a voter more, of their best score: 0 to 1.
        class_id: int64 [n], COCO-80, by sum of scores.
    """

    xyxy_px: Floats
    support: Floats
    class_id: Ints


def fuse(rows: Floats) -> Candidates:
    """Fuse the rows of RawBoxes."""
    kinds = np.array([KINDS.get(int(c), -1) for c in rows[:, 5]], np.int64)
    rows, kinds = rows[kinds >= 0], kinds[kinds >= 0]
    order = np.argsort(-rows[:, 4], kind="stable")
    rows, kinds = rows[order], kinds[order]
    overlap = iou(rows[:, :4], rows[:, :4])
    free = np.ones(len(rows), bool)
    boxes, support, classes = [], [], []
    for lead in range(len(rows)):
        if not free[lead]:
            continue
        own = free & (kinds == kinds[lead]) & (overlap[lead] >= SAME_IOU)
        free &= ~own
        members = rows[own]
        weight = members[:, 4] ** 2 * np.where(members[:, 6] % 10 > 0, TILE_WEIGHT, 1.0)
        boxes.append((members[:, :4] * weight[:, None]).sum(0) / weight.sum())
        support.append(_support(members))
        votes = np.bincount(members[:, 5].astype(np.int64), members[:, 4])
        classes.append(int(votes.argmax()))
    return _without_shadows(Candidates(np.array(boxes).reshape(-1, 4), np.array(support), np.array(classes, np.int64)))


def _without_shadows(found: Candidates) -> Candidates:
    """Drop candidates that lie largely on one of their kind with far more support: parts and halves of one object."""
    low = np.maximum(found.xyxy_px[:, None, :2], found.xyxy_px[None, :, :2])
    high = np.minimum(found.xyxy_px[:, None, 2:], found.xyxy_px[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=2)
    area = (found.xyxy_px[:, 2:] - found.xyxy_px[:, :2]).prod(axis=1)
    largely = (shared > SHADOW_SHARE * area[:, None]) | (iou(found.xyxy_px, found.xyxy_px) > SHADOW_IOU)
    kinds = np.array([KINDS[int(c)] for c in found.class_id], np.int64)
    stronger = found.support[None, :] > SHADOW_SUPPORT * found.support[:, None]
    keep = ~(largely & stronger & (kinds[:, None] == kinds[None, :])).any(axis=1)
    return Candidates(found.xyxy_px[keep], found.support[keep], found.class_id[keep])


def _support(members: Floats) -> float:
    """Return the support: each model's best score in the whole view (plain, mirrored) and in the tiles, averaged."""
    best = np.zeros((2, 3))
    for row in members:
        voter, view = divmod(int(row[6]), 10)
        model, mirrored = divmod(voter, 2)
        place = 2 if view > 0 else mirrored
        best[model, place] = max(best[model, place], row[4])
    return float(best.mean())
