"""Which box belongs to which track: similarity under uncertain motion, and the best assignment.

Similarity is the IoU of both boxes widened by the same margin (buffered IoU: Yang et al., C-BIoU, WACV 2023,
arXiv 2211.14317); here the margin follows the track's predicted position uncertainty, which grows with the real time
since its last box. At video rate it is close to IoU; at one frame a second a fast vehicle, whose boxes no longer
overlap, stays in reach of its own track.
"""

import numpy as np
from numpy.typing import NDArray

from processors.tracking.compiled import compiled

Array = NDArray[np.float64]


@compiled
def buffered_iou(  # noqa: PLR0917  compiled code takes flat arguments: two boxes and a margin
    ax: float, ay: float, aw: float, ah: float, bx: float, by: float, bw: float, bh: float, mx: float, my: float
) -> float:
    """Return the IoU of two boxes (centre x, centre y, width, height) widened by mx and my on each side, 0 to 1."""
    aw += 2.0 * mx
    bw += 2.0 * mx
    ah += 2.0 * my
    bh += 2.0 * my
    ix = min(ax + 0.5 * aw, bx + 0.5 * bw) - max(ax - 0.5 * aw, bx - 0.5 * bw)
    iy = min(ay + 0.5 * ah, by + 0.5 * bh) - max(ay - 0.5 * ah, by - 0.5 * bh)
    if ix <= 0.0 or iy <= 0.0:
        return 0.0
    overlap = ix * iy
    return overlap / (aw * ah + bw * bh - overlap)


@compiled
def assign(  # noqa: C901, PLR0912  one textbook algorithm, in one piece for the compiler
    gain: Array, rows: int, columns: int, match: NDArray[np.int64]
) -> None:
    """Find the matching of rows and columns with the largest total gain.

    Shortest augmenting paths with potentials (Jonker, Volgenant: Computing 38, 1987), on the smaller side. Pairs of
    gain 0 or less never match, which is what a threshold on each pair means inside the optimum, not after it.

    Args:
        gain: float64 [>= rows, >= columns].
        rows: rows in use.
        columns: columns in use.
        match: int64 [>= rows], written: column of each row, or -1.
    """
    for i in range(rows):
        match[i] = -1
    if rows == 0 or columns == 0:
        return
    if _plain(gain, rows, columns, match):
        return
    flipped = rows > columns
    n, m = (columns, rows) if flipped else (rows, columns)
    u = np.zeros(n + 1)
    v = np.zeros(m + 1)
    row_of = np.zeros(m + 1, np.int64)
    way = np.zeros(m + 1, np.int64)
    shortest = np.empty(m + 1)
    done = np.empty(m + 1, np.bool_)
    for i in range(1, n + 1):
        row_of[0] = i
        j0 = 0
        shortest[:] = np.inf
        done[:] = False
        while True:
            done[j0] = True
            i0 = row_of[j0]
            delta = np.inf
            j1 = 0
            for j in range(1, m + 1):
                if done[j]:
                    continue
                value = gain[j - 1, i0 - 1] if flipped else gain[i0 - 1, j - 1]
                cost = -max(value, 0.0) - u[i0] - v[j]
                if cost < shortest[j]:
                    shortest[j] = cost
                    way[j] = j0
                if shortest[j] < delta:
                    delta = shortest[j]
                    j1 = j
            for j in range(m + 1):
                if done[j]:
                    u[row_of[j]] += delta
                    v[j] -= delta
                else:
                    shortest[j] -= delta
            j0 = j1
            if row_of[j0] == 0:
                break
        while j0 != 0:
            j1 = way[j0]
            row_of[j0] = row_of[j1]
            j0 = j1
    for j in range(1, m + 1):
        i = row_of[j]
        if i == 0:
            continue
        row, column = (j - 1, i - 1) if flipped else (i - 1, j - 1)
        if gain[row, column] > 0.0:
            match[row] = column


@compiled
def _plain(gain: Array, rows: int, columns: int, match: NDArray[np.int64]) -> bool:
    """Match where each row's best column is no other row's best: that is the optimum. Return False where it is not."""
    taken = np.zeros(columns, np.bool_)
    for i in range(rows):
        best = 0.0
        at = -1
        for j in range(columns):
            if gain[i, j] > best:
                best = gain[i, j]
                at = j
        if at >= 0:
            if taken[at]:
                for k in range(rows):
                    match[k] = -1
                return False
            taken[at] = True
            match[i] = at
    return True
