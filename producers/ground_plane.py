"""Checks of what a registry entry draws on the image: polygons and the ground-plane homography. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Above this condition number (of the matrix scaled to the image) a pixel's error becomes any distance on the ground.
MOST_CONDITION: Final = 1e8
Points = NDArray[np.float64]


def corners_px(polygon_px: Sequence[float]) -> Points:
    """Return x0, y0, x1, y1, ... as an array of shape (corners, 2), pixels."""
    return np.asarray(polygon_px, dtype=np.float64).reshape(-1, 2)


def polygon_problem(polygon_px: Sequence[float], width_px: int, height_px: int) -> tuple[str, str, str] | None:
    """Return what is wrong with a polygon as (found, expected, what to do), or None."""
    if len(polygon_px) % 2 or len(polygon_px) < 6:
        return f"{len(polygon_px)} numbers", "x and y of at least 3 corners", "list the corners as [[x, y], ...]"
    points = corners_px(polygon_px)
    outside = (points < 0).any(axis=1) | (points[:, 0] > width_px) | (points[:, 1] > height_px)
    if outside.any():
        x, y = points[int(np.argmax(outside))]
        return (
            f"corner ({x:g}, {y:g})",
            f"0..{width_px} x 0..{height_px}, the entry's width_px x height_px",
            "draw it on a picture of that size",
        )
    crossing = _crossing(points)
    if crossing is not None:
        return (
            f"edges {crossing[0]} and {crossing[1]} cross",
            "a simple polygon",
            "order the corners around its outline",
        )
    if abs(_area_px2(points)) < 1.0:
        return "an area below 1 square pixel", "a region", "draw it larger or remove it"
    return None


def homography_problem(homography: Sequence[float], width_px: int, height_px: int) -> tuple[str, str, str] | None:
    """Return what is wrong with a matrix as (found, expected, what to do), or None.

    The matrix is judged for pixels scaled to 0..1, so that its units do not count as bad conditioning.
    """
    advice = "measure again with four or more points, no three on a line"
    if len(homography) != 9:
        return f"{len(homography)} numbers", "9, row-major 3 x 3", "give three rows of three numbers"
    matrix = np.asarray(homography, dtype=np.float64).reshape(3, 3)
    if not np.isfinite(matrix).all():
        return "numbers that are not finite", "9 finite numbers", advice
    scaled = matrix @ np.diag([float(width_px), float(height_px), 1.0])
    norms = np.linalg.norm(scaled, axis=1, keepdims=True)
    if (norms == 0).any():
        return "a row of zeros", "a matrix of rank 3", advice
    condition = float(np.linalg.cond(scaled / norms))
    if condition > MOST_CONDITION:
        return f"a degenerate matrix (condition {condition:.1e})", f"a condition below {MOST_CONDITION:.0e}", advice
    return None


def horizon_problem(
    homography: Sequence[float], polygon_px: Sequence[float], scale_x: float, scale_y: float
) -> tuple[str, str, str] | None:
    """Return what is wrong where the matrix maps a line through the polygon to infinity, or None.

    Args:
        homography: 9 numbers, image pixels of the calibration's size to metres.
        polygon_px: corners, pixels of the entry's size.
        scale_x: calibration's width over the entry's.
        scale_y: calibration's height over the entry's.
    """
    points = corners_px(polygon_px) * (scale_x, scale_y)
    third = np.asarray(homography[6:9], dtype=np.float64)
    weights = points @ third[:2] + third[2]
    if (weights > 0).all() or (weights < 0).all():
        return None
    return (
        "the calibration's horizon runs through it",
        "a region of the ground, wholly below the horizon",
        "lower the region's upper edge, or calibrate again",
    )


def _area_px2(points: Points) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _crossing(points: Points) -> tuple[int, int] | None:
    """Return two edges, from 0, that meet although they are not neighbours, or None."""
    count = len(points)
    for i in range(count):
        for j in range(i + 1, count):
            neighbours = j == i + 1 or (i == 0 and j == count - 1)
            if not neighbours and _meet(points[i], points[(i + 1) % count], points[j], points[(j + 1) % count]):
                return i, j
    return None


def _meet(a: Points, b: Points, c: Points, d: Points) -> bool:
    def side(p: Points, q: Points, r: Points) -> float:
        return float(np.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])))

    def between(p: Points, q: Points, r: Points) -> bool:
        return bool((np.minimum(p, q) <= r).all() and (r <= np.maximum(p, q)).all())

    s1, s2, s3, s4 = side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
    if s1 != s2 and s3 != s4:
        return True
    return any(
        s == 0 and between(p, q, r) for s, p, q, r in ((s1, a, b, c), (s2, a, b, d), (s3, c, d, a), (s4, c, d, b))
    )
