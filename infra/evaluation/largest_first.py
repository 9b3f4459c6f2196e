"""largest_first: boxes of many frames assigned one to one, in machine code."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
F = TypeVar("F", bound=Callable[..., Any])


def _compiled(function: F) -> F:
    return cast("F", numba.njit(error_model="numpy", nogil=True, cache=True)(function))


@_compiled
def largest_first(bounds: Ints, true: Floats, found: Floats, least_iou: float, out: Ints) -> None:
    """Write for each found box the true box of its frame that it is; -1 stays where there is none.

    Args:
        bounds: int64 [F, 4]: first and last + 1 of the frame's true boxes, then of its found boxes.
        true: float64 [B, 4], x1, y1, x2, y2.
        found: float64 [K, 4].
        least_iou: least overlap.
        out: int64 [K], filled with -1.
    """
    for f in range(len(bounds)):
        a, b, c, d = bounds[f, 0], bounds[f, 1], bounds[f, 2], bounds[f, 3]
        overlap = np.zeros((b - a, d - c))
        for i in range(a, b):
            for j in range(c, d):
                wide = min(true[i, 2], found[j, 2]) - max(true[i, 0], found[j, 0])
                tall = min(true[i, 3], found[j, 3]) - max(true[i, 1], found[j, 1])
                if wide > 0.0 and tall > 0.0:
                    areas = (true[i, 2] - true[i, 0]) * (true[i, 3] - true[i, 1])
                    areas += (found[j, 2] - found[j, 0]) * (found[j, 3] - found[j, 1])
                    overlap[i - a, j - c] = wide * tall / (areas - wide * tall)
        while overlap.size:
            best, row, column = least_iou, -1, -1
            for i in range(b - a):
                for j in range(d - c):
                    if overlap[i, j] > best or (row < 0 and overlap[i, j] == best):
                        best, row, column = overlap[i, j], i, j
            if row < 0:
                break
            out[c + column] = a + row
            overlap[row, :] = 0.0
            overlap[:, column] = 0.0
