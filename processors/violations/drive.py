"""Drive: whether looks at a track are of one vehicle that was driven, or of several that it went over to. Pure."""

import math
from collections.abc import Sequence
from itertools import pairwise

from processors.rules.geometry import turn_deg
from processors.violations.walk import Spot

#: Looks that are held against each other lie so far apart at least: nearer, their noise is all there is.
APART_US = 380_000


def apart(spots: Sequence[Spot], span_s: float) -> Sequence[Spot]:
    """Return the looks of the last span_s, the last one among them, APART_US apart at least; ascending."""
    since_us = spots[-1].at_us - span_s * 1e6
    out: list[Spot] = []
    for spot in reversed(spots):
        if spot.at_us < since_us:
            break
        if not out or out[-1].at_us - spot.at_us >= APART_US:
            out.append(spot)
    return out[::-1]


def driven(
    looks: Sequence[Spot],
    *,
    min_kmh: float,
    most_gap_s: float,
    most_turn_deg: float,
    most_mps2: float,
    noise_m: float,
) -> bool:
    """Say whether one vehicle can have driven over these looks, and did not roll over the last ones.

    Args:
        looks: three or more, ascending by time.
        min_kmh: slower over one of the last two steps it rolled.
        most_gap_s: most that two looks in a row may lie apart, seconds.
        most_turn_deg: most that its way may turn from step to step.
        most_mps2: most that its speed may change, metres a second squared.
        noise_m: error of a look's place that is reckoned with, metres. The difference of two speeds has three looks in
            it, weighted 1, -2, 1: the error of the three together is sqrt(6) of one's.
    """
    steps = [(b.x_m - a.x_m, b.y_m - a.y_m, (b.at_us - a.at_us) / 1e6) for a, b in pairwise(looks)]
    if any(lasted_s > most_gap_s for _, _, lasted_s in steps):
        return False
    speeds = [math.hypot(east, north) / lasted_s for east, north, lasted_s in steps]
    if min(speeds[-2:]) * 3.6 < min_kmh:
        return False
    headings = [math.degrees(math.atan2(east, north)) for east, north, _ in steps]
    for n in range(len(steps) - 1):
        before_s, after_s = steps[n][2], steps[n + 1][2]
        most = most_mps2 * (before_s + after_s) / 2 + math.sqrt(6.0) * noise_m / min(before_s, after_s)
        # A step no longer than the noise has no direction.
        long = min(speeds[n] * before_s, speeds[n + 1] * after_s) > math.sqrt(2.0) * noise_m
        if long and turn_deg(headings[n], headings[n + 1]) > most_turn_deg:
            return False
        if abs(speeds[n + 1] - speeds[n]) > most:
            return False
    return True
