"""Upright: how tall a vehicle is, from its box and the ground's calibration. Pure."""

import math
from statistics import median_low
from typing import Final

import numpy as np

from processors.rules.second import Second

#: A box's upper edge is a vehicle's far end where the camera looks down on its roof: what a car's length of 4.5 m takes
#: up there is taken off. A longer vehicle comes out taller than it is, a shorter one lower.
CAR_M: Final = 4.5
#: Looking down more steeply than this, a camera sees roofs and hardly heights: the cosine of 60 degrees. A choice.
LEAST_COSINE: Final = 0.5


def height_m(i: int, second: Second) -> float | None:
    """Return the median height of a track's vehicle over the boxes of a second, metres; None where it cannot be told.

    At the foot of a box the homography gives metres a pixel across the view (a) and along it (b). Their ratio a / b is
    the sine of the angle d at which the camera looks down there (foreshortening of the ground plane: Hartley,
    Zisserman, Multiple View Geometry, 2004, 8.1); where that is too steep, nothing is told. A block of height H and
    length L takes up (H cos d + L sin d) / a pixels.

    Args:
        i: index of the track.
        second: of a calibrated camera.
    """
    t, calibration = second.tracks, second.place.calibration
    if calibration is None or not t.width_px or not t.height_px:
        return None
    matrix = np.array(calibration.homography, np.float64).reshape(3, 3)
    scale = np.diag([calibration.width_px / t.width_px, calibration.height_px / t.height_px, 1.0])
    to_ground = matrix @ scale
    found = []
    for b in range(len(t.box_track)):
        if t.box_track[b] != i:
            continue
        foot = np.array([(t.box_x1_px[b] + t.box_x2_px[b]) / 2, t.box_y2_px[b], 1.0])
        x, y, w = to_ground @ foot
        # derivatives of x / w and y / w by column and row
        across, along = (
            math.hypot((h[0] * w - x * h[2]) / w**2, (h[1] * w - y * h[2]) / w**2)
            for h in (to_ground[:, 0], to_ground[:, 1])
        )
        sine = across / along if along > across else 1.0
        cosine = math.sqrt(1.0 - sine * sine)
        if cosine >= LEAST_COSINE:
            tall = (t.box_y2_px[b] - t.box_y1_px[b]) * across
            found.append((tall - CAR_M * sine) / cosine)
    return round(median_low(found), 2) if found and all(map(math.isfinite, found)) else None
