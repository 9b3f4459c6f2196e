"""The hot loop of sight, in machine code: which objects are in each frame, their boxes, and how much of each shows.

All of it stands in this one file, as numba's cache on disk asks (see noise/kernel.py). No fast-math.
"""

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Objects in one frame at most; the nearest are kept.
MOST_SEEN: Final = 256
#: Nearer to the lens than this, nothing is looked at, metres.
LEAST_DEPTH_M: Final = 2.0
#: Smaller boxes are no truth that a detector could be held against, pixels of the picture.
LEAST_HEIGHT_PX: Final = 8.0
LEAST_WIDTH_PX: Final = 3.0
#: A box is looked at in GRID x GRID points.
GRID: Final = 8
#: Bodies do not fill their boxes: what a nearer object hides is its box less this share on each side.
SHRINK_RATIO: Final = 0.08
#: Columns of the boxes that are written.
X1, Y1, X2, Y2, VISIBLE, OPEN, X_M, Y_M, SPEED, HEADING, DEPTH = range(11)
COLUMNS: Final = 11


def _compiled(function: F) -> F:
    """Return a function that numba compiles into those that call it."""
    return cast("F", numba.njit(error_model="numpy", nogil=True, inline="never")(function))


def _compiled_and_cached(function: F) -> F:
    """As `_compiled`, and the machine code is kept on disk."""
    return cast("F", numba.njit(error_model="numpy", nogil=True, cache=True)(function))


@_compiled
def _box(  # noqa: PLR0917  compiled code takes flat arguments
    axes: Floats, focal: float, width: float, height: float, dx: float, dy: float, lens_m: float, heading: float,
    size: Floats, raw: Floats,
) -> bool:  # fmt: skip
    """Write the whole box (x1, y1, x2, y2, not cut) of an object; False where part of it is too near the lens."""
    raw[0], raw[1], raw[2], raw[3] = 1e9, 1e9, -1e9, -1e9
    sin, cos = math.sin(heading), math.cos(heading)
    for corner in range(4):
        along = size[0] * (0.5 if corner < 2 else -0.5)
        across = size[1] * (0.5 if corner % 2 == 0 else -0.5)
        x = dx + along * sin + across * cos
        y = dy + along * cos - across * sin
        for level in range(2):
            z = (size[2] if level else 0.0) - lens_m
            depth = axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z
            if depth < 0.5:
                return False
            u = width * 0.5 + focal * (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z) / depth
            v = height * 0.5 + focal * (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z) / depth
            raw[0], raw[2] = min(raw[0], u), max(raw[2], u)
            raw[1], raw[3] = min(raw[1], v), max(raw[3], v)
    return True


@_compiled
def _shares(  # noqa: C901, PLR0912  one piece for the compiler
    raw: Floats, order: Ints, place: int, width: float, height: float
) -> tuple[float, float]:
    """Return the share of a box that shows, and the share of its part within the picture that nothing nearer hides."""
    i = order[place]
    x1, y1 = raw[i, 0], raw[i, 1]
    step_x, step_y = (raw[i, 2] - x1) / GRID, (raw[i, 3] - y1) / GRID
    hidden = np.uint64(0)
    inside = np.uint64(0)
    for row in range(GRID):
        v = y1 + (row + 0.5) * step_y
        if 0.0 <= v < height:
            for column in range(GRID):
                u = x1 + (column + 0.5) * step_x
                if 0.0 <= u < width:
                    inside |= np.uint64(1) << np.uint64(row * GRID + column)
    for other in range(place):
        j = order[other]
        if raw[j, 2] <= x1 or raw[j, 0] >= raw[i, 2] or raw[j, 3] <= y1 or raw[j, 1] >= raw[i, 3]:
            continue
        cut_x, cut_y = (raw[j, 2] - raw[j, 0]) * SHRINK_RATIO, (raw[j, 3] - raw[j, 1]) * SHRINK_RATIO
        left, right = raw[j, 0] + cut_x, raw[j, 2] - cut_x
        upper, lower = raw[j, 1] + cut_y, raw[j, 3] - cut_y
        for row in range(GRID):
            v = y1 + (row + 0.5) * step_y
            if upper <= v < lower:
                for column in range(GRID):
                    u = x1 + (column + 0.5) * step_x
                    if left <= u < right:
                        hidden |= np.uint64(1) << np.uint64(row * GRID + column)
    shows, within = 0, 0
    for bit in range(GRID * GRID):
        mark = np.uint64(1) << np.uint64(bit)
        if inside & mark:
            within += 1
            if not hidden & mark:
                shows += 1
    return shows / (GRID * GRID), shows / within if within else 0.0


@_compiled_and_cached
def see(  # noqa: C901, PLR0912, PLR0915, PLR0917  one pass over the frames, compiled
    frame_camera: Ints,
    frame_us: Ints,
    lens: Floats,
    axes: Floats,
    cells: Ints,
    cell_first: Ints,
    piece_first: Ints,
    piece_order: Ints,
    from_us: Ints,
    to_us: Ints,
    x_m: Floats,
    y_m: Floats,
    heading: Floats,
    speed: Floats,
    size: Floats,
    first: Ints,
    out_piece: Ints,
    out: Floats,
) -> int:
    """Write the boxes of all frames, in each frame the nearest object first; return how many.

    Args:
        frame_camera: int64 [F], camera (row of lens) of each frame.
        frame_us: int64 [F], its time.
        lens: float64 [C, 7]: x, y, height above ground (m), focal length, width, height (px), reach (m).
        axes: float64 [C, 3, 3], see View.axes.
        cells: int64, cells that each camera's view touches, one camera after the other.
        cell_first: int64 [C + 1], begin of each camera's cells.
        piece_first: int64 [cells + 1], begin of each cell's pieces in piece_order.
        piece_order: int64 [N], pieces by cell.
        from_us: int64 [N], of the pieces, see Motions.
        to_us: int64 [N].
        x_m: float64 [N, 2].
        y_m: float64 [N, 2].
        heading: float64 [N, 2], radians.
        speed: float64 [N], km/h.
        size: float64 [N, 3], length, width and height of each piece's object, metres.
        first: int64 [F + 1], written: the boxes of frame f are first[f]:first[f + 1].
        out_piece: int64 [room], written: the piece of each box.
        out: float64 [room, COLUMNS], written.

    Returns:
        Boxes written; -1 where the room did not suffice.
    """
    raw = np.empty((MOST_SEEN, 4))
    at = np.empty((MOST_SEEN, 4))
    depths = np.empty(MOST_SEEN)
    pieces = np.empty(MOST_SEEN, np.int64)
    order = np.empty(MOST_SEEN, np.int64)
    written = 0
    first[0] = 0
    for f in range(len(frame_us)):
        c = frame_camera[f]
        t = frame_us[f]
        lens_x, lens_y, lens_m, focal = lens[c, 0], lens[c, 1], lens[c, 2], lens[c, 3]
        width, height, reach = lens[c, 4], lens[c, 5], lens[c, 6]
        n = 0
        for k in range(cell_first[c], cell_first[c + 1]):
            for p in range(piece_first[cells[k]], piece_first[cells[k] + 1]):
                i = piece_order[p]
                if not (from_us[i] <= t < to_us[i]) or n >= MOST_SEEN:
                    continue
                share = (t - from_us[i]) / (to_us[i] - from_us[i])
                dx = x_m[i, 0] + share * (x_m[i, 1] - x_m[i, 0]) - lens_x
                dy = y_m[i, 0] + share * (y_m[i, 1] - y_m[i, 0]) - lens_y
                if dx * dx + dy * dy > reach * reach:
                    continue
                depth = axes[c, 2, 0] * dx + axes[c, 2, 1] * dy - axes[c, 2, 2] * lens_m
                if depth < LEAST_DEPTH_M:
                    continue
                side = (axes[c, 0, 0] * dx + axes[c, 0, 1] * dy) * focal / depth
                if abs(side) > width * 0.5 + focal * size[i, 0] / depth:
                    continue
                turn = heading[i, 1] - heading[i, 0]
                turn -= 2.0 * math.pi * math.floor(turn / (2.0 * math.pi) + 0.5)
                pointed = heading[i, 0] + share * turn
                if not _box(axes[c], focal, width, height, dx, dy, lens_m, pointed, size[i], raw[n]):
                    continue
                if min(raw[n, 2], width) - max(raw[n, 0], 0.0) < LEAST_WIDTH_PX:
                    continue
                if min(raw[n, 3], height) - max(raw[n, 1], 0.0) < LEAST_HEIGHT_PX:
                    continue
                at[n, 0], at[n, 1], at[n, 2], at[n, 3] = dx, dy, speed[i], pointed
                depths[n] = depth
                pieces[n] = i
                # insertion by depth; equal depths as they came
                m = n
                while m > 0 and depths[order[m - 1]] > depth:
                    order[m] = order[m - 1]
                    m -= 1
                order[m] = n
                n += 1
        if written + n > len(out_piece):
            return -1
        for place in range(n):
            i = order[place]
            visible, unhidden = _shares(raw, order, place, width, height)
            row = out[written]
            row[X1], row[Y1] = max(raw[i, 0], 0.0), max(raw[i, 1], 0.0)
            row[X2], row[Y2] = min(raw[i, 2], width), min(raw[i, 3], height)
            row[VISIBLE], row[OPEN] = visible, unhidden
            row[X_M], row[Y_M], row[SPEED] = at[i, 0], at[i, 1], at[i, 2]
            row[HEADING] = math.degrees(at[i, 3]) % 360.0
            row[DEPTH] = depths[i]
            out_piece[written] = pieces[i]
            written += 1
        first[f + 1] = written
    return written
