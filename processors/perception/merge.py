"""One set of boxes from the views of a frame: classes chosen, doubles merged, numbers quantised, order fixed. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from processors.perception.detector import Found
from processors.perception.letterbox import Letterbox

#: COCO-80 ids that one thing is labelled with at the same time: a van is a car and a truck, a coach a bus and a truck.
VEHICLES: Final = frozenset({2, 5, 7})
#: Their common kind.
VEHICLE_KIND: Final = 2
#: A box in a region that ends so near to the region's edge is cut off there; the whole view sees the thing whole.
EDGE_PX: Final = 2.0


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of one frame, the strongest first.

    Attributes:
        xyxy_px: float64 [K, 4], pixels of the picture, to 0.01.
        scores: float64 [K], to 1e-4.
        class_ids: int64 [K], COCO-80.
    """

    xyxy_px: NDArray[np.float64]
    scores: NDArray[np.float64]
    class_ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MergeLimits:
    """What is kept.

    Attributes:
        classes: COCO-80 ids.
        score_floor_ratio: lowest score.
        iou_ratio: boxes of one kind that overlap by more are one thing.
        most_boxes: boxes kept, the strongest first.
    """

    classes: Collection[int]
    score_floor_ratio: float
    iou_ratio: float
    most_boxes: int


def kind_of(class_id: int) -> int:
    """Return the kind of a class: cars, buses and trucks are one, every other class is its own."""
    return VEHICLE_KIND if class_id in VEHICLES else class_id


def merge(found: Sequence[tuple[Letterbox, Found]], picture_wh_px: tuple[int, int], limits: MergeLimits) -> Boxes:
    """Merge what was found in the views of one frame.

    Args:
        found: each view's place on its canvas, and what the model found there.
        picture_wh_px: size of the picture.
        limits: what is kept.
    """
    parts = [_of_view(box, out, picture_wh_px) for box, out in found]
    xyxy = np.concatenate([part.xyxy_px for part in parts]) if parts else np.zeros((0, 4))
    scores = np.concatenate([part.scores for part in parts]) if parts else np.zeros(0)
    classes = np.concatenate([part.class_ids for part in parts]) if parts else np.zeros(0, np.int64)
    sized = (xyxy[:, 2] - xyxy[:, 0] >= 1.0) & (xyxy[:, 3] - xyxy[:, 1] >= 1.0)
    kept = sized & (scores >= limits.score_floor_ratio) & np.isin(classes, list(limits.classes))
    xyxy, scores, classes = xyxy[kept], scores[kept], classes[kept]
    # The order of equal scores must not hang on which view came first.
    order = np.lexsort((xyxy[:, 3], xyxy[:, 2], xyxy[:, 1], xyxy[:, 0], classes, -scores))
    xyxy, scores, classes = xyxy[order], scores[order], classes[order]
    stay = _suppress(xyxy, classes, limits.iou_ratio)[: limits.most_boxes]
    return Boxes(xyxy[stay], scores[stay], classes[stay])


def _of_view(box: Letterbox, found: Found, picture_wh_px: tuple[int, int]) -> Boxes:
    """Return a view's boxes in the picture, quantised, less those that a region's inner edge cuts off."""
    xyxy = np.round(box.to_picture(found.xyxy_px), 2)
    view = box.view
    keep = np.ones(len(xyxy), bool)
    if not view.whole:
        right, bottom = view.x_px + view.width_px, view.y_px + view.height_px
        width, height = picture_wh_px
        if view.x_px > 0:
            keep &= xyxy[:, 0] > view.x_px + EDGE_PX
        if view.y_px > 0:
            keep &= xyxy[:, 1] > view.y_px + EDGE_PX
        if right < width:
            keep &= xyxy[:, 2] < right - EDGE_PX
        if bottom < height:
            keep &= xyxy[:, 3] < bottom - EDGE_PX
    scores = np.asarray(np.round(found.scores.astype(np.float64), 4), np.float64)
    return Boxes(xyxy[keep], scores[keep], found.class_ids[keep].astype(np.int64))


def _suppress(xyxy: NDArray[np.float64], classes: NDArray[np.int64], iou_ratio: float) -> NDArray[np.int64]:
    """Return indices of the boxes that no stronger box of their kind covers; boxes come the strongest first."""
    count = len(xyxy)
    if count == 0:
        return np.zeros(0, np.int64)
    kinds = np.where(np.isin(classes, list(VEHICLES)), VEHICLE_KIND, classes)
    low = np.maximum(xyxy[:, None, :2], xyxy[None, :, :2])
    high = np.minimum(xyxy[:, None, 2:], xyxy[None, :, 2:])
    inter = np.prod(np.clip(high - low, 0, None), axis=2)
    area = (xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1])
    same = (inter > iou_ratio * (area[:, None] + area[None, :] - inter)) & (kinds[:, None] == kinds[None, :])
    alive = np.ones(count, bool)
    for index in range(count):
        if alive[index]:
            alive[index + 1 :] &= ~same[index, index + 1 :]
    return np.flatnonzero(alive)
