"""Calibration: Ground-plane calibration of one camera view."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ground-plane calibration of one camera view.

    Attributes:
        version: Version of this calibration; a finding names it.
        method: How it was obtained, e.g. "survey" or "estimated from objects of known size".
        homography: 3x3 row-major matrix from image pixels (u, v, 1) to ground metres (x, y, w); 9 numbers.
        width_px: Image width the matrix is for, pixels.
        height_px: Image height the matrix is for, pixels.
        position_error_m: Standard uncertainty of a ground position, metres.
        scale_error_ratio: Relative standard uncertainty of distances, and so of speeds.
    """

    version: int
    method: str
    homography: Sequence[float]
    width_px: int
    height_px: int
    position_error_m: float
    scale_error_ratio: float
