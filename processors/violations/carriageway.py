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
        first_m, last_m: where that border begins and ends along the direction, metres from the same origin: the zone
            says nothing of what lies before it or past it.
    """

    zone_id: str
    heading_deg: float
    east: float
    north: float
    left_m: float
    first_m: float
    last_m: float

    def along_m(self, x_m: float, y_m: float) -> float:
        """Return a ground position's place along the permitted direction, metres from the camera's ground origin."""
        return x_m * self.east + y_m * self.north

    def beyond_m(self, x_m: float, y_m: float) -> float:
        """Return how far left of the left border a ground position lies, metres; negative: on this side."""
        return self.left_m - (x_m * self.north - y_m * self.east)

    def has_beside(self, along_m: float) -> bool:
        """Say whether a place along the permitted direction lies beside the left border, neither before nor past it."""
        return self.first_m <= along_m <= self.last_m


def carriageway_of(place: Place, zone: Zone) -> Carriageway | None:
    """Return the side of a street that a zone is drawn over; None where it has no direction, or no ground.

    Its left border is taken as straight, through the two corners farthest to the left. It reaches as far as the corners
    that are nearer to it than to the right border.
    """
    corners = ground_of(place, zone)
    if zone.heading_deg is None or len(corners) < 3:
        return None
    east, north = math.sin(math.radians(zone.heading_deg)), math.cos(math.radians(zone.heading_deg))
    across = sorted((x * north - y * east, x * east + y * north) for x, y in corners)
    left_m, middle_m = (across[0][0] + across[1][0]) / 2, (across[0][0] + across[-1][0]) / 2
    along = [along_m for n, (across_m, along_m) in enumerate(across) if n < 2 or across_m < middle_m]
    return Carriageway(zone.zone_id, zone.heading_deg, east, north, left_m, min(along), max(along))
