"""lost_way: the way of a vehicle that was lost in a zone, with which a track that begins there goes on. Pure."""

import math
from collections.abc import Container, Mapping
from typing import Final

from processors.violations.driven_way import Way

#: A vehicle that was not found for longer is not taken for the same, seconds. A choice: most of a detector's gaps are
#: shorter (docs/noise.md), and in it 20 m are driven at 5 m/s, brisk on a sidewalk.
LOST_S: Final = 4.0
#: Most that its speed changes meanwhile, metres a second squared: 2.0, comfortable braking (Treiber, Hennecke, Helbing,
#: Phys. Rev. E 62, 2000).
USUAL_MPS2: Final = 2.0
#: How far aside of the straight on it may be, metres: half of a car's width, as if it drove in a lane.
ASIDE_M: Final = 1.0
#: Shorter, a way tells no direction, metres: twice what a foot errs by.
LEAST_M: Final = 1.5


def lost(
    ways: Mapping[str, Way],
    zone_id: str,
    seen_us: tuple[int, int],
    x_m: float,
    y_m: float,
    here: Container[str],
    noise_m: float,
) -> str | None:
    """Return the track whose way one goes on with who begins in its zone; None where there is none.

    Of several the one that began first: the others are second boxes of it, or follow it.

    Args:
        ways: of a camera's vehicles, by track.
        zone_id: the zone.
        seen_us: when the new track began, anywhere, and when it was first seen in this second, microseconds since the
            Unix epoch: who was seen before the other was lost is another vehicle.
        x_m: where, metres.
        y_m: likewise.
        here: tracks of this second: their vehicles are not lost.
        noise_m: error of a place that is reckoned with, metres.
    """
    began_us, at_us = seen_us
    found = [
        (way.since_us, track)
        for track, way in ways.items()
        if track not in here
        and way.zone_id == zone_id
        and began_us > way.last_us
        and _goes_on(way, at_us, x_m, y_m, noise_m)
    ]
    return min(found)[1] if found else None


def _goes_on(way: Way, at_us: int, x_m: float, y_m: float, noise_m: float) -> bool:
    """Say whether the vehicle of a way can be at a place, straight on and about as fast as it was."""
    gap_s = (at_us - way.last_us) / 1e6
    motion = _motion(way, noise_m)
    if way.spoilt or way.over or motion is None or not 0 < gap_s <= LOST_S:
        return False
    east, north, mps, mps_error = motion
    dx, dy = x_m - way.last_x_m, y_m - way.last_y_m
    along, aside = dx * east + dy * north, dx * north - dy * east
    allowed_m = USUAL_MPS2 * gap_s * gap_s / 2.0 + math.hypot(mps_error * gap_s, noise_m)
    return abs(aside) <= ASIDE_M and along > 0 and abs(along - mps * gap_s) <= allowed_m


def _motion(way: Way, noise_m: float) -> tuple[float, float, float, float] | None:
    """Return the direction of a vehicle that was lost (east, north), its speed and that one's error, metres a second.

    Of its own way; where that is of one second or too short, tracking's of when it came in. None: neither is known.
    """
    east, north = way.last_x_m - way.x_m, way.last_y_m - way.y_m
    path = math.hypot(east, north)
    if way.step_mps is not None and path >= LEAST_M:
        # Its speed was that of a step, which has both ends' errors.
        return east / path, north / path, way.step_mps, noise_m * math.sqrt(2.0) / way.step_s
    if way.step_mps is not None or way.pace_mps is None or way.heading_deg is None:
        return None
    heading = math.radians(way.heading_deg)
    return math.sin(heading), math.cos(heading), way.pace_mps, way.pace_error_mps
