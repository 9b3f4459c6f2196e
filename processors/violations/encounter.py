"""Encounter: a vehicle passes before a person who walks towards its path, and by how much it was first. Pure.

The gap is the time that the person, walking on as before, would have needed from the instant at which the vehicle's
front passed the line on which they walk to the edge of the vehicle's path. For who walks on it is the post-encroachment
time; for who stops because of the vehicle it is what that time would have been, the gap time of Allen, Shin and Cooper
(Analysis of traffic conflicts and collisions, Transportation Research Record 667, 1978): the later somebody dares to go
on, the longer the time that was left, so the observed one excuses those who frighten most.
"""

import math
from dataclasses import dataclass

from processors.violations.walk import Line, Spot


@dataclass(frozen=True, slots=True)
class Encounter:
    """One vehicle's passing before one person.

    Attributes:
        at_us: when the vehicle's front passed the person's line, microseconds since the Unix epoch.
        gap_s: see above.
        error_s: its standard uncertainty.
        aside_m: distance of the person from the middle of the vehicle's path at that instant, metres.
        pace_mps: the person's pace towards the path.
        pace_error_mps: its standard uncertainty.
        speed_mps: the vehicle's speed.
        front_m: where its front was at that instant, x and y.
    """

    at_us: int
    gap_s: float
    error_s: float
    aside_m: float
    pace_mps: float
    pace_error_mps: float
    speed_mps: float
    front_m: tuple[float, float]


def encounter(
    before: Spot, after: Spot, walk: Line, *, half_width_m: float, foot_error_m: float, scale_error_ratio: float
) -> Encounter | None:
    """Return a passing between two looks at a vehicle; None: it did not pass then, or was not before the person.

    Args:
        before: a look at the vehicle.
        after: a later one.
        walk: the person's walk.
        half_width_m: from the middle of the vehicle's path to where it would touch a person, metres.
        foot_error_m: standard uncertainty of a foot's place against another's of the same camera, metres.
        scale_error_ratio: of the calibration: error of a distance on the ground, its share.
    """
    lasted_s = (after.at_us - before.at_us) / 1e6
    east, north = after.x_m - before.x_m, after.y_m - before.y_m
    way_m = math.hypot(east, north)
    if lasted_s <= 0 or way_m <= 0:
        return None
    east, north = east / way_m, north / way_m
    ahead = [
        (spot.x_m - x) * east + (spot.y_m - y) * north
        for spot, (x, y) in ((before, walk.at(before.at_us)), (after, walk.at(after.at_us)))
    ]
    if not ahead[0] < 0.0 <= ahead[1]:
        return None
    share = -ahead[0] / (ahead[1] - ahead[0])
    at_us = before.at_us + round(share * lasted_s * 1e6)
    x, y = walk.at(at_us)
    front_x, front_y = before.x_m + share * way_m * east, before.y_m + share * way_m * north
    # to the right of the way positive
    aside = (x - front_x) * north - (y - front_y) * east
    pace = (walk.vx_mps * north - walk.vy_mps * east) * (-1.0 if aside > 0 else 1.0)
    left_m = abs(aside) - half_width_m
    if pace <= 0 or left_m <= 0:
        return None
    pace_error = math.hypot(walk.pace_error_mps(foot_error_m), pace * scale_error_ratio)
    # The vehicle's place between two looks is as uncertain as one of them at most.
    aside_error = math.hypot(walk.place_error_m(at_us, foot_error_m), foot_error_m)
    gap = left_m / pace
    # A scale that is wrong makes way and pace wrong alike: it does not enter the gap, save by the width.
    error = math.hypot(aside_error, gap * walk.pace_error_mps(foot_error_m)) / pace
    return Encounter(at_us, gap, error, abs(aside), pace, pace_error, way_m / lasted_s, (front_x, front_y))
