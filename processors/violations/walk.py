"""Walk: where one person or vehicle was seen on the ground, and the straight line through the last of it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from processors.rules.sight import Sight

#: Looks kept of one track: twelve seconds at five a second.
MOST_SPOTS = 60


class Spot(NamedTuple):
    """One box of a track.

    Attributes:
        at_us: capture time, microseconds since the Unix epoch.
        x_m, y_m: its foot on the ground, metres.
        sight: its picture.
    """

    at_us: int
    x_m: float
    y_m: float
    sight: Sight


@dataclass(frozen=True, slots=True)
class Line:
    """A straight and even walk, fitted to spots by least squares.

    Attributes:
        at_us: mean time of the spots, microseconds since the Unix epoch.
        x_m, y_m: place at that time.
        vx_mps, vy_mps: velocity.
        count: spots.
        spread_s2: sum of the squared distances of their times from the mean, s2.
        residual_m: root mean square of their distances from the line, an axis.
    """

    at_us: float
    x_m: float
    y_m: float
    vx_mps: float
    vy_mps: float
    count: int
    spread_s2: float
    residual_m: float

    def at(self, at_us: float) -> tuple[float, float]:
        """Return the place at an instant, metres."""
        after_s = (at_us - self.at_us) / 1e6
        return self.x_m + self.vx_mps * after_s, self.y_m + self.vy_mps * after_s

    def place_error_m(self, at_us: float, spot_error_m: float) -> float:
        """Return the standard uncertainty of a coordinate at an instant, given that of one spot's (regression)."""
        after_s = (at_us - self.at_us) / 1e6
        return spot_error_m * math.sqrt(1.0 / self.count + after_s**2 / self.spread_s2)

    def pace_error_mps(self, spot_error_m: float) -> float:
        """Return the standard uncertainty of a velocity's component, given that of one spot's coordinate."""
        return spot_error_m / math.sqrt(self.spread_s2)


@dataclass(slots=True)
class Walk:
    """A track's looks.

    Attributes:
        spots: ascending by time, MOST_SPOTS at most.
        zone_id: the zone that it is in since `since_us`; empty: in none.
        since_us: when it was first seen there without a look outside since, microseconds since the Unix epoch.
    """

    spots: list[Spot]
    zone_id: str = ""
    since_us: int = 0

    def add(self, spot: Spot, zone_id: str) -> None:
        """Take in a look, which lies in a zone or (empty) in none."""
        if zone_id != self.zone_id:
            self.zone_id, self.since_us = zone_id, spot.at_us
        self.spots.append(spot)
        del self.spots[:-MOST_SPOTS]

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [self.spots, self.zone_id, self.since_us]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Walk":
        """Return what `pack` gave."""
        spots, zone_id, since_us = plain
        return cls([Spot(at_us, x, y, Sight(*sight)) for at_us, x, y, sight in spots], zone_id, since_us)


def fitted(spots: Sequence[Spot], from_us: float, to_us: float) -> Line | None:
    """Return the line through the spots of a time, both ends included; None where fewer than three are left."""
    chosen = [spot for spot in spots if from_us <= spot.at_us <= to_us]
    n = len(chosen)
    if n < 3:
        return None
    mean_us = sum(spot.at_us for spot in chosen) / n
    x, y = sum(spot.x_m for spot in chosen) / n, sum(spot.y_m for spot in chosen) / n
    times = [(spot.at_us - mean_us) / 1e6 for spot in chosen]
    spread = sum(t * t for t in times)
    if spread <= 0:
        return None
    vx = sum(t * spot.x_m for t, spot in zip(times, chosen, strict=True)) / spread
    vy = sum(t * spot.y_m for t, spot in zip(times, chosen, strict=True)) / spread
    off = sum(
        (spot.x_m - x - vx * t) ** 2 + (spot.y_m - y - vy * t) ** 2 for t, spot in zip(times, chosen, strict=True)
    )
    return Line(mean_us, x, y, vx, vy, n, spread, math.sqrt(off / (2 * n)))
