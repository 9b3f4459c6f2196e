"""Mouth: the edge of a place that may be left in one direction and not entered, on the ground. Pure."""

import math
from typing import NamedTuple

from processors.rules.place import Place
from processors.violations.stop_line import ground_of
from schemas.messages import Zone


class Mouth(NamedTuple):
    """An edge across the ground.

    Attributes:
        zone_id: the zone behind it.
        east, north: the direction in which one leaves over it, a unit vector.
        edge_m: where it lies along that direction, metres from the camera's ground origin.
        left_m, right_m: its ends across that direction, metres to the right of the origin.
    """

    zone_id: str
    east: float
    north: float
    edge_m: float
    left_m: float
    right_m: float

    def depth_m(self, x_m: float, y_m: float) -> float:
        """Return how far behind the edge a ground position lies, metres; negative: outside, before it."""
        return self.edge_m - (x_m * self.east + y_m * self.north)

    def across_m(self, x_m: float, y_m: float) -> float:
        """Return a ground position's place across the direction, metres to the right of the origin."""
        return x_m * self.north - y_m * self.east


def mouth_of(place: Place, zone: Zone) -> Mouth | None:
    """Return the edge over which one leaves a zone; None where it has no direction, or no ground.

    The zone begins at the edge and reaches in; its direction says which of its sides is the edge.
    """
    corners = ground_of(place, zone)
    if zone.heading_deg is None or len(corners) < 3:
        return None
    east, north = math.sin(math.radians(zone.heading_deg)), math.cos(math.radians(zone.heading_deg))
    along = sorted(x * east + y * north for x, y in corners)
    across = [x * north - y * east for x, y in corners]
    return Mouth(zone.zone_id, east, north, (along[-1] + along[-2]) / 2, min(across), max(across))
