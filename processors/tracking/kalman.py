"""Constant-velocity Kalman filter of a box, with real time steps.

State: centre x, centre y, width, height (pixels) and their rates (pixels a second). Measurement: the first four. All
noise is independent between the four, so the 8x8 covariance splits exactly into four 2x2 blocks (variance of the value,
covariance, variance of the rate): four small filters instead of 8x8 matrices. The model is SORT's (arXiv 1602.00763)
as ByteTrack uses it, with noise in proportion to the box as in DeepSORT (arXiv 1703.07402); its noise per frame is
turned into white acceleration per second, so that frames may be any time apart.

A filter is one float32 row of FILTER numbers: four values, four rates, then variance, covariance, rate variance of
each.
"""

import numpy as np
from numpy.typing import NDArray

from processors.tracking.compiled import compiled

Row = NDArray[np.float32]

#: Length of a filter's row.
FILTER = 20
#: Measured components: centre x, centre y, width, height.
COMPONENTS = 4
RATE = 4
VARIANCE = 8


@compiled
def initiate(row: Row, box: NDArray[np.float64], measurement_ratio: float, rate_sd: float) -> None:
    """Start a filter at a box.

    Args:
        row: float32 [FILTER], written.
        box: float64 [4], centre x, centre y, width, height, pixels.
        measurement_ratio: standard deviation of a measured edge, as a share of the box's size.
        rate_sd: standard deviation of the unknown rate, box sizes a second; width and height get a tenth of it.
    """
    size = 0.5 * (box[2] + box[3])
    variance = (measurement_ratio * size) ** 2
    for c in range(4):
        rate = rate_sd * size if c < 2 else 0.1 * rate_sd * size
        row[c] = box[c]
        row[RATE + c] = 0.0
        row[VARIANCE + 3 * c] = variance
        row[VARIANCE + 3 * c + 1] = 0.0
        row[VARIANCE + 3 * c + 2] = rate * rate


@compiled
def predict(row: Row, dt_s: float, acceleration: float, out: NDArray[np.float64]) -> None:
    """Write the filter's state `dt_s` later.

    White acceleration of spectral density q adds q dt^3 / 3, q dt^2 / 2 and q dt to a block (Bar-Shalom, Li,
    Kirubarajan: Estimation with Applications to Tracking and Navigation, 2001, eq. 6.2.2-4).

    Args:
        row: float32 [FILTER], state at the track's last box; not changed.
        dt_s: seconds since then, not negative.
        acceleration: square root of q, box sizes a second^1.5; width and height get a tenth of it.
        out: float64 [FILTER], written; width and height are at least a pixel.
    """
    size = 0.5 * (float(row[2]) + float(row[3]))
    for c in range(4):
        a = acceleration * size if c < 2 else 0.1 * acceleration * size
        q = a * a
        p00 = float(row[VARIANCE + 3 * c])
        p01 = float(row[VARIANCE + 3 * c + 1])
        p11 = float(row[VARIANCE + 3 * c + 2])
        out[c] = float(row[c]) + dt_s * float(row[RATE + c])
        out[RATE + c] = row[RATE + c]
        out[VARIANCE + 3 * c] = p00 + dt_s * (2.0 * p01 + dt_s * (p11 + dt_s * q / 3.0))
        out[VARIANCE + 3 * c + 1] = p01 + dt_s * (p11 + 0.5 * dt_s * q)
        out[VARIANCE + 3 * c + 2] = p11 + dt_s * q
    # A size extrapolated over a gap must not vanish or explode: it may halve or double, and its rate ends there.
    for c in range(2, 4):
        least = max(1.0, 0.5 * float(row[c]))
        most = max(1.0, 2.0 * float(row[c]))
        if out[c] < least or out[c] > most:
            out[c] = min(max(out[c], least), most)
            out[RATE + c] = 0.0


@compiled
def update(predicted: NDArray[np.float64], box: NDArray[np.float64], measurement_ratio: float, row: Row) -> None:
    """Correct a predicted state by a measured box.

    Args:
        predicted: float64 [FILTER], as `predict` wrote it.
        box: float64 [4], centre x, centre y, width, height, pixels.
        measurement_ratio: standard deviation of a measured edge, as a share of the box's size.
        row: float32 [FILTER], written.
    """
    size = 0.5 * (box[2] + box[3])
    r = (measurement_ratio * size) ** 2
    for c in range(4):
        p00 = predicted[VARIANCE + 3 * c]
        p01 = predicted[VARIANCE + 3 * c + 1]
        p11 = predicted[VARIANCE + 3 * c + 2]
        s = p00 + r
        k0 = p00 / s
        k1 = p01 / s
        residual = box[c] - predicted[c]
        row[c] = predicted[c] + k0 * residual
        row[RATE + c] = predicted[RATE + c] + k1 * residual
        row[VARIANCE + 3 * c] = r * k0
        row[VARIANCE + 3 * c + 1] = r * k1
        row[VARIANCE + 3 * c + 2] = p11 - k1 * p01
