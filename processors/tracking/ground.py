"""From the picture to the ground: homography of a foot point, its Jacobian, the horizon, and what makes it unusable."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from processors.tracking.compiled import compiled

Array = NDArray[np.float64]

#: A ground position farther than this from the ground origin is taken as beyond the horizon, metres.
FARTHEST_M = 5_000.0
#: Condition number of the matrix between the unit picture and the ground, scaled to unit size, from which it is
#: degenerate. Cameras at 3 to 30 m height with their horizon in view stay below 1e4.
WORST_CONDITION = 1e7


class DegenerateHomographyError(ValueError):
    """A calibration whose matrix maps no usable part of the picture to the ground."""


def oriented_homography(matrix: Sequence[float], calibrated_px: tuple[int, int], picture_px: tuple[int, int]) -> Array:
    """Return a calibration's matrix for pictures of another size, its third coordinate positive on the ground.

    The third coordinate has the sign of the distance from the horizon: positive on the ground, negative in the sky. The
    point at the middle of the picture's lower edge is taken as ground. The scale is such that the third row's
    linear part has length 1 where the picture has a horizon, so the third coordinate is then the distance from the
    horizon in pixels (Hartley, Zisserman: Multiple View Geometry, 2nd ed., 8.2, for the line that maps to infinity).

    Args:
        matrix: nine numbers, row by row, from pixels of the calibrated size to metres.
        calibrated_px: width and height the matrix is for.
        picture_px: width and height of the pictures.

    Returns:
        float64 [3, 3] for pixels of `picture_px`.

    Raises:
        DegenerateHomographyError: not nine finite numbers, a singular matrix, or a horizon below the picture; says
            which.
    """
    if len(matrix) != 9 or not all(math.isfinite(value) for value in matrix):
        raise DegenerateHomographyError(f"homography has {len(matrix)} numbers {list(matrix)}; expected 9 finite ones")
    if min(calibrated_px) < 1 or min(picture_px) < 1:
        raise DegenerateHomographyError(f"picture sizes {calibrated_px} and {picture_px} px; expected 1 px or more")
    h = np.array(matrix, dtype=np.float64).reshape(3, 3)
    width, height = picture_px
    h = h @ np.diag([calibrated_px[0] / width, calibrated_px[1] / height, 1.0])
    unit = h @ np.diag([float(width), float(height), 1.0])
    norms = np.linalg.norm(unit, axis=1)
    if not np.all(np.isfinite(unit)) or np.any(norms == 0.0):
        raise DegenerateHomographyError("homography has a row of zeros or overflows: it maps the picture to a line")
    condition = float(np.linalg.cond(unit / norms[:, None]))
    if not condition < WORST_CONDITION:
        raise DegenerateHomographyError(
            f"homography is singular (condition {condition:.2g}, expected below {WORST_CONDITION:.0e}): it maps the"
            " picture to a line or a point"
        )
    w = float(h[2] @ np.array([width / 2.0, float(height), 1.0]))
    slope = math.hypot(h[2, 0], h[2, 1])
    whole = abs(float(h[2, 2]))
    if slope * max(width, height) < 1e-9 * whole:
        return np.ascontiguousarray(h / h[2, 2])
    h = h / math.copysign(slope, w)
    if abs(w) / slope < 1.0:
        raise DegenerateHomographyError(
            "homography puts the horizon at or below the picture's lower edge: no ground is in view"
        )
    return np.ascontiguousarray(h)


@compiled
def project(h: Array, u: float, v: float, foot_error_px: float, out: Array) -> bool:
    """Map a foot point to the ground with first-order error propagation.

    Args:
        h: float64 [9], row by row, as oriented_homography returns it (pixels of the picture to metres).
        u: column, pixels.
        v: row, pixels.
        foot_error_px: standard deviation of u and of v, pixels, independent.
        out: float64 [5], written: x, y (metres), variances of x and y and their covariance (m^2): J J^T s^2 with the
            Jacobian J of the map (GUM, JCGM 100:2008, 5.1).

    Returns:
        False beyond the horizon, nearer to it than three standard deviations of the foot point, or farther than
        FARTHEST_M: `out` is then NaN.
    """
    w = h[6] * u + h[7] * v + h[8]
    slope = math.sqrt(h[6] * h[6] + h[7] * h[7])
    good = w > 3.0 * foot_error_px * slope and w > 0.0
    if good:
        x = (h[0] * u + h[1] * v + h[2]) / w
        y = (h[3] * u + h[4] * v + h[5]) / w
        good = abs(x) <= FARTHEST_M and abs(y) <= FARTHEST_M
    if not good:
        for i in range(5):
            out[i] = np.nan
        return False
    xu = (h[0] - x * h[6]) / w
    xv = (h[1] - x * h[7]) / w
    yu = (h[3] - y * h[6]) / w
    yv = (h[4] - y * h[7]) / w
    s2 = foot_error_px * foot_error_px
    out[0] = x
    out[1] = y
    out[2] = s2 * (xu * xu + xv * xv)
    out[3] = s2 * (yu * yu + yv * yv)
    out[4] = s2 * (xu * yu + xv * yv)
    return True


@compiled
def inside(polygon: Array, first: int, last: int, u: float, v: float) -> bool:
    """Say whether a point lies in a polygon (even-odd rule).

    Args:
        polygon: float64 [n, 2], corners of all polygons, pixels.
        first: the polygon's first corner.
        last: one behind its last corner.
        u: column, pixels.
        v: row, pixels.
    """
    odd = False
    j = last - 1
    for i in range(first, last):
        crosses = (polygon[i, 1] > v) != (polygon[j, 1] > v)
        if crosses and u < polygon[i, 0] + (v - polygon[i, 1]) * (polygon[j, 0] - polygon[i, 0]) / (
            polygon[j, 1] - polygon[i, 1]
        ):
            odd = not odd
        j = i
    return odd
