"""Mattes: what stands before a clip's median background, cut out of one of its frames. Pure.

Background subtraction by the median of frames spread over a clip; shadows by Prati et al.'s deterministic test (IEEE
TPAMI 25, 2003): darker by a limited share, at nearly the background's colour.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

#: A pixel differs if a channel does by more than this, 0 to 255: six times the noise of the clips' compression.
LEAST_DIFFERENCE: Final = 22.0
#: Shadow: luma against the background's, and by how much its chroma may differ.
SHADOW_RATIO: Final = (0.45, 0.92)
SHADOW_CHROMA: Final = 9.0
#: Gaps that are closed, and by how much the edge is feathered (standard deviation), pixels.
CLOSED_PX: Final = 3
FEATHER_PX: Final = 0.7


def median_background(frames: NDArray[np.uint8]) -> Bytes:
    """Return the median of frames, uint8 [h, w, 3].

    Args:
        frames: uint8 [n, h, w, 3], spread over the clip so that nothing that moves is in half of them.
    """
    return np.asarray(np.median(frames, axis=0).round().astype(np.uint8))


def matte(frame: Bytes, background: Bytes, xyxy_px: tuple[int, int, int, int], *, spanned: bool = False) -> Floats:
    """Return how much of each pixel of a box belongs to what stands there: float64 [y2 - y1, x2 - x1], 0 to 1.

    Args:
        frame: uint8 [h, w, 3], RGB.
        background: uint8 [h, w, 3], of the same clip.
        xyxy_px: the box, with room around the thing.
        spanned: everything between two parts of the thing, in its row and its column, belongs to it: for things that
            are partly of the background's colour.
    """
    x1, y1, x2, y2 = xyxy_px
    here = ndimage.gaussian_filter(frame[y1:y2, x1:x2].astype(np.float64), (0.8, 0.8, 0.0))
    behind = ndimage.gaussian_filter(background[y1:y2, x1:x2].astype(np.float64), (0.8, 0.8, 0.0))
    differs = np.abs(here - behind).max(axis=2) > LEAST_DIFFERENCE
    differs &= ~_shadow(here, behind)
    ring = np.ones((CLOSED_PX, CLOSED_PX), bool)
    # closed with room around it, or the border would eat into what touches it
    padded = np.pad(differs, CLOSED_PX)
    solid = ndimage.binary_fill_holes(ndimage.binary_closing(padded, ring, iterations=2))
    solid = ndimage.binary_opening(solid, ring)[CLOSED_PX:-CLOSED_PX, CLOSED_PX:-CLOSED_PX]
    parts, count = ndimage.label(solid)
    if not count:
        return np.zeros(differs.shape)
    if spanned:
        across = np.maximum.accumulate(solid, axis=1) & np.maximum.accumulate(solid[:, ::-1], axis=1)[:, ::-1]
        down = np.maximum.accumulate(across) & np.maximum.accumulate(across[::-1])[::-1]
        return np.asarray(ndimage.gaussian_filter(down.astype(np.float64), FEATHER_PX))
    largest = 1 + int(np.argmax(ndimage.sum_labels(solid, parts, np.arange(1, count + 1))))
    return np.asarray(ndimage.gaussian_filter((parts == largest).astype(np.float64), FEATHER_PX))


def _shadow(here: Floats, behind: Floats) -> NDArray[np.bool_]:
    luma, back = here.mean(axis=2), behind.mean(axis=2)
    ratio = luma / np.maximum(back, 1.0)
    chroma = np.abs((here - luma[..., None]) - ratio[..., None] * (behind - back[..., None])).max(axis=2)
    return np.asarray((ratio > SHADOW_RATIO[0]) & (ratio < SHADOW_RATIO[1]) & (chroma < SHADOW_CHROMA))
