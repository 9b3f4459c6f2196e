"""What two models find in a picture at several resolutions, also mirrored: raw material of the reference truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from infra.noise.model_session import SIDE_PX, ModelSession
from processors.perception.detector import Found
from processors.perception.letterbox import View
from processors.perception.picture import sample_of

#: Side of a tile, share of the picture's: neighbours overlap, so that what one cuts another has whole.
TILE_RATIO: Final = 0.6
#: A box that ends this near to a tile's inner edge is cut off there, pixels of the picture.
EDGE_PX: Final = 3.0


@dataclass(frozen=True, slots=True)
class RawBoxes:
    """All boxes of all models and views of one frame.

    Attributes:
        rows: float64 [n, 7]: x1, y1, x2, y2 (picture pixels), score, COCO class, voter (model x 2 + mirrored) x 10 +
            view.
    """

    rows: NDArray[np.float64]


def tiles(width_px: int, height_px: int) -> Sequence[View]:
    """Return the whole picture and four overlapping tiles."""
    wide, tall = int(width_px * TILE_RATIO) // 2 * 2, int(height_px * TILE_RATIO) // 2 * 2
    corners = [(x, y) for y in (0, height_px - tall) for x in (0, width_px - wide)]
    parts = [View(x // 2 * 2, y // 2 * 2, wide, tall, whole=False) for x, y in corners]
    return [View(0, 0, width_px, height_px, whole=True), *parts]


def raw_boxes(picture: Any, models: Sequence[ModelSession]) -> RawBoxes:
    """Return what all models find in all views of a decoded frame."""
    views = tiles(picture.width, picture.height)
    sample = sample_of(picture, 0, views, SIDE_PX)
    rows = []
    for view, (box, canvas) in enumerate(sample.canvases):
        for mirrored in (False, True) if box.view.whole else (False,):
            for model in models:
                model.ask(np.ascontiguousarray(canvas[:, ::-1]) if mirrored else canvas)
            for number, model in enumerate(models):
                found = model.answer()
                xyxy = found.xyxy_px.copy()
                if mirrored:
                    xyxy[:, [0, 2]] = SIDE_PX - xyxy[:, [2, 0]]
                placed = box.to_picture(xyxy)
                keep = _whole(placed, box.view, picture.width, picture.height)
                rows.append(_rows(placed[keep], found, keep, (number * 2 + mirrored) * 10 + view))
    return RawBoxes(np.concatenate(rows))


def _whole(xyxy: NDArray[np.float64], view: View, width: int, height: int) -> NDArray[np.bool_]:
    """Say which boxes do not end at an inner edge of a tile."""
    right, bottom = view.x_px + view.width_px, view.y_px + view.height_px
    keep = np.ones(len(xyxy), bool)
    if view.x_px > 0:
        keep &= xyxy[:, 0] > view.x_px + EDGE_PX
    if view.y_px > 0:
        keep &= xyxy[:, 1] > view.y_px + EDGE_PX
    if right < width:
        keep &= xyxy[:, 2] < right - EDGE_PX
    if bottom < height:
        keep &= xyxy[:, 3] < bottom - EDGE_PX
    return keep


def _rows(xyxy: NDArray[np.float64], found: Found, keep: NDArray[np.bool_], voter: int) -> NDArray[np.float64]:
    return np.column_stack([xyxy, found.scores[keep], found.class_ids[keep], np.full(len(xyxy), voter)])
