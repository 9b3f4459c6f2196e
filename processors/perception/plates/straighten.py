"""A plate seen from the side, straightened for the reader. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from processors.perception.plates.plate_models import PLATE_HEIGHT_PX, PLATE_WIDTH_PX

#: Width of the straightened plate, pixels: 520 mm of 112 mm at 48 pixels of height.
ACROSS_PX: Final = 223
#: Value beside the plate, as the model was measured with.
PAD: Final = 128
#: Added on each side, shares of the plate's width and height: the corners are found within 3 % of the width.
MARGIN_X_RATIO: Final = 0.02
MARGIN_Y_RATIO: Final = 0.1
#: A plate larger in the picture is shrunk first: the transform takes single pixels, and would pass over some.
LARGEST_RATIO: Final = 1.5


def straighten(picture: Image.Image, corners_px: NDArray[np.float64], beyond_ratio: float = 0.0) -> NDArray[np.uint8]:
    """Return a plate as the reader takes it, uint8 [48, 320, 3].

    Args:
        picture: RGB.
        corners_px: [4, 2] in the picture: upper left, upper right, lower right, lower left.
        beyond_ratio: so much more is taken at the right, a share of the plate's width.

    Raises:
        ValueError: the corners are no quadrangle, or lie outside the picture; see _check.
    """
    _check(picture.size, corners_px)
    upper_left, upper_right, lower_right, lower_left = corners_px
    upper_right = upper_right + (upper_right - upper_left) * beyond_ratio
    lower_right = lower_right + (lower_right - lower_left) * beyond_ratio
    corners = np.array([upper_left, upper_right, lower_right, lower_left])
    shrink = int(np.hypot(*(corners[1] - corners[0])) / (ACROSS_PX * LARGEST_RATIO))
    if shrink > 1:
        picture, corners = _shrunk(picture, corners, shrink)
    dx = ACROSS_PX * MARGIN_X_RATIO / (1 + 2 * MARGIN_X_RATIO)
    dy = PLATE_HEIGHT_PX * MARGIN_Y_RATIO / (1 + 2 * MARGIN_Y_RATIO)
    right, low = ACROSS_PX - dx, PLATE_HEIGHT_PX - dy
    way = homography(np.array([[dx, dy], [right, dy], [right, low], [dx, low]]), corners)
    size = (ACROSS_PX, PLATE_HEIGHT_PX)
    plate = picture.transform(
        size, Image.Transform.PERSPECTIVE, way.tolist(), Image.Resampling.BICUBIC, fillcolor=(PAD, PAD, PAD)
    )
    canvas = np.full((PLATE_HEIGHT_PX, PLATE_WIDTH_PX, 3), PAD, np.uint8)
    canvas[:, :ACROSS_PX] = np.asarray(plate)
    return canvas


def homography(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return eight numbers a to h of the way from four points [4, 2] to four others.

    u = (a x + b y + c) / (g x + h y + 1), v = (d x + e y + f) / (g x + h y + 1).

    Raises:
        ValueError: three of the points are on one line.
    """
    rows = np.zeros((8, 9))
    for n, ((x, y), (u, v)) in enumerate(zip(source, target, strict=True)):
        rows[2 * n] = (x, y, 1, 0, 0, 0, -u * x, -u * y, u)
        rows[2 * n + 1] = (0, 0, 0, x, y, 1, -v * x, -v * y, v)
    try:
        way = np.linalg.solve(rows[:, :8], rows[:, 8]).astype(np.float64)
    except np.linalg.LinAlgError as error:
        raise ValueError(f"corners {target.tolist()} are no quadrangle") from error
    # LAPACK's last bits hang on the CPU; a plate moves by less than a thousandth of a pixel by this.
    return np.round(way, 9)


def _check(picture_wh_px: tuple[int, int], corners_px: NDArray[np.float64]) -> None:
    """Refuse corners of which one lies outside the picture by more than a plate's width, or all of them beside it.

    A detector's corners have no bound of their own. The width is that of the upper edge, and the picture's at most.

    Raises:
        ValueError: they lie there.
    """
    size = np.array(picture_wh_px, np.float64)
    low, high = corners_px.min(0), corners_px.max(0)
    width = min(float(np.hypot(*(corners_px[1] - corners_px[0]))), float(size[0]))
    outside = max(float((-low).max()), float((high - size).max()))
    if outside > width or (high <= 0.0).any() or (low >= size).any():
        raise ValueError(
            f"corners {corners_px.tolist()} lie outside the picture of {picture_wh_px[0]}x{picture_wh_px[1]} px by more"
            f" than the plate's width of {width:.0f} px, or wholly"
        )


def _shrunk(picture: Image.Image, corners: NDArray[np.float64], times: int) -> tuple[Image.Image, NDArray[np.float64]]:
    """Return the part of a picture around a plate, averaged over blocks, and the corners in it.

    Only what lies in the picture is cut out: the rest is filled by the transform.
    """
    low = np.maximum(np.floor(corners.min(0)).astype(int) - 4 * times, 0)
    high = np.minimum(np.ceil(corners.max(0)).astype(int) + 4 * times, picture.size)
    part = picture.crop((int(low[0]), int(low[1]), int(high[0]), int(high[1])))
    return part.reduce(times), (corners - low) / times
