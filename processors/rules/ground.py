"""Ground: a camera's pixels on the ground plane and back, and where a vehicle behind a foot point stands. Pure."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from schemas.messages import Calibration

#: Step along a vehicle's length, metres.
STEP_M = 0.25


class Ground:
    """Projects between the registry's picture and the ground plane.

    Args:
        calibration: one that `calibration_problem` has nothing against.
        width_px: width of the registry's picture.
        height_px: its height.
    """

    __slots__ = ("_matrix", "_scale")

    def __init__(self, calibration: Calibration, width_px: int, height_px: int) -> None:
        self._matrix: npt.NDArray[np.float64] = np.array(calibration.homography, np.float64).reshape(3, 3)
        self._scale = (calibration.width_px / width_px, calibration.height_px / height_px)

    def point_m(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return where a pixel below the horizon lies on the ground, metres."""
        x, y, w = self._matrix @ (x_px * self._scale[0], y_px * self._scale[1], 1.0)
        return float(x / w), float(y / w)

    def inside_m(self, foot_px: tuple[float, float], length_m: float, polygon_px: Sequence[float]) -> float:
        """Return how much of a vehicle's length lies over a zone, metres.

        The box's lower edge is the vehicle's near end; its body lies behind it, away from the camera.

        Args:
            foot_px: middle of the lower edge, the registry's pixels.
            length_m: length of the vehicle.
            polygon_px: the zone's corners, x0, y0, x1, y1, ..., the registry's pixels.
        """
        near = self.point_m(*foot_px)
        behind = self.point_m(foot_px[0], foot_px[1] - 2.0)
        far = math.dist(near, behind)
        if far <= 0:
            return 0.0
        dx, dy = (behind[0] - near[0]) / far, (behind[1] - near[1]) / far
        corners = [self.point_m(*polygon_px[n : n + 2]) for n in range(0, len(polygon_px), 2)]
        steps = round(length_m / STEP_M)
        places = ((near[0] + dx * STEP_M * (n + 0.5), near[1] + dy * STEP_M * (n + 0.5)) for n in range(steps))
        return STEP_M * sum(inside(x, y, corners) for x, y in places)


def inside(x: float, y: float, corners: Sequence[tuple[float, float]]) -> bool:
    """Say whether a point lies in a polygon (even-odd rule)."""
    inside = False
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside
