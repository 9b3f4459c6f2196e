"""Breadth: how far a vehicle has turned from its direction, told by how broad its box is, box by box. Pure."""

import math
from collections.abc import Sequence
from statistics import median_low
from typing import Final, NamedTuple

from processors.violations.hidden_foot import CAR_M, HiddenFoot
from processors.violations.way import Look

#: Width of a car, metres. Seen at an angle a to its axis it is CAR_WIDE_M cos a + CAR_M sin a broad; what counts is
#: how much broader it has become, so that a lorry (2.5 by 8 m) shows nearly the same angles. A bus
#: of 12 m shows nearly twice as large ones (decision 0285).
CAR_WIDE_M: Final = 1.8
#: It is broadest at this angle, 68 degrees: farther round it cannot be told.
BROADEST_RAD: Final = math.atan2(CAR_M, CAR_WIDE_M)
#: Whole boxes before the line that say how broad it is there, where it drives along: the last ones, at least so many.
MOST_ALONG: Final = 4
LEAST_ALONG: Final = 2

#: Standard uncertainty of such an angle, degrees: of 2,937 whole boxes of cars that drove straight on beyond the lines
#: of two of the test city's cameras, nineteen in twenty lie within -6 and +10 and within -4.3 and +6.7 of 0.
ERROR_DEG: Final = 4.0


class Seen(NamedTuple):
    """At which angle a vehicle is seen.

    Attributes:
        angle_deg: between the line of sight and its axis, degrees, by its breadth; of a box that the picture's side
            cuts the least that it can be.
        off_deg: between the line of sight and the direction: at which one is seen there that drives along; of a box
            that the side cuts the most that it can be.
        cut: the picture's side cuts its box.
    """

    angle_deg: float
    off_deg: float
    cut: bool

    @property
    def least_deg(self) -> float:
        """How far it has turned at least, degrees; below 0 it is narrower than who drives along."""
        return self.angle_deg - self.off_deg

    def most_deg(self, *, towards: bool) -> float:
        """Return how far it can have turned, degrees.

        One that turns away from the camera's axis is seen at the angle of who drives along and its turn together; one
        that turns towards it first at less, and at more when it has turned by over twice that angle.

        Args:
            towards: the camera's axis.
        """
        if self.cut:
            return 180.0
        return self.angle_deg + self.off_deg if towards else self.least_deg


def seen_at(feet: HiddenFoot, looks: Sequence[Look], placed: Sequence[Look]) -> list[Seen | None]:
    """Return at which angle a vehicle is seen in each look beyond the line; None: it cannot be told.

    Args:
        feet: the camera's picture around the line.
        looks: ascending by time, as they are seen.
        placed: the same with hidden feet in their places (see HiddenFoot.placed).
    """
    along: list[float] = []
    out: list[Seen | None] = []
    for look, at in zip(looks, placed, strict=True):
        x1, y1, x2, _ = look.sight.boxes_xyxy_px[:4]
        far_m, side = feet.far_m(look), feet.cut_side(look)
        ahead_m = -feet.line.line_m - at.along_m
        if not far_m or ahead_m <= 0:
            out.append(None)
            continue
        off_rad = math.atan2(abs(at.across_m), ahead_m)
        if side:
            off_rad = max(off_rad, feet.off_axis_rad(x1 if side < 0 else x2, y1))
        broad = (x2 - x1) * far_m
        if look.along_m < 0:
            if not side and feet.share(look) is not None:
                along.append(broad / _broad_m(off_rad))
            out.append(None)
        elif len(along) < LEAST_ALONG:
            out.append(None)
        else:
            angle_rad = _seen_at_rad(broad / median_low(along[-MOST_ALONG:]))
            out.append(Seen(math.degrees(angle_rad), math.degrees(off_rad), bool(side)))
    return out


def _broad_m(angle_rad: float) -> float:
    return CAR_WIDE_M * math.cos(angle_rad) + CAR_M * math.sin(angle_rad)


def _seen_at_rad(broad_m: float) -> float:
    """Return the angle to its axis at which a car is seen so broad, 0 to BROADEST_RAD."""
    # CAR_WIDE_M cos a + CAR_M sin a = R cos(a - BROADEST_RAD), R the diagonal.
    share = min(broad_m / math.hypot(CAR_WIDE_M, CAR_M), 1.0)
    return max(BROADEST_RAD - math.acos(share), 0.0)
