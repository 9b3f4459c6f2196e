"""Carriageway: one direction's side of a street on the ground, from a zone with a permitted direction. Pure."""

import math
from typing import NamedTuple

from processors.rules.place import Place
from processors.violations.stop_line import ground_of
from schemas.messages import Zone


class Carriageway(NamedTuple):
    """A side of a street.

    Attributes:
        zone_id: the zone.
        heading_deg: permitted direction, degrees clockwise from the ground's +y axis.
        east, north: the same, a unit vector.
        left_m: its left border, the street's middle line where traffic keeps right, across the direction, metres to the
            right of the camera's ground origin.
    """

    zone_id: str
    heading_deg: float
    east: float
    north: float
    left_m: float

    def along_m(self, x_m: float, y_m: float) -> float:
        """Return a ground position's place along the permitted direction, metres from the camera's ground origin."""
        return x_m * self.east + y_m * self.north

    def beyond_m(self, x_m: float, y_m: float) -> float:
        """Return how far left of the left border a ground position lies, metres; negative: on this side."""
        return self.left_m - (x_m * self.north - y_m * self.east)


def carriageway_of(place: Place, zone: Zone) -> Carriageway | None:
    """Return the side of a street that a zone is drawn over; None where it has no direction, or no ground.

    Its left border is taken as straight, through the two corners farthest to the left.
    """
    corners = ground_of(place, zone)
    if zone.heading_deg is None or len(corners) < 3:
        return None
    east, north = math.sin(math.radians(zone.heading_deg)), math.cos(math.radians(zone.heading_deg))
    across = sorted(x * north - y * east for x, y in corners)
    return Carriageway(zone.zone_id, zone.heading_deg, east, north, (across[0] + across[1]) / 2)
