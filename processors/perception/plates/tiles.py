"""Where on a vehicle a plate is looked for, and how a tile comes onto the canvas. Pure.

The detector was trained on Chinese plates, 3.1 times as wide as high, that fill much of the picture. Kazakh plates are
4.6 times as wide as high and a quarter of the vehicle's width: so the lower part of the box is cut into overlapping
tiles, half as wide as the vehicle, and each is stretched upwards to the detector's proportions. What is found is looked
at once more on a tile of its own, as its ends may have been cut off. docs/decisions/0182 has what this gains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from processors.perception.letterbox import PAD
from processors.perception.plates.plate_models import SIDE_PX

#: Tiles beside each other; neighbours share half of their width, so a plate is whole on one of them.
TILES: Final = 3
WIDTH_RATIO: Final = 0.5
#: Vertical scale against the horizontal one: 3.1 / 4.6 of the detector's plates would be 1.5.
STRETCH_RATIO: Final = 1.6
#: The tiles' middle, as a share of the box's height from its top: plates sit low.
MIDDLE_RATIO: Final = 0.75
#: A second look is as wide that the plate fills this share of it.
CLOSER_RATIO: Final = 0.7
LEAST_PLATE_PX: Final = 8.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of the picture on the canvas.

    Attributes:
        left_px, top_px, right_px, bottom_px: its edges in the picture, cut at the picture's.
        shift_x_px, shift_y_px: where it begins on the canvas.
        scale_x_ratio, scale_y_ratio: canvas pixels for one of the picture's.
    """

    left_px: float
    top_px: float
    right_px: float
    bottom_px: float
    shift_x_px: int
    shift_y_px: int
    scale_x_ratio: float
    scale_y_ratio: float

    def to_picture(self, points_px: NDArray[np.float32]) -> NDArray[np.float64]:
        """Map points [..., 2] from the canvas to the picture, pixels."""
        shift = np.array([self.shift_x_px, self.shift_y_px])
        scale = np.array([self.scale_x_ratio, self.scale_y_ratio])
        corner = np.array([self.left_px, self.top_px])
        mapped: NDArray[np.float64] = (points_px.astype(np.float64) - shift) / scale + corner
        return mapped


def tiles_of(box_xyxy_px: Sequence[float], picture_wh_px: tuple[int, int]) -> list[Tile]:
    """Return the tiles of a vehicle's box that lie in the picture, from left to right."""
    left, top, right, bottom = box_xyxy_px
    width, height = right - left, bottom - top
    wide = width * WIDTH_RATIO
    middle = top + MIDDLE_RATIO * height
    starts = np.linspace(left, right - wide, TILES).tolist()
    return [one for start in starts if (one := _tile(start + wide / 2, middle, wide, picture_wh_px)) is not None]


def closer(corners_px: NDArray[np.float64], picture_wh_px: tuple[int, int]) -> Tile | None:
    """Return a tile around a plate that was found, for a second look: its ends may have been cut off by the first one.

    None where the corners lie outside the picture.
    """
    low, high = corners_px.min(0), corners_px.max(0)
    x, y = ((low + high) / 2).tolist()
    return _tile(x, y, max(float(high[0] - low[0]), LEAST_PLATE_PX) / CLOSER_RATIO, picture_wh_px)


def _tile(x_px: float, y_px: float, wide_px: float, picture_wh_px: tuple[int, int]) -> Tile | None:
    """Return a tile around a point, as wide as this; cut at the picture's edges, None where nothing is left."""
    scale = SIDE_PX / wide_px
    high_px = SIDE_PX / (scale * STRETCH_RATIO)
    edges = (
        max(0.0, x_px - wide_px / 2),
        max(0.0, y_px - high_px / 2),
        min(float(picture_wh_px[0]), x_px + wide_px / 2),
        min(float(picture_wh_px[1]), y_px + high_px / 2),
    )
    if edges[2] - edges[0] < 2.0 or edges[3] - edges[1] < 2.0:
        return None
    across = min(SIDE_PX, max(1, round((edges[2] - edges[0]) * scale)))
    down = min(SIDE_PX, max(1, round((edges[3] - edges[1]) * scale * STRETCH_RATIO)))
    scales = (across / (edges[2] - edges[0]), down / (edges[3] - edges[1]))
    return Tile(*edges, (SIDE_PX - across) // 2, (SIDE_PX - down) // 2, *scales)


def canvas_of(picture: Image.Image, tile: Tile) -> NDArray[np.uint8]:
    """Return a tile on its canvas, uint8 [320, 320, 3]; a picture's pixels are averaged where the tile shrinks."""
    across = round((tile.right_px - tile.left_px) * tile.scale_x_ratio)
    down = round((tile.bottom_px - tile.top_px) * tile.scale_y_ratio)
    edges = (tile.left_px, tile.top_px, tile.right_px, tile.bottom_px)
    canvas = np.full((SIDE_PX, SIDE_PX, 3), PAD, np.uint8)
    rows = slice(tile.shift_y_px, tile.shift_y_px + down)
    canvas[rows, tile.shift_x_px : tile.shift_x_px + across] = np.asarray(
        picture.resize((across, down), Image.Resampling.BILINEAR, box=edges)
    )
    return canvas
