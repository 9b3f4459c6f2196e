"""stretch: the mean speed of a vehicle from one place to another, and its standard uncertainty. Pure.

A vehicle whose mean speed over a stretch is v drove v or faster somewhere on it (the mean value theorem). The longer
the stretch, the less the errors at its ends count: those of a single speed, over two seconds, are some 2 km/h, those of
a mean over four 0.9.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from processors.rules.sight import Sight
from processors.violations.trail import Point
from schemas.messages import Calibration

#: Standard uncertainty of a foot's place along the way, metres: a box's lower edge errs by some 0.05 of its height (the
#: noise file's vehicles), which is a metre at 90 m from a lens 8 m high and 0.3 m at 25 m.
FOOT_ERROR_M: Final = 0.7


@dataclass(slots=True)
class Stretch:
    """The way of a vehicle that may be too fast.

    Attributes:
        limit_kmh: the limit that holds on it.
        since_us: event time of the second in which it begins.
        seen_us: when the vehicle was last seen on it.
        seconds: camera-seconds in which a speed was measured on it.
        onset: pictures of its begin.
        begin: its first place.
        trail: its last places, see trail.py.
        over_us: when its track went over to this vehicle from another; 0: it did not.
    """

    limit_kmh: float
    since_us: int
    seen_us: int
    seconds: int
    onset: Sight
    begin: Point
    trail: Sequence[Point]
    over_us: int = 0

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        trail = [list(point) for point in self.trail]
        times = [self.since_us, self.seen_us, self.seconds]
        return [self.limit_kmh, *times, self.onset.pack(), list(self.begin), trail, self.over_us]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Stretch":
        """Return what `pack` gave."""
        limit_kmh, since_us, seen_us, seconds, onset, (at_us, x_m, y_m), trail, over_us = plain
        points = [(then_us, x, y) for then_us, x, y in trail]
        return cls(limit_kmh, since_us, seen_us, seconds, Sight(*onset), (at_us, x_m, y_m), points, over_us)


def mean_kmh(begin: Point, end: Point, calibration: Calibration | None = None) -> tuple[float, float]:
    """Return the mean speed between two places and its standard uncertainty, km/h; infinite and 0 over no time.

    Both feet err by FOOT_ERROR_M, independently; with a calibration also by its position error, likewise, and the way
    by its scale's (added in quadrature: JCGM 100:2008, 5.1).
    """
    lasted_s = (end[0] - begin[0]) / 1e6
    if lasted_s <= 0:
        return math.inf, 0.0
    kmh = 3.6 * math.hypot(end[1] - begin[1], end[2] - begin[2]) / lasted_s
    if calibration is None:
        return kmh, 3.6 * math.sqrt(2.0) * FOOT_ERROR_M / lasted_s
    ends_m = math.hypot(FOOT_ERROR_M, calibration.position_error_m)
    return kmh, math.hypot(3.6 * math.sqrt(2.0) * ends_m / lasted_s, kmh * calibration.scale_error_ratio)
