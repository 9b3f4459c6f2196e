"""Speed and heading on the ground with a standard uncertainty, by regression over a track's path.

Model: over the window the object moves at a speed that changes evenly, by little; each foot point is measured with an
error of error_px in both image directions, which the homography carries to the ground (ground.project). A detector
repeats its error on the next frame, so errors follow an Ornstein-Uhlenbeck process: between points dt apart their
correlation is rho = exp(-dt / correlation_s).

1. Generalised least squares over the points i at times t_i, with 2x2 covariances C_i: the parameters are position,
   velocity and acceleration in x and y (Aitken; Kariya, Kurata: Generalized Least Squares, 2004, ch. 2). Each point is
   multiplied by the square root of its information C_i^-1; from the second on, rho times the one before is taken off
   and the rest divided by sqrt(1 - rho^2), which leaves independent unit errors (Prais, Winsten: Trend Estimators and
   Serial Correlation, Cowles Commission 383, 1954; with unequal steps). Accelerations are observed to be 0 with a
   standard deviation of acceleration_mps2 (ridge regression: Hoerl, Kennard, Technometrics 12, 1970). The velocity is
   that of at_s, the middle of the time that the speed is said of: points are missing at its end, where a box is cut
   off, and far ones count little, so a constant speed would be that of another time for who brakes or drives off.
2. A point farther than OUTLIER_SDS standard deviations from the path of the others, as the others' residuals show them
   (the deleted residual: Cook, Weisberg: Residuals and Influence in Regression, 1982, 2.2), is left out; the farthest
   first, at most one in DROP_ONE_IN: a box that takes in a neighbour or a shadow says nothing of where the wheels are.
3. Scale of the errors: the foot error above is a prior guess worth PRIOR points' residuals; with the residuals' chi^2
   it gives s^2 = (PRIOR + chi^2) / (PRIOR + nu), nu = 2 n - 4 (scaled inverse chi-square prior: Gelman et al., Bayesian
   Data Analysis, 3rd ed., 3.3). The estimate is t-distributed, so its standard uncertainty carries the factor
   sqrt((PRIOR + nu) / (PRIOR + nu - 2)) (JCGM 101:2008, 6.4.9.4). Objects that brake or turn within the window leave
   larger residuals and so a larger uncertainty.
4. Speed is the velocity's length. Its square is too large by the variance across the direction of travel, which is
   taken off (first order of the Rice distribution); the uncertainty is the velocity's along that direction, and the
   largest of any direction where the speed is not above its own uncertainty.
5. Calibration, added in quadrature (GUM, JCGM 100:2008, 5.1): speed * scale_error_ratio, and the difference of the
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
#: A foot point this far from the path, in standard deviations as the others show them, is none.
OUTLIER_SDS = 4.5
#: Parameters of a path: x, vx, y, vy, ax, ay; then what is measured, or the right side; then two unit columns.
PARAMETERS = 6
VALUE = PARAMETERS
COLUMNS = PARAMETERS + 3
#: Information of an acceleration that is known to be 0.
KNOWN = 1e12
#: Of so many points one may be left out.
DROP_ONE_IN = 4
#: Fewer than these are never left.
FEWEST = 5
#: Distance over which position errors of a calibration are alike, metres: about the spacing of its reference points.
CORRELATION_M = 10.0


@compiled
def _independent(count: int, t_s: Array, points: Array, correlation_s: float, out: Array) -> bool:
    """Make the points' errors independent (step 1 above), see `_fit`. False: two points at one time."""
    for i in range(count):
        rho = 0.0
        if i > 0 and correlation_s > 0.0:
            rho = math.exp((t_s[i - 1] - t_s[i]) / correlation_s)
        if not rho < 1.0:
            return False
        rest = 1.0 / math.sqrt(1.0 - rho * rho)
        for k in range(2):
            for j in range(VALUE + 1):
                before = points[i - 1, k, j] if i > 0 else 0.0
                out[i, k, j] = (points[i, k, j] - rho * before) * rest
    return True


@compiled
def _solve(a: Array) -> bool:
    """Solve the equations in place by Gauss' elimination, the last columns being right sides. False: singular."""
    for k in range(PARAMETERS):
        if not a[k, k] > 0.0:
            return False
        for i in range(k + 1, PARAMETERS):
            f = a[i, k] / a[k, k]
            for j in range(k, COLUMNS):
                a[i, j] -= f * a[k, j]
    for k in range(PARAMETERS - 1, -1, -1):
        for j in range(VALUE, COLUMNS):
            for i in range(k + 1, PARAMETERS):
                a[k, j] -= a[k, i] * a[i, j]
            a[k, j] /= a[k, k]
    return True


@compiled
def _fit(count: int, t_s: Array, points: Array, correlation_s: float, steadiness: float, a: Array) -> float:
    """Fit a path whose speed changes evenly, by little.

    Args:
        count: points.
        t_s: float64 [>= count], times, ascending.
        points: float64 [>= count, 2, VALUE + 1]: of each point two equations in the parameters and what is measured,
            with errors of unit size.
        correlation_s: of the errors.
        steadiness: information of what is known of an acceleration beforehand: that it is 0.
        a: float64 [PARAMETERS, COLUMNS], written: column VALUE has the parameters, the next two the covariances with vx
            and vy.

    Returns:
        chi^2 of the independent residuals, the accelerations' included; NaN where the points leave the path open.
    """
    equations = np.empty((count, 2, VALUE + 1))
    if not _independent(count, t_s, points, correlation_s, equations):
        return np.nan
    # Normal equations, augmented by the right side and the two unit columns of the velocities.
    a[:] = 0.0
    for i in range(count):
        for k in range(2):
            for row in range(PARAMETERS):
                for j in range(VALUE + 1):
                    a[row, j] += equations[i, k, row] * equations[i, k, j]
    a[4, 4] += steadiness
    a[5, 5] += steadiness
    a[1, VALUE + 1] = 1.0
    a[3, VALUE + 2] = 1.0
    if not _solve(a):
        return np.nan
    chi2 = float(steadiness * (a[4, VALUE] * a[4, VALUE] + a[5, VALUE] * a[5, VALUE]))
    for i in range(count):
        for k in range(2):
            residual = _residual(equations[i, k], a)
            chi2 += residual * residual
    return chi2


@compiled
def _residual(equation: Array, a: Array) -> float:
    left = equation[VALUE]
    for j in range(PARAMETERS):
        left -= equation[j] * a[j, VALUE]
    return float(left)


@compiled
def _square(point: Array, a: Array) -> float:
    """Return the square of a point's distance from the path, in its standard deviations."""
    x = _residual(point[0], a)
    y = _residual(point[1], a)
    return x * x + y * y


@compiled
def _farthest(count: int, points: Array, a: Array) -> int:
    farthest = 0
    most = -1.0
    for i in range(count):
        square = _square(points[i], a)
        if square > most:
            farthest = i
            most = square
    return farthest


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
    correlation_s: float,
    acceleration_mps2: float,
    at_s: float,
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
        correlation_s: time after which the errors' correlation has fallen to 1/e, seconds; 0: independent errors.
        acceleration_mps2: standard deviation of how speeds change, metres a second squared; 0: they do not.
        at_s: time at which the velocity is stated, of the same origin as `t_s`.
        out: float64 [3], written: speed (m/s), its standard uncertainty (m/s), heading (radians clockwise from +y).

    Returns:
        False where there is nothing to estimate from (fewer than three points on the ground); `out` is then NaN.
    """
    out[0] = np.nan
    out[1] = np.nan
    out[2] = np.nan
    place = np.empty(5)
    points = np.zeros((count, 2, VALUE + 1))
    ts = np.empty(count)
    n = 0
    for i in range(count):
        if not project(h, u_px[i], v_px[i], error_px[i], place):
            continue
        determinant = place[2] * place[3] - place[4] * place[4]
        if not determinant > 0.0:
            continue
        # the square root of the information, upper triangular
        xx = math.sqrt(place[3] / determinant)
        xy = -place[4] / determinant / xx
        yy = math.sqrt(1.0 / place[3])
        ts[n] = t_s[i]
        points[n, 0, 0] = xx
        points[n, 0, 2] = xy
        points[n, 0, VALUE] = xx * place[0] + xy * place[1]
        points[n, 1, 2] = yy
        points[n, 1, VALUE] = yy * place[1]
        n += 1
    if n < 3 or not ts[n - 1] > ts[0]:
        return False
    # times from when the velocity is asked for
    ts[:n] -= at_s
    for i in range(n):
        for k in range(2):
            points[i, k, 1] = points[i, k, 0] * ts[i]
            points[i, k, 3] = points[i, k, 2] * ts[i]
            points[i, k, 4] = points[i, k, 0] * 0.5 * ts[i] * ts[i]
            points[i, k, 5] = points[i, k, 2] * 0.5 * ts[i] * ts[i]
    steadiness = 1.0 / (acceleration_mps2 * acceleration_mps2) if acceleration_mps2 > 0.0 else KNOWN
    a = np.empty((PARAMETERS, COLUMNS))
    chi2 = _fit(n, ts, points, correlation_s, steadiness, a)
    rest = np.empty((PARAMETERS, COLUMNS))
    for _ in range(n // DROP_ONE_IN):
        if n <= FEWEST:
            break
        # the farthest is taken out and the others are fitted; it is put back where they do not contradict it
        i = _farthest(n, points, a)
        point, at = points[i].copy(), ts[i]
        points[i : n - 1] = points[i + 1 : n].copy()
        ts[i : n - 1] = ts[i + 1 : n].copy()
        others = _fit(n - 1, ts, points, correlation_s, steadiness, rest)
        scale = max(1.0, others / (2.0 * (n - 1) - 4.0))
        if not _square(point, rest) > OUTLIER_SDS * OUTLIER_SDS * scale:
            points[i + 1 : n] = points[i : n - 1].copy()
            ts[i + 1 : n] = ts[i : n - 1].copy()
            points[i], ts[i] = point, at
            break
        n -= 1
        chi2 = others
        a[:] = rest
    if not chi2 >= 0.0:
        return False
    vx, vy = a[1, VALUE], a[3, VALUE]
    cxx, cyy, cxy = a[1, VALUE + 1], a[3, VALUE + 2], a[3, VALUE + 1]
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
