"""Matches a detector's boxes with a clip's truth, frame by frame, and measures what the noise file holds."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from infra.evaluation.overlap import iou
from infra.noise.fusion import KINDS
from infra.noise.truth_file import ClipTruth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Least overlap of a box that finds an object (PASCAL VOC, COCO's AP50).
LEAST_IOU: Final = 0.5
#: A false alarm that overlaps a true box of its kind by this belongs to it: a double, or a find placed badly.
DOUBLE_IOU: Final = 0.1
#: A box with this share of it on an unsure object is no false alarm.
UNSURE_SHARE: Final = 0.5
#: Side of the grid that visible shares are counted on.
GRID: Final = 12


@dataclass(frozen=True, slots=True)
class FoundBoxes:
    """A detector's boxes of a clip, in the order of frames.

    Attributes:
        frame: int64 [K], ordinal of the sampled frame.
        xyxy_px: float64 [K, 4].
        score: float64 [K].
        class_id: int64 [K], COCO-80.
    """

    frame: Ints
    xyxy_px: Floats
    score: Floats
    class_id: Ints


@dataclass(frozen=True, slots=True)
class Matched:
    """Sure true boxes [B] with what was found of them, and false alarms [K].

    Attributes:
        truth: the sure boxes.
        visible_ratio: float64 [B].
        found: bool [B].
        error: float64 [B, 4], of centre x, y, width and height, shares of the true width and height; NaN where missed.
        overlap: float64 [B], IoU; NaN where missed.
        score: float64 [B]; NaN where missed.
        label: int64 [B], class given; -1 where missed.
        false_alarm: bool [K], of the boxes that were found.
        ignored: bool [K], boxes on unsure objects.
        double_of: int64 [K], for a false alarm that lies on a sure box of its kind: which; else -1.
    """

    truth: ClipTruth
    visible_ratio: Floats
    found: Flags
    error: Floats
    overlap: Floats
    score: Floats
    label: Ints
    false_alarm: Flags
    ignored: Flags
    double_of: Ints


def match(truth: ClipTruth, boxes: FoundBoxes) -> Matched:
    """Match one to one within a frame and a kind, by the largest sum of overlaps of at least LEAST_IOU."""
    sure = sure_part(truth)
    kinds = np.array([KINDS.get(int(c), -1) for c in boxes.class_id], np.int64)
    true_kinds = np.array([KINDS[int(c)] for c in sure.class_id], np.int64)
    count, total = len(sure.frame), len(boxes.frame)
    partner = np.full(count, -1, np.int64)
    taken = np.zeros(total, np.bool_)
    ignored = kinds < 0
    double_of = np.full(total, -1, np.int64)
    for frame in np.unique(np.concatenate([sure.frame, boxes.frame])):
        mine, theirs = np.flatnonzero(boxes.frame == frame), np.flatnonzero(sure.frame == frame)
        gain = iou(sure.xyxy_px[theirs], boxes.xyxy_px[mine])
        gain *= (gain >= LEAST_IOU) & (true_kinds[theirs][:, None] == kinds[mine][None, :])
        for row, column in zip(*linear_sum_assignment(gain, maximize=True), strict=True):
            if gain[row, column] > 0.0:
                partner[theirs[row]] = mine[column]
                taken[mine[column]] = True
        unsure = np.flatnonzero((truth.frame == frame) & ~truth.sure)
        for box in mine[~taken[mine]]:
            double_of[box] = _lies_on(boxes.xyxy_px[box], sure.xyxy_px, theirs[true_kinds[theirs] == kinds[box]])
            ignored[box] |= bool((_share_on(boxes.xyxy_px[box], truth.xyxy_px[unsure]) > UNSURE_SHARE).any())
    found = partner >= 0
    error, overlap, score, label = np.full((count, 4), np.nan), np.full(count, np.nan), np.full(count, np.nan), -1
    true, mine_xyxy = sure.xyxy_px[found], boxes.xyxy_px[partner[found]]
    size = true[:, 2:] - true[:, :2]
    error[found, :2] = (mine_xyxy[:, :2] + mine_xyxy[:, 2:] - true[:, :2] - true[:, 2:]) / (2.0 * size)
    error[found, 2:] = (mine_xyxy[:, 2:] - mine_xyxy[:, :2]) / size - 1.0
    overlap[found] = [iou(a[None], b[None])[0, 0] for a, b in zip(true, mine_xyxy, strict=True)]
    score[found] = boxes.score[partner[found]]
    labels = np.where(found, boxes.class_id[partner] if total else label, label).astype(np.int64)
    false_alarm = ~taken & ~ignored
    return Matched(sure, visible_ratios(sure), found, error, overlap, score, labels, false_alarm, ignored, double_of)


def _lies_on(box: Floats, xyxy_px: Floats, among: Ints) -> int:
    """Return which true box a box overlaps most, by DOUBLE_IOU at least; else -1."""
    if not len(among):
        return -1
    overlap = iou(box[None], xyxy_px[among])[0]
    best = int(overlap.argmax())
    return int(among[best]) if overlap[best] >= DOUBLE_IOU else -1


def sure_part(truth: ClipTruth) -> ClipTruth:
    """Return the sure boxes of a truth."""
    keep = truth.sure
    return ClipTruth(
        truth.frame[keep], truth.object_id[keep], truth.class_id[keep], truth.sure[keep], truth.xyxy_px[keep]
    )


def visible_ratios(truth: ClipTruth) -> Floats:
    """Return float64 [B]: the share of each box that no nearer box (one that ends further down) covers."""
    out = np.ones(len(truth.frame))
    steps = (np.arange(GRID) + 0.5) / GRID
    for n, box in enumerate(truth.xyxy_px):
        others = truth.xyxy_px[(truth.frame == truth.frame[n]) & (truth.xyxy_px[:, 3] > box[3])]
        if not len(others):
            continue
        x, y = box[0] + steps * (box[2] - box[0]), box[1] + steps * (box[3] - box[1])
        in_x = (x[None, :] >= others[:, 0:1]) & (x[None, :] <= others[:, 2:3])
        in_y = (y[None, :] >= others[:, 1:2]) & (y[None, :] <= others[:, 3:4])
        out[n] = 1.0 - (in_y[:, :, None] & in_x[:, None, :]).any(axis=0).mean()
    return out


def _share_on(box: Floats, others: Floats) -> Floats:
    """Return the share of a box that lies on each of others: float64 [n]."""
    shared = np.clip(np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2]), 0.0, None).prod(axis=1)
    return np.asarray(shared / max(1e-9, float((box[2:] - box[:2]).prod())))
