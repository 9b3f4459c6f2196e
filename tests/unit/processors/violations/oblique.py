"""A camera that looks along a street, not straight down: where it has blocks that come towards it."""

import math

import numpy as np

from schemas.messages import Calibration
from tests.unit.processors.rules.street import calibration

#: A camera 8 m above the road that looks 11 degrees down along +y: focal length and centre, pixels.
LENS_M, FOCAL_PX, CENTRE_PX = 8.0, 2400.0, 500.0
TILT = math.radians(11.0)
#: Length, width and height of a car, metres.
CAR_M = (4.5, 1.8, 1.5)


def pixel(x: float, y: float, z: float) -> tuple[float, float]:
    """Return where the camera has a point, metres from the ground below it: column and row."""
    down = (LENS_M - z) * math.cos(TILT) - y * math.sin(TILT)
    ahead = (LENS_M - z) * math.sin(TILT) + y * math.cos(TILT)
    return CENTRE_PX + FOCAL_PX * x / ahead, CENTRE_PX + FOCAL_PX * down / ahead


def oblique() -> Calibration:
    """Return that camera's calibration."""
    s, c = math.sin(TILT), math.cos(TILT)
    camera_of_ground = np.array([[1, 0, 0], [0, -s, LENS_M * c], [0, c, LENS_M * s]])
    lens = np.array([[FOCAL_PX, 0, CENTRE_PX], [0, FOCAL_PX, CENTRE_PX], [0, 0, 1]])
    matrix = np.linalg.inv(lens @ camera_of_ground)
    return calibration(homography=matrix.ravel().tolist())


def block(
    y_m: float, size: tuple[float, float, float] = CAR_M, times: float = 1.0
) -> tuple[float, float, float, float]:
    """Return the box of a block of length, width, height (m) whose front is at y_m.

    Args:
        y_m: metres before the camera.
        size: of the block.
        times: so many times as tall and wide a box over the same foot.
    """
    length, width, height = size
    corners = [pixel(x, y, z) for x in (0.0, width) for y in (y_m, y_m + length) for z in (0.0, height)]
    u, v = zip(*corners, strict=True)
    middle, half = (min(u) + max(u)) / 2.0, times * (max(u) - min(u)) / 2.0
    return middle - half, max(v) - times * (max(v) - min(v)), middle + half, max(v)
