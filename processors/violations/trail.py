"""trail: a track's last places, to tell a step that no vehicle can have driven: it went over to another. Pure."""

import math
from collections.abc import Sequence
from typing import Final

from processors.rules.second import Second

#: Time (microseconds since the Unix epoch), x and y (metres) of one box.
Point = tuple[int, float, float]

#: A trail reaches back so far: the time over which tracking measures a speed.
TRAIL_US: Final = 2_000_000
#: A speed before a step is told from a trail of this length on: over less, feet that err by FOOT_ERROR_M say nothing.
LEAST_US: Final = 400_000
#: All points of a trail but its last are so far apart at least, so that it lasts as long at every rate of frames.
APART_US: Final = 125_000
#: Points of a trail: both its ends, what lies between them, and one more as the last may be near to the one before it.
MOST_POINTS: Final = TRAIL_US // APART_US + 2
#: Most that a vehicle's speed changes, metres a second squared: as DrivingRule's most_mps2.
MOST_MPS2: Final = 6.0
#: Standard uncertainty of a foot's place along the way, metres: as speeding.FOOT_ERROR_M.
FOOT_ERROR_M: Final = 0.7
#: A foot that is so far from where its vehicle can be is another vehicle's, metres: a car's length, which is the least
#: that two in one lane are apart from foot to foot. Less is what a detector's second box of one vehicle makes.
ANOTHER_M: Final = 5.0


def places_of(i: int, second: Second) -> list[Point]:
    """Return where a track's boxes of a second stand, ascending by time; those without a place are left out."""
    t = second.tracks
    if len(t.box_x_m) != len(t.box_track):
        return []
    return [
        (t.sample_at_us[t.box_sample[b]], t.box_x_m[b], t.box_y_m[b])
        for b in second.boxes_in_time
        if t.box_track[b] == i and math.isfinite(t.box_x_m[b]) and math.isfinite(t.box_y_m[b])
    ]


def go_on(trail: Sequence[Point], points: Sequence[Point], coverage_k: float) -> tuple[list[Point], bool]:
    """Let a trail go on.

    Args:
        trail: what is known, ascending by time.
        points: what was seen since, likewise.
        coverage_k: a step must lie beyond what a vehicle can drive by so many standard uncertainties.

    Returns:
        The trail with the points at its end, and whether the track went over to another vehicle at one of them: what
        the trail shows is then that one.
    """
    out, over = list(trail), False
    for point in points:
        if out and point[0] <= out[-1][0]:
            continue
        if went_over(out, point, coverage_k):
            out, over = [], True
        if len(out) > 1 and out[-1][0] - out[-2][0] < APART_US:
            out.pop()
        out.append(point)
        out = [one for one in out if point[0] - one[0] <= TRAIL_US]
    return out, over


def tells_speed(trail: Sequence[Point]) -> bool:
    """Say whether a trail is long enough to tell a speed: what follows a shorter one may be another vehicle."""
    return len(trail) > 1 and trail[-1][0] - trail[0][0] >= LEAST_US


def went_over(trail: Sequence[Point], point: Point, coverage_k: float) -> bool:
    """Say whether nobody who drove along a trail can be at a point.

    From the trail's end a vehicle gets v t + MOST_MPS2 t^2 / 2 far, v being its mean speed along the trail. What that
    errs by has three feet in it, both ends of the trail and the point, weighted t/T, 1 + t/T and 1, T being the trail's
    duration (JCGM 100:2008, 5.1).
    """
    if not tells_speed(trail):
        return False
    (begin_us, x0, y0), (end_us, x1, y1) = trail[0], trail[-1]
    lasted_s, step_s = (end_us - begin_us) / 1e6, (point[0] - end_us) / 1e6
    ratio = step_s / lasted_s
    reach_m = math.hypot(x1 - x0, y1 - y0) * ratio + MOST_MPS2 * step_s * step_s / 2
    error_m = FOOT_ERROR_M * math.sqrt(ratio * ratio + (1 + ratio) * (1 + ratio) + 1)
    return math.hypot(point[1] - x1, point[2] - y1) - reach_m > max(coverage_k * error_m, ANOTHER_M)
