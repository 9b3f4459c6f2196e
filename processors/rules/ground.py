"""Ground: a camera's pixels on the ground plane and back, and where a vehicle behind a foot point stands. Pure."""

import math
from collections.abc import Sequence

import numpy as np

from schemas.messages import Calibration

#: Step along a vehicle's length, metres.
STEP_M = 0.25
#: A vehicle farther than this from the upright box around a zone lies over none of it, metres; above all rounding.
CLEAR_M = 0.01

Corners = Sequence[tuple[float, float]]
#: A zone's corners, and least x, greatest x, least y and greatest y of them, metres.
Outline = tuple[Corners, float, float, float, float]


class Ground:
    """Projects between the registry's picture and the ground plane.

    Args:
        calibration: one that `calibration_problem` has nothing against.
        width_px: width of the registry's picture.
        height_px: its height.
    """

    __slots__ = ("_matrix", "_outlines", "_scale")

    def __init__(self, calibration: Calibration, width_px: int, height_px: int) -> None:
        # In plain numbers: for one point numpy's call alone costs more than the nine products, and its sums' last bits
        # are another CPU's others.
        self._matrix = tuple(np.array(calibration.homography, np.float64).tolist())
        self._scale = (calibration.width_px / width_px, calibration.height_px / height_px)
        self._outlines: dict[tuple[float, ...], Outline] = {}

    def point_m(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return where a pixel below the horizon lies on the ground, metres; infinitely far for one on the horizon."""
        a, b, c, d, e, f, g, h, i = self._matrix
        x, y = x_px * self._scale[0], y_px * self._scale[1]
        w = g * x + h * y + i
        if w == 0.0:
            return math.inf, math.inf
        return (a * x + b * y + c) / w, (d * x + e * y + f) / w

    def _outline(self, polygon_px: Sequence[float]) -> Outline:
        """Return a zone's outline on the ground; remembers it."""
        key = tuple(polygon_px)
        found = self._outlines.get(key)
        if found is None:
            corners = [self.point_m(*key[n : n + 2]) for n in range(0, len(key), 2)]
            xs, ys = [x for x, _ in corners], [y for _, y in corners]
            found = self._outlines[key] = (corners, min(xs), max(xs), min(ys), max(ys))
        return found

    def inside_m(self, foot_px: tuple[float, float], length_m: float, polygon_px: Sequence[float]) -> float:
        """Return how much of a vehicle's length lies over a zone, metres.

        The box's lower edge is the vehicle's near end; its body lies behind it, away from the camera.

        Args:
            foot_px: middle of the lower edge, the registry's pixels.
            length_m: length of the vehicle.
            polygon_px: the zone's corners, x0, y0, x1, y1, ..., the registry's pixels.
        """
        near = self.point_m(*foot_px)
        corners, left, right, low, high = self._outline(polygon_px)
        reach_m = length_m + STEP_M + CLEAR_M
        if not (left - reach_m < near[0] < right + reach_m and low - reach_m < near[1] < high + reach_m):
            return 0.0
        behind = self.point_m(foot_px[0], foot_px[1] - 2.0)
        far = math.dist(near, behind)
        if far <= 0:
            return 0.0
        dx, dy = (behind[0] - near[0]) / far, (behind[1] - near[1]) / far
        over = 0
        for n in range(round(length_m / STEP_M)):
            x, y = near[0] + dx * STEP_M * (n + 0.5), near[1] + dy * STEP_M * (n + 0.5)
            # No place outside the upright box around the zone lies in it.
            if left <= x <= right and low <= y <= high and within(x, y, corners):
                over += 1
        return STEP_M * over


def within(x: float, y: float, corners: Corners) -> bool:
    """Say whether a point lies in a polygon, corners in order (even-odd rule)."""
    inside = False
    ax, ay = corners[-1]
    for bx, by in corners:
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
        ax, ay = bx, by
    return inside
