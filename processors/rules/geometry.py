"""Points and polygons, vectorised."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def points_in_polygon(points: Array, polygon: Array) -> Mask:
    """Tell which points lie inside a polygon, by the crossing number (Shimrat 1962, ACM Algorithm 112).

    Args:
        points: float64[n, 2].
        polygon: float64[m, 2], corners in order, m >= 3.

    Returns:
        bool[n]; a point on an edge may count either way, the same way each time.
    """
    if not len(points):
        return np.zeros(0, np.bool_)
    x, y = points[:, 0, None], points[:, 1, None]
    x1, y1 = polygon[:, 0], polygon[:, 1]
    x2, y2 = np.roll(x1, -1), np.roll(y1, -1)
    straddles = (y1 > y) != (y2 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = (x2 - x1) * (y - y1) / (y2 - y1) + x1
    inside: Mask = (np.count_nonzero(straddles & (x < crossing), axis=1) % 2).astype(np.bool_)
    return inside


def polygon_area(polygon: Array) -> float:
    """Return the area of a simple polygon, float64[m, 2] (shoelace formula)."""
    x, y = polygon[:, 0], polygon[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def heading_difference_deg(a_deg: float, b_deg: float) -> float:
    """Return the angle between two directions, 0 to 180 degrees."""
    return abs((a_deg - b_deg + 180.0) % 360.0 - 180.0)
