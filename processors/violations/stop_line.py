"""StopLine: a junction's stop line on the ground, from the zone drawn behind it. Pure."""

import math
from dataclasses import dataclass

import numpy as np

from processors.rules.place import Place
from schemas.messages import Zone

#: A zone's limit `signal_group.<id>` of 1 names the signal group that its traffic obeys.
SIGNAL_GROUP = "signal_group."


@dataclass(frozen=True, slots=True)
class StopLine:
    """A line across the ground and what holds there.

    Attributes:
        zone_id: the zone.
        group_id: the signal group that holds there; empty: none is named.
        east, north: direction of travel over it, a unit vector.
        line_m: where it lies along that direction, metres from the camera's ground origin.
        left_m, right_m: its ends across that direction, metres, positive to the right of the origin.
    """

    zone_id: str
    group_id: str
    east: float
    north: float
    line_m: float
    left_m: float
    right_m: float

    def __hash__(self) -> int:
        """Return a hash of its name alone: looks are shared by line, and all its numbers take a microsecond."""
        return hash(self.zone_id)

    def along_m(self, x_m: float, y_m: float) -> float:
        """Return how far a ground position lies beyond the line, metres; negative: before it."""
        return x_m * self.east + y_m * self.north - self.line_m

    def across_m(self, x_m: float, y_m: float) -> float:
        """Return a ground position's place across the direction of travel, metres, to the right."""
        return x_m * self.north - y_m * self.east


def ground_of(place: Place, zone: Zone) -> list[tuple[float, float]]:
    """Return a zone's corners on the ground, metres, by the same calibration as the tracks' positions.

    So the error of the calibration, which both share, does not lie between a vehicle and a line. Empty where there is
    no calibration, or a corner lies on or beyond the horizon.
    """
    calibration = place.calibration
    if calibration is None:
        return []
    camera = place.camera
    matrix = np.array(calibration.homography, np.float64).reshape(3, 3)
    scale = np.array([calibration.width_px / camera.width_px, calibration.height_px / camera.height_px])
    corners = np.array(zone.polygon_px, np.float64).reshape(-1, 2) * scale
    foot = matrix[2] @ np.array([calibration.width_px / 2, calibration.height_px, 1.0])
    ground = np.column_stack([corners, np.ones(len(corners))]) @ matrix.T
    w = ground[:, 2] * math.copysign(1.0, foot)
    if not np.all(w > 1e-9 * np.abs(ground).max(initial=0.0)):
        return []
    return [(float(x), float(y)) for x, y in ground[:, :2] / ground[:, 2:]]


def stop_line_of(place: Place, zone: Zone) -> StopLine | None:
    """Return the stop line that a zone of kind stop_line begins with; None where it cannot be told.

    The zone reaches from the line to where a vehicle obstructs others; its direction says which side is the line. Only
    a camera that vehicles come towards is served: from behind, the foot of a box is the vehicle's rear, which passes
    the line later than its front.
    """
    corners = ground_of(place, zone)
    if zone.heading_deg is None or len(corners) < 3:
        return None
    east, north = math.sin(math.radians(zone.heading_deg)), math.cos(math.radians(zone.heading_deg))
    along = sorted(x * east + y * north for x, y in corners)
    across = [x * north - y * east for x, y in corners]
    line_m = (along[0] + along[1]) / 2
    if line_m >= 0:
        return None
    named = [name for name, on in zone.limits.items() if name.startswith(SIGNAL_GROUP) and on]
    groups = [name.removeprefix(SIGNAL_GROUP) for name in named]
    group_id = groups[0] if len(groups) == 1 else ""
    return StopLine(zone.zone_id, group_id, east, north, line_m, min(across), max(across))
