"""SeenComing: from which look on a vehicle was seen to come to a line and pass it. Pure.

Two looks in a row before the line show who comes. At two frames a second the detector misses one or both of them now
and then, for up to two seconds; then others have to say that who is beyond the line was before it.
"""

import math
from typing import Final

from processors.violations.unseen import MOST_ASIDE_M
from processors.violations.way import Passing, Way

#: Longest that a vehicle may be unseen on its way to the line, microseconds: as at the line of a rail crossing.
MOST_UNSEEN_US: Final = 2_400_000
#: Who waits at a line stands within so much of it, metres, beside the error of a foot's place: a track that begins
#: nearer may be one that went over from who waits to who drives beyond. A choice.
WAITS_M: Final = 2.0
#: Looks beyond the line that show, with one before it, how it was driven over: two steps, and one to hold them against.
BEYOND: Final = 3


def seen_from(
    way: Way, passing: Passing, *, least_looks: int, most_gap_s: float, usual_mps2: float, noise_m: float
) -> int | None:
    """Return the place of the look from which on a way proves its passing; None: not enough of it was seen (yet).

    One look in a row before the line is enough where

    - the same track was seen farther before it up to `MOST_UNSEEN_US` earlier, in the same place across the lane, and
      the speed driven meanwhile is that of the next step, beside `usual_mps2` and the looks' errors; or
    - BEYOND whole looks follow it beyond the line, all in the same place across the lane and beside no older track, and
      it lies farther before the line than who waits there.

    How fast one vehicle can have driven is for the rule to hold against all looks from there on.

    Args:
        way: the way.
        passing: of the line.
        least_looks: looks in a row before the line that are enough.
        most_gap_s: most that two looks in a row may lie apart, seconds.
        usual_mps2: what a speed changes by usually, metres a second squared.
        noise_m: error of a look's place along the way that is reckoned with, metres.
    """
    first = way.unbroken(passing.before, most_gap_s)
    if passing.before + 1 - first >= least_looks:
        return first
    if first < passing.before or least_looks > BEYOND - 1:
        return None
    if first and _came_on(way, first, usual_mps2, noise_m):
        return first
    before, *beyond = way.looks[first : first + 1 + BEYOND]
    in_lane = all(abs(look.across_m - before.across_m) <= MOST_ASIDE_M for look in beyond)
    alone = not any(look.cut or look.beside for look in (before, *beyond))
    waits = before.along_m > -(WAITS_M + noise_m)
    return first if len(beyond) == BEYOND and in_lane and alone and not waits else None


def _came_on(way: Way, place: int, usual_mps2: float, noise_m: float) -> bool:
    """Say whether the vehicle of a look before the line is the one that the track showed before the gap."""
    last, here, then = way.looks[place - 1 : place + 2]
    gap_us = here.at_us - last.at_us
    if gap_us > MOST_UNSEEN_US or abs(here.across_m - last.across_m) > MOST_ASIDE_M or last.cut or here.cut or then.cut:
        return False
    gap_s, step_s = gap_us / 1e6, (then.at_us - here.at_us) / 1e6
    change_mps = abs((then.along_m - here.along_m) / step_s - (here.along_m - last.along_m) / gap_s)
    # The difference of two speeds has three looks in it, as in Way.driven; the middle one's weigh by both times.
    error_mps = noise_m * math.sqrt(1 / gap_s**2 + 1 / step_s**2 + (1 / gap_s + 1 / step_s) ** 2)
    return here.along_m > last.along_m and change_mps <= usual_mps2 * (gap_s + step_s) / 2 + error_mps
