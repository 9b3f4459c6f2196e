"""Lane: one of the lanes before a stop line and where it leads, from the zones of kind turn_lane. Pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from processors.rules.geometry import turn_deg
from processors.rules.place import Place
from processors.violations.stop_line import StopLine, ground_of
from processors.violations.way import Look

#: Kind of zone that a lane before a stop line is drawn as, and the limit that numbers it.
KIND = "turn_lane"
NUMBER = "lane"
#: A lane whose direction differs from the line's by more belongs to another approach: streets cross at about 90
#: degrees, half of which tells one from the next. A choice.
SAME_DEG = 45.0


class Lane(NamedTuple):
    """A lane before a stop line.

    Attributes:
        number: from the right, 0 the rightmost.
        left_m, right_m: its borders across the direction, metres to the right of the camera's ground origin.
        left, right: whether it leads to that side.
    """

    number: int
    left_m: float
    right_m: float
    left: bool
    right: bool

    def leads(self, side: str) -> bool:
        """Say whether it leads to a side, "left" or "right"."""
        return self.left if side == "left" else self.right


def lanes_of(place: Place, line: StopLine) -> Sequence[Lane]:
    """Return the lanes before a line: zones with limits `lane` (number from the right), `left`, `right` (1: leads).

    They run along the line's direction and lie before it: a camera may see the lanes of another approach too, and of
    the next line. A zone without a direction says not whose it is, and is left out. Borders are those of the zone's
    corners across the line's direction.
    """
    along_deg = math.degrees(math.atan2(line.east, line.north))
    lanes = []
    for zone in place.zones:
        corners = ground_of(place, zone) if zone.kind == KIND and NUMBER in zone.limits else []
        if not corners or zone.heading_deg is None or turn_deg(zone.heading_deg, along_deg) > SAME_DEG:
            continue
        if sum(line.along_m(x, y) for x, y in corners) >= 0:
            continue
        across = sorted(line.across_m(x, y) for x, y in corners)
        # A lane that does not run exactly along the direction has each border between two corners.
        borders = (across[0] + across[1]) / 2, (across[-1] + across[-2]) / 2
        limits = zone.limits
        lanes.append(Lane(int(limits[NUMBER]), *borders, limits.get("left", 0.0) != 0, limits.get("right", 0.0) != 0))
    return lanes


def lane_of(lanes: Sequence[Lane], looks: Sequence[Look], margin_m: float) -> Lane | None:
    """Return the lane in which all of these looks lie, by more than a margin from its borders; None: it is not sure."""
    for lane in lanes:
        if all(lane.left_m + margin_m <= look.across_m <= lane.right_m - margin_m for look in looks):
            return lane
    return None
