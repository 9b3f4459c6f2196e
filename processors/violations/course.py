"""Course: how far off a stop line's direction a vehicle drives beyond it. Pure."""

import math
from collections.abc import Sequence
from typing import Final

from processors.violations.way import Look

#: A vehicle that turns may go faster than before the line by so much, metres a second squared.
SPEED_UP_MPS2: Final = 2.0
#: The course is that of the last step, or of the last so many together: who changes lanes, 3.5 m in 2.5 s at 8 m/s,
#: goes 2.1 m aside in the quickest second, 15 degrees off. Of a hidden foot one step alone says too little: its place
#: errs by 0.2 m aside, 3 degrees of a step of 4 m, twice which a change of lanes must not reach 20 with.
COURSE_STEPS: Final = 2


def course_deg(looks: Sequence[Look], steps: Sequence[float], *, placed: bool) -> float:
    """Return how far off the direction it was driven in the last step, or in the last COURSE_STEPS together.

    Args:
        looks: two or more, ascending by time.
        steps: from each to the next, metres aside.
        placed: feet at the lower edge are where they are: it need not be reckoned with who speeds up there.

    Returns:
        Degrees, 0 to 90; at least so much.
    """
    up_mps2 = 0.0 if placed else SPEED_UP_MPS2
    last, best_deg = len(steps), 0.0
    for first in range(last - (COURSE_STEPS if placed else 1), max(last - 1 - COURSE_STEPS, -1), -1):
        aside_m, driven_m = sum(steps[first:]), _driven_m(looks, first, last, up_mps2)
        if driven_m > 0 and aside_m > 0:
            best_deg = max(best_deg, math.degrees(math.asin(min(aside_m / driven_m, 1.0))))
    return best_deg


def _driven_m(looks: Sequence[Look], first: int, last: int, up_mps2: float) -> float:
    """Return the most that was driven from one look to another, metres; 0: it cannot be told.

    At the picture's lower edge a box is cut off, and the detector draws its edge a little above the border: the foot
    stands still there. So what was driven is at least what the speed before allowed, from up to three looks before it
    that are whole; a driver who brakes makes the course seem smaller.
    """
    a, b = looks[first], looks[last]
    driven_m = math.hypot(b.along_m - a.along_m, b.across_m - a.across_m)
    whole = [look for look in looks[:last] if not look.cut][-3:]
    if len(whole) < 2:
        return 0.0 if any(look.cut for look in looks[first : last + 1]) else driven_m
    path_m = math.hypot(whole[-1].along_m - whole[0].along_m, whole[-1].across_m - whole[0].across_m)
    speed_mps = path_m / ((whole[-1].at_us - whole[0].at_us) / 1e6)
    after_s = (b.at_us - whole[-1].at_us) / 1e6
    return max(driven_m, (b.at_us - a.at_us) / 1e6 * (speed_mps + up_mps2 * after_s))
