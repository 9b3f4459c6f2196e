"""Pasting: cut-outs and soft shadows laid into a picture at fractions of a pixel, in machine code. Pure.

All of it stands in this one file, as numba's cache on disk asks. No fast-math: the same input gives the same bytes.
"""

from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from producers.simulator.pixels.sprite import Sprite

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]

#: A shadow is a flat ellipse about the feet: half axes as shares of the box's width, and how dark its middle is.
SHADOW_HALF: Final = (0.58, 0.16)
SHADOW_DARKNESS: Final = 0.45
#: What shines covers what is behind it by this share.
LIGHT_COVER: Final = 0.8


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _paste(  # noqa: PLR0917  compiled code takes flat arguments
    picture: Bytes, sprite: Floats32, x1: float, y1: float, x2: float, y2: float, gain: float, strength: float,
    mirrored: bool, light: bool,  # noqa: FBT001  numba takes no keywords alone
) -> None:  # fmt: skip
    """Lay a cut-out over a box of the picture; pixels between are interpolated, its edge fades over half a pixel."""
    rows, columns = sprite.shape[0], sprite.shape[1]
    across, down = columns / (x2 - x1), rows / (y2 - y1)
    left, right = max(0, int(np.floor(x1 - 1.0))), min(picture.shape[1], int(np.ceil(x2 + 1.0)))
    upper, lower = max(0, int(np.floor(y1 - 1.0))), min(picture.shape[0], int(np.ceil(y2 + 1.0)))
    rgba = np.empty(4)
    for y in range(upper, lower):
        v = (y + 0.5 - y1) * down - 0.5
        v0 = int(np.floor(v))
        fv = v - v0
        for x in range(left, right):
            u = (x + 0.5 - x1) * across - 0.5
            if mirrored:
                u = columns - 1.0 - u
            u0 = int(np.floor(u))
            fu = u - u0
            rgba[:] = 0.0
            for dv in range(2):
                for du in range(2):
                    r, c = v0 + dv, u0 + du
                    if 0 <= r < rows and 0 <= c < columns:
                        weight = (fv if dv else 1.0 - fv) * (fu if du else 1.0 - fu)
                        for k in range(4):
                            rgba[k] += weight * sprite[r, c, k]
            keep = 1.0 - rgba[3] * strength
            if light:
                keep = 1.0 - LIGHT_COVER * rgba[3] * strength
            for k in range(3):
                value = picture[y, x, k] * keep + rgba[k] * gain * strength + 0.5
                picture[y, x, k] = min(255, int(value))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _darken(picture: Bytes, x: float, y: float, half_x: float, half_y: float, darkness: float) -> None:
    """Darken an ellipse, most in its middle."""
    left, right = max(0, int(x - half_x)), min(picture.shape[1], int(x + half_x) + 2)
    upper, lower = max(0, int(y - half_y)), min(picture.shape[0], int(y + half_y) + 2)
    for row in range(upper, lower):
        for column in range(left, right):
            away = ((column + 0.5 - x) / half_x) ** 2 + ((row + 0.5 - y) / half_y) ** 2
            if away < 1.0:
                keep = 1.0 - darkness * (1.0 - away)
                for k in range(3):
                    picture[row, column, k] = int(picture[row, column, k] * keep + 0.5)


def paste(
    picture: Bytes,
    sprite: Sprite,
    xyxy_px: Floats,
    *,
    mirrored: bool = False,
    gain: float = 1.0,
    strength: float = 1.0,
    light: bool = False,
) -> None:
    """Lay a cut-out over a box of a picture, scaled to it.

    Args:
        picture: uint8 [h, w, 3], changed.
        sprite: the cut-out.
        xyxy_px: float64 [4], the whole box; parts outside the picture are left out.
        mirrored: left and right exchanged.
        gain: its brightness.
        strength: 0 to 1, how much of it shows.
        light: it shines, and covers what is behind it in part.
    """
    x1, y1, x2, y2 = (float(n) for n in xyxy_px)
    if x2 - x1 < 1.0 or y2 - y1 < 1.0:
        return
    levels = sprite.levels
    shrink = min(levels[0].shape[1] / (x2 - x1), levels[0].shape[0] / (y2 - y1))
    level = min(len(levels) - 1, max(0, int(np.floor(np.log2(max(shrink, 1.0)) + 0.25))))
    _paste(picture, levels[level], x1, y1, x2, y2, gain, strength, mirrored, light)


def cast_shadow(picture: Bytes, xyxy_px: Floats) -> None:
    """Darken the ground about the feet of what stands in a box."""
    x1, _, x2, y2 = (float(n) for n in xyxy_px)
    width = x2 - x1
    half_y = max(1.0, SHADOW_HALF[1] * width)
    _darken(picture, (x1 + x2) / 2.0, y2 - 0.5 * half_y, max(1.0, SHADOW_HALF[0] * width), half_y, SHADOW_DARKNESS)
