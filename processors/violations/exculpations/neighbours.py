"""closing_in: the vehicle behind that would collide first."""

import math
from collections.abc import Collection
from typing import Final

from processors.violations.exculpations.thresholds import Thresholds
from schemas.messages import Tracks

#: km/h in one m/s.
KMH: Final = 3.6
FULL_TURN_DEG: Final = 360.0


def closing_in(tracks: Tracks, own: int, vehicles: Collection[int], limits: Thresholds) -> tuple[float, float] | None:
    """Return the free distance (m) and the time to collision (s) of the vehicle behind that would collide first.

    Args:
        tracks: one second of a camera.
        own: index of the vehicle whose neighbours are asked for.
        vehicles: COCO-80 classes that are vehicles.
        limits: what counts as behind and as driving alike.

    Returns:
        Both rounded to 0.01; None where nobody behind closes in, or the vehicle has no place, speed or heading. A gap
        below 0 (two boxes of one long vehicle, or an error of place) is 0.
    """
    x, y, v, heading = (
        tracks.track_x_m[own], tracks.track_y_m[own], tracks.track_speed_kmh[own], tracks.track_heading_deg[own],
    )  # fmt: skip
    if x is None or y is None or v is None or heading is None:
        return None
    # Heading runs clockwise from +y.
    ahead_x, ahead_y = math.sin(math.radians(heading)), math.cos(math.radians(heading))
    nearest: tuple[float, float] | None = None
    for j, kind in enumerate(tracks.track_class):
        if j == own or kind not in vehicles:
            continue
        other_x, other_y = tracks.track_x_m[j], tracks.track_y_m[j]
        other_v, other_heading = tracks.track_speed_kmh[j], tracks.track_heading_deg[j]
        if other_x is None or other_y is None or other_v is None or other_heading is None:
            continue
        turn = abs((other_heading - heading + FULL_TURN_DEG / 2) % FULL_TURN_DEG - FULL_TURN_DEG / 2)
        behind_m = (x - other_x) * ahead_x + (y - other_y) * ahead_y
        aside_m = abs((x - other_x) * ahead_y - (y - other_y) * ahead_x)
        closing_ms = (other_v - v) / KMH
        if turn > limits.turn_deg or behind_m <= 0 or aside_m > limits.aside_m or closing_ms <= 0:
            continue
        gap_m = max(behind_m - limits.vehicle_length_m, 0.0)
        collision_s = gap_m / closing_ms
        if nearest is None or collision_s < nearest[1]:
            nearest = (round(gap_m, 2), round(collision_s, 2))
    return nearest
