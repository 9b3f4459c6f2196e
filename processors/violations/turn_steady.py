"""Steady: whether one vehicle can have driven through the looks at a turn. Pure."""

import math
from collections.abc import Sequence
from itertools import pairwise

from processors.violations.course import SPEED_UP_MPS2
from processors.violations.hidden_foot import ERROR_RATIO
from processors.violations.turn_settings import TurnSettings
from processors.violations.way import Look

#: A foot's place along the direction may fall back by so much from one look to the next, metres: its noise.
BACK_M = 1.0
#: A foot below the picture's edge is at least this share as far from the camera as the edge: a car that is still seen
#: has it at most 4 m nearer, of 15.
EDGE_RATIO = 0.75
#: Two looks' places along the direction err against what was driven by so much, metres: a foot of 7 % of a near box.
ALONG_ERROR_M = 2.0
#: One look may be missing, seconds, where the vehicle is found where its speed brings it, and not aside of there by
#: more than this, metres: less than to whoever drives in the next lane, 3.5 m less two feet's errors.
MOST_HIDDEN_S = 1.2
MOST_HIDDEN_ASIDE_M = 2.4


def steady(looks: Sequence[Look], first: int, settings: TurnSettings, hidden: Sequence[bool] = ()) -> bool:
    """Say whether one vehicle can have driven so from one look on: along the direction, and no jump of its speed.

    Args:
        looks: ascending by time.
        first: place of that look.
        settings: when it is a turn.
        hidden: of each look whether its foot is below the edge and placed; empty: none is.
    """
    for n, (a, b) in enumerate(pairwise(looks[first:]), first):
        unseen = b.at_us - a.at_us > settings.most_gap_s * 1e6
        if n and not all(_can_drive(looks[n - 1], a, then) for then in looks[n + 1 : n + 3]):
            return False
        if b.along_m - a.along_m < -BACK_M or (unseen and not (n and found_again(looks[n - 1], a, b))):
            return False
    # The difference of two speeds has three looks in it, weighted 1, -2, 1.
    noise_m = settings.coverage_k * math.sqrt(6.0) * settings.foot_error_m
    # A foot below the edge is nearer than it seems, by how much is not known where it is not placed.
    errs = [
        settings.coverage_k * ERROR_RATIO if placed else (1.0 - EDGE_RATIO) * look.cut
        for look, placed in zip(looks, hidden or [False] * len(looks), strict=True)
    ]
    steps = [
        (b.across_m - a.across_m, (b.at_us - a.at_us) / 1e6, err * abs(b.across_m))
        for (a, b), err in zip(pairwise(looks[first:]), errs[first + 1 :], strict=True)
    ]
    return all(
        abs(after_m / after_s - before_m / before_s)
        <= settings.most_mps2 * (before_s + after_s) / 2 + (noise_m + unseen_m) / min(before_s, after_s)
        for (before_m, before_s, _), (after_m, after_s, unseen_m) in pairwise(steps)
    )


def _can_drive(before: Look, a: Look, b: Look) -> bool:
    """Say whether one vehicle gets so far along from the second look to the third after what it drove to the second.

    What it drives in it goes by three looks, which err where two make up ALONG_ERROR_M.
    """
    before_s, lasted_s = (a.at_us - before.at_us) / 1e6, (b.at_us - a.at_us) / 1e6
    speed_mps = max(a.along_m - before.along_m, 0.0) / before_s
    ratio = lasted_s / before_s
    error_m = ALONG_ERROR_M * math.hypot(1.0, 1.0 + ratio, ratio) / math.sqrt(2.0)
    return b.along_m - a.along_m <= (speed_mps + SPEED_UP_MPS2 * lasted_s) * lasted_s + error_m


def found_again(before: Look, a: Look, b: Look) -> bool:
    """Say whether one vehicle, hidden for one look after two, is found where its speed brings it."""
    lasted_s = (b.at_us - a.at_us) / 1e6
    before_s = (a.at_us - before.at_us) / 1e6
    aside_mps, speed_mps = (a.across_m - before.across_m) / before_s, (a.along_m - before.along_m) / before_s
    if lasted_s > MOST_HIDDEN_S or abs(b.across_m - a.across_m - aside_mps * lasted_s) > MOST_HIDDEN_ASIDE_M:
        return False
    error_m = ALONG_ERROR_M + SPEED_UP_MPS2 * lasted_s**2 / 2
    return abs(b.along_m - a.along_m - speed_mps * lasted_s) <= error_m
