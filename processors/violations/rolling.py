"""Rolling: whether a way is one to a stop, or from one: the even acceleration that fits its looks best. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from processors.violations.walk import Spot

#: Fewer looks than these tell no acceleration with its error.
LEAST_SPOTS = 6


@dataclass(frozen=True, slots=True)
class Rolling:
    """A way with one acceleration.

    Attributes:
        begin_mps, end_mps: speed at its first and its last look.
        mps2: acceleration.
        error_mps2: its standard uncertainty, from what is left of the looks.
    """

    begin_mps: float
    end_mps: float
    mps2: float
    error_mps2: float

    def least_stop_m(self, coverage_k: float) -> float:
        """Return how near the place may be at which it stands, or stood, metres: ahead of its end or behind its begin.

        Args:
            coverage_k: times the error by which the acceleration may be other than it seems.
        """
        brakes, starts = coverage_k * self.error_mps2 - self.mps2, coverage_k * self.error_mps2 + self.mps2
        ahead = self.end_mps**2 / (2.0 * brakes) if brakes > 0 else math.inf
        behind = self.begin_mps**2 / (2.0 * starts) if starts > 0 else math.inf
        return min(ahead, behind)


def rolled(spots: Sequence[Spot]) -> Rolling | None:
    """Return the acceleration along a straight way by weighted least squares; None where the looks do not tell it.

    A foot's error grows with its distance from the camera, which stands at the ground's origin: a box's edge is found
    to a share of its size, which falls with the distance, and a pixel's ground grows with its square.

    Args:
        spots: ascending by time.
    """
    if len(spots) < LEAST_SPOTS:
        return None
    first, last = spots[0], spots[-1]
    path = math.hypot(last.x_m - first.x_m, last.y_m - first.y_m)
    lasted_s = (last.at_us - first.at_us) / 1e6
    if path <= 0 or lasted_s <= 0:
        return None
    east, north = (last.x_m - first.x_m) / path, (last.y_m - first.y_m) / path
    t = np.array([(spot.at_us - first.at_us) / 1e6 for spot in spots])
    along = np.array([(spot.x_m - first.x_m) * east + (spot.y_m - first.y_m) * north for spot in spots])
    weight = 1.0 / np.array([max(math.hypot(spot.x_m, spot.y_m), 1.0) for spot in spots])
    design = np.column_stack([np.ones_like(t), t, t * t / 2.0]) * weight[:, None]
    squares = design.T @ design
    if np.linalg.cond(squares) > 1e12:
        return None
    inverse = np.linalg.inv(squares)
    fit = inverse @ design.T @ (along * weight)
    left = along * weight - design @ fit
    variance = float(left @ left) / (len(spots) - 3)
    speed, acceleration = float(fit[1]), float(fit[2])
    return Rolling(
        round(max(speed, 0.0), 3),
        round(max(speed + acceleration * lasted_s, 0.0), 3),
        round(acceleration, 3),
        round(math.sqrt(variance * float(inverse[2, 2])), 3),
    )
