"""Speed and heading on the ground with a standard uncertainty, by regression over a track's path.

Model: over the window the object moves straight at a constant speed; each foot point is measured with an independent
error of foot_error_px in both image directions, which the homography carries to the ground (ground.project).

1. Generalised least squares over the points i at times t_i, with 2x2 covariances C_i: the four parameters are position
   and velocity in x and y (Aitken; Kariya, Kurata: Generalized Least Squares, 2004, ch. 2).
2. Scale of the errors: the foot error above is a prior guess worth PRIOR points' residuals; with the residuals' chi^2
   it gives s^2 = (PRIOR + chi^2) / (PRIOR + nu), nu = 2 n - 4 (scaled inverse chi-square prior: Gelman et al., Bayesian
   Data Analysis, 3rd ed., 3.3). The estimate is t-distributed, so its standard uncertainty carries the factor
   sqrt((PRIOR + nu) / (PRIOR + nu - 2)) (JCGM 101:2008, 6.4.9.4). Objects that brake or turn within the window leave
   larger residuals and so a larger uncertainty.
3. Speed is the velocity's length. Its square is too large by the variance across the direction of travel, which is
   taken off (first order of the Rice distribution); the uncertainty is the velocity's along that direction, and the
   largest of any direction where the speed is not above its own uncertainty.
4. Calibration, added in quadrature (GUM, JCGM 100:2008, 5.1): speed * scale_error_ratio, and the difference of the
   position errors at both ends of the path, 2 p^2 (1 - exp(-(d / l)^2 / 2)) / T^2 with p = position_error_m, the path's
   length d, its duration T, and l = CORRELATION_M: a calibration's errors vary smoothly over the ground, so a short
   path's ends share theirs and a parked vehicle's speed is not blurred by them.
"""

import math

import numpy as np
from numpy.typing import NDArray

from processors.tracking.compiled import compiled
from processors.tracking.ground import project

Array = NDArray[np.float64]

#: Residuals that the prior guess of the foot error counts for.
PRIOR = 4.0
#: Distance over which position errors of a calibration are alike, metres: about the spacing of its reference points.
CORRELATION_M = 10.0


@compiled
def ground_velocity(  # noqa: C901, PLR0912, PLR0915, PLR0917  one estimator, step by step as the docstring numbers it
    h: Array,
    position_error_m: float,
    scale_error_ratio: float,
    count: int,
    t_s: Array,
    u_px: Array,
    v_px: Array,
    error_px: Array,
    out: Array,
) -> bool:
    """Estimate speed and heading; see the module for the method.

    Args:
        h: float64 [9], oriented homography.
        position_error_m: calibration's standard uncertainty of a position.
        scale_error_ratio: calibration's relative standard uncertainty of distances.
        count: points in use.
        t_s: float64 [>= count], times, seconds from any origin, ascending.
        u_px: float64 [>= count], foot columns, pixels.
        v_px: float64 [>= count], foot rows, pixels.
        error_px: float64 [>= count], standard deviation of the foot points, pixels.
        out: float64 [3], written: speed (m/s), its standard uncertainty (m/s), heading (radians clockwise from +y).

    Returns:
        False where there is nothing to estimate from (fewer than three points on the ground); `out` is then NaN.
    """
    out[0] = np.nan
    out[1] = np.nan
    out[2] = np.nan
    place = np.empty(5)
    xs = np.empty(count)
    ys = np.empty(count)
    ts = np.empty(count)
    ixx = np.empty(count)
    iyy = np.empty(count)
    ixy = np.empty(count)
    n = 0
    mean = 0.0
    for i in range(count):
        if not project(h, u_px[i], v_px[i], error_px[i], place):
            continue
        determinant = place[2] * place[3] - place[4] * place[4]
        if not determinant > 0.0:
            continue
        xs[n] = place[0]
        ys[n] = place[1]
        ts[n] = t_s[i]
        ixx[n] = place[3] / determinant
        iyy[n] = place[2] / determinant
        ixy[n] = -place[4] / determinant
        mean += t_s[i]
        n += 1
    if n < 3 or not ts[n - 1] > ts[0]:
        return False
    mean /= n
    # Normal equations of (x, vx, y, vy), augmented by the right side and the two unit columns of the velocities.
    a = np.zeros((4, 7))
    for i in range(n):
        t = ts[i] - mean
        gx = ixx[i] * xs[i] + ixy[i] * ys[i]
        gy = ixy[i] * xs[i] + iyy[i] * ys[i]
        a[0, 0] += ixx[i]
        a[0, 1] += ixx[i] * t
        a[1, 1] += ixx[i] * t * t
        a[0, 2] += ixy[i]
        a[0, 3] += ixy[i] * t
        a[1, 3] += ixy[i] * t * t
        a[2, 2] += iyy[i]
        a[2, 3] += iyy[i] * t
        a[3, 3] += iyy[i] * t * t
        a[0, 4] += gx
        a[1, 4] += gx * t
        a[2, 4] += gy
        a[3, 4] += gy * t
    a[1, 2] = a[0, 3]
    for i in range(1, 4):
        for j in range(i):
            a[i, j] = a[j, i]
    a[1, 5] = 1.0
    a[3, 6] = 1.0
    for k in range(4):
        if not a[k, k] > 0.0:
            return False
        for i in range(k + 1, 4):
            f = a[i, k] / a[k, k]
            for j in range(k, 7):
                a[i, j] -= f * a[k, j]
    for k in range(3, -1, -1):
        for j in range(4, 7):
            for i in range(k + 1, 4):
                a[k, j] -= a[k, i] * a[i, j]
            a[k, j] /= a[k, k]
    x0, vx, y0, vy = a[0, 4], a[1, 4], a[2, 4], a[3, 4]
    cxx, cyy, cxy = a[1, 5], a[3, 6], a[3, 5]
    chi2 = 0.0
    for i in range(n):
        t = ts[i] - mean
        rx = xs[i] - x0 - vx * t
        ry = ys[i] - y0 - vy * t
        chi2 += ixx[i] * rx * rx + 2.0 * ixy[i] * rx * ry + iyy[i] * ry * ry
    freedom = PRIOR + 2.0 * n - 4.0
    scale = (PRIOR + chi2) / freedom * freedom / (freedom - 2.0)
    cxx *= scale
    cyy *= scale
    cxy *= scale
    square = vx * vx + vy * vy
    if not (cxx > 0.0 and cyy > 0.0 and math.isfinite(square)):
        return False
    half = 0.5 * (cxx - cyy)
    largest = 0.5 * (cxx + cyy) + math.sqrt(half * half + cxy * cxy)
    if square > largest:
        along = (vx * vx * cxx + 2.0 * vx * vy * cxy + vy * vy * cyy) / square
        across = (vy * vy * cxx - 2.0 * vx * vy * cxy + vx * vx * cyy) / square
        speed = math.sqrt(max(0.0, square - across))
    else:
        along = largest
        speed = math.sqrt(max(0.0, square - 0.5 * (cxx + cyy)))
    duration = ts[n - 1] - ts[0]
    distance = speed * duration / CORRELATION_M
    ends = 2.0 * position_error_m * position_error_m * (1.0 - math.exp(-0.5 * distance * distance))
    variance = along + (speed * scale_error_ratio) ** 2 + ends / (duration * duration)
    out[0] = speed
    out[1] = math.sqrt(variance)
    out[2] = math.atan2(vx, vy)
    return True
