"""Turn: whether a vehicle turned aside beyond a stop line, and to which side, from the looks around the line. Pure."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from processors.violations.breadth import ERROR_DEG, Seen, seen_at
from processors.violations.course import course_deg
from processors.violations.hidden_foot import ERROR_RATIO, HiddenFoot
from processors.violations.turn_settings import TurnSettings
from processors.violations.turn_steady import EDGE_RATIO, steady
from processors.violations.way import Look

#: The picture ends somewhere beyond so many metres from the line.
EDGE_FROM_M = 9.0
#: Whoever turns is so far aside where the picture's lower edge first cuts its box, metres.
LEAST_AT_EDGE_M = 1.0
#: Of a box at the lower edge at least this share of its height is to be left: of less, its foot can be anywhere.
LEAST_SEEN_RATIO = 0.25
#: Who has gone so far aside and then drives on without for two steps, each of this length, has changed lanes, metres.
CHANGED_M = 1.0
#: Who is found again so near beyond the line has passed it in the lane they are in, metres: turns begin 2 m beyond it.
AT_LINE_M = 3.0
#: And goes on along the direction, by so much to the next look, metres, and by more than aside: who comes across or
#: pulls out there was in no lane before the line. As much as a foot's place may fall back by its noise; a choice.
ALONG_AT_LINE_M = 1.0


class Turn(NamedTuple):
    """A turn as it was seen so far.

    Attributes:
        side: "left" or "right".
        aside_m: way across the direction since the line, metres, positive.
        error_m: its standard uncertainty, metres.
        least_m: aside_m less k times that error, beyond min_aside_m by how much, metres.
        course_deg: how far off the direction the last step led, degrees.
        before: place of the last look before the line, or at it where the vehicle was hidden before.
        last: place of the look that shows it.
    """

    side: str
    aside_m: float
    error_m: float
    least_m: float
    course_deg: float
    before: int
    last: int

    def measures(self, looks: Sequence[Look]) -> dict[str, float]:
        """Return what a violation tells of the turn, by name, from the looks that it was found in."""
        return {
            "aside_m": round(self.aside_m, 2),
            "aside_error_m": round(self.error_m, 2),
            "course_deg": round(self.course_deg, 0),
            "beyond_line_m": round(looks[self.last].along_m, 2),
        }

    def in_words(self, coverage_k: float, zone_id: str) -> str:
        """Return how far aside it led beyond a stop line, in words."""
        return f"{self.aside_m:.1f} m aside (+-{coverage_k * self.error_m:.1f}) beyond the stop line {zone_id}"


def turn_of(
    looks: Sequence[Look],
    settings: TurnSettings,
    calibration_error_m: float,
    feet: HiddenFoot | None = None,
    *,
    long: bool = False,
) -> Turn | None:
    """Return the turn that a vehicle's looks show; None where it goes straight on, or one vehicle may be two.

    The look that is farthest aside shows it: later ones may show less, as the picture's border cuts the box.

    Args:
        looks: around the line, ascending by time.
        settings: when it is a turn.
        calibration_error_m: the calibration's position error, metres; holds where the settings name none.
        feet: places the feet that the picture's lower border hides; None: they are taken as near as may be.
        long: it may be longer than a car by more than breadth allows for, as a bus of 12 m: one that changes lanes is
            as much broader as a car that turns, so breadth does not show a turn of it.
    """
    if looks and looks[-1].along_m < 0:  # all lie before the line: most vehicles of a red light
        return None
    looks = _seen(looks)
    before = _last_in_lane(looks, settings)
    if (
        before is None
        or before + 1 < settings.least_looks
        or len(looks) < before + 2 + settings.least_steps
        or not _may_be_aside(looks, before, settings, feet)
    ):
        return None
    seen = looks
    looks, hidden = feet.placed(seen) if feet is not None else (seen, [False] * len(seen))
    angles: Sequence[Seen | None] = seen_at(feet, seen, looks) if feet is not None else [None] * len(seen)
    broadside_deg = [0.0] * len(seen) if long else _broadside_deg(angles, before, settings)
    leaves = [0, *(feet.leaves_by(a, b) if feet is not None else 0 for a, b in pairwise(seen))]
    # Both ends have the position error, independent of each other.
    ends_m = math.sqrt(2.0) * (settings.position_error_m or calibration_error_m)
    origin = looks[before].across_m
    at_edge = _at_edge(looks, before + 1)
    # Whoever is in the same lane beyond the line as before it came from there, hidden for a while or not.
    kept = abs(looks[before + 1].across_m - origin) <= settings.least_step_m if before + 1 < len(looks) else False
    first = before + 1 if kept else before
    best: Turn | None = None
    # Who reaches the picture's lower edge straight on leaves it there, and what follows is another vehicle's.
    if at_edge < len(looks) and abs(looks[at_edge].across_m - origin) < LEAST_AT_EDGE_M:
        looks = looks[:at_edge]
    for last in range(before + 1 + round(settings.least_steps), len(looks)):
        aside_m, error_m = _aside_m(looks[last], origin, ends_m, hidden=hidden[last], at_edge=last >= at_edge)
        sign = math.copysign(1.0, aside_m)
        may_turn = _may_turn(looks[last], angles[last], sign, settings)
        # One broad look alone may be a box of two vehicles.
        if broadside_deg[last] and may_turn:
            error_m = _feet_apart_m(looks[last], aside_m, settings, feet, hidden=hidden[last])
        least_m = abs(aside_m) - settings.min_aside_m - settings.coverage_k * error_m
        if least_m <= (0.0 if best is None else best.least_m):
            continue
        if not steady(looks[: last + 1], first, settings, hidden[: last + 1]):
            break
        # Who drove out by the picture's side is gone, and who is found on the way to the other one is another vehicle.
        if sign in leaves[before + 1 : last]:
            break
        steps = [sign * (b.across_m - a.across_m) for a, b in pairwise(looks[before : last + 1])]
        # Who changes lanes goes aside as far, but is no broader than before.
        if not (broadside_deg[last] or may_turn) or not _aside_in_steps(steps, settings):
            continue
        if _changed_lanes(looks[before : last + 1], steps, settings.least_step_m):
            break
        off_deg = max(course_deg(looks[before : last + 1], steps, placed=hidden[last]), broadside_deg[last])
        if off_deg >= settings.min_turn_deg:
            side = "left" if aside_m < 0 else "right"
            best = Turn(side, abs(aside_m), error_m, least_m, off_deg, before, last)
    return best


def _may_be_aside(looks: Sequence[Look], before: int, settings: TurnSettings, feet: HiddenFoot | None) -> bool:
    """Return False where no look after one can be far enough aside of it: most vehicles go straight on.

    All feet are where they are seen then, and whatever error is taken off makes the way aside shorter.
    """
    origin_m = looks[before].across_m
    return (feet is not None and feet.may_hide(looks)) or any(
        abs(look.across_m - origin_m) > settings.min_aside_m for look in looks[before + 1 :]
    )


def _broadside_deg(angles: Sequence[Seen | None], before: int, settings: TurnSettings) -> list[float]:
    """Return how far a vehicle was seen to have turned until each look, degrees; 0: not surely by min_turn_deg."""
    most_deg, out = 0.0, [0.0] * len(angles)
    for n, seen in enumerate(angles):
        if n > before and seen is not None and _surely(seen, settings):
            most_deg = max(most_deg, seen.least_deg)
        out[n] = most_deg
    return out


def _surely(seen: Seen, settings: TurnSettings) -> bool:
    return seen.least_deg - settings.coverage_k * ERROR_DEG >= settings.min_turn_deg


def _may_turn(look: Look, seen: Seen | None, sign: float, settings: TurnSettings) -> bool:
    """Say whether a vehicle that has gone aside, right for 1 and left for -1, may be seen to turn there."""
    if seen is None:
        return True
    most_deg = seen.most_deg(towards=sign * look.across_m < 0)
    return most_deg + settings.coverage_k * ERROR_DEG >= settings.min_turn_deg


def _aside_in_steps(steps: Sequence[float], settings: TurnSettings) -> bool:
    """Say whether steps, metres aside, lead there one by one, up to the last.

    Who went to the other side before was another vehicle, or waits in the junction; who stands does not turn.
    """
    if min(steps) < -settings.least_step_m or steps[-1] < settings.least_step_m:
        return False
    return sum(step >= settings.least_step_m for step in steps) >= settings.least_steps


def _feet_apart_m(
    look: Look, aside_m: float, settings: TurnSettings, feet: HiddenFoot | None, *, hidden: bool
) -> float:
    """Return the standard uncertainty of the way between two feet that one calibration puts on the ground, metres.

    Its error of place moves both alike, that of its scale lengthens the way.
    """
    assert feet is not None
    placed_m = ERROR_RATIO * look.across_m if hidden else 0.0
    return math.hypot(math.sqrt(2.0) * settings.foot_error_m, feet.scale_error_ratio * aside_m, placed_m)


def _aside_m(look: Look, origin_m: float, ends_m: float, *, hidden: bool, at_edge: bool) -> tuple[float, float]:
    """Return how far to the right of its place at the line a look is, and the standard uncertainty, both in metres."""
    aside_m = look.across_m - origin_m
    if hidden:
        return aside_m, math.hypot(ends_m, ERROR_RATIO * look.across_m)
    if at_edge:
        # A foot below the edge is nearer, and so its place nearer to the camera's axis: the smaller way holds.
        aside_m = min(aside_m, EDGE_RATIO * look.across_m - origin_m, key=abs)
    return aside_m, ends_m


def _last_in_lane(looks: Sequence[Look], settings: TurnSettings) -> int | None:
    """Return the place of the last look before the line; who was hidden there is first seen in its lane at it.

    None: it does not drive on along the direction from there, and may have come from anywhere.
    """
    before = sum(look.along_m < 0 for look in looks) - 1
    at_line = before + 1 < len(looks) and looks[before + 1].along_m <= AT_LINE_M
    hidden = at_line and (before < 0 or looks[before + 1].at_us - looks[before].at_us > settings.most_gap_s * 1e6)
    if not hidden:
        # Who is found next where an elder track's vehicle is, aside of where it came from, shows that one.
        beyond = looks[before + 1] if 0 <= before < len(looks) - 1 else None
        aside = beyond is not None and abs(beyond.across_m - looks[before].across_m) > settings.least_step_m
        return None if beyond is not None and beyond.beside and aside else before
    if before + 2 >= len(looks):
        return None
    first, second = looks[before + 1 : before + 3]
    if first.beside:
        # A second box of who is there.
        return None
    along_m, across_m = second.along_m - first.along_m, abs(second.across_m - first.across_m)
    return before + 1 if along_m >= ALONG_AT_LINE_M and along_m > across_m else None


def _seen(looks: Sequence[Look]) -> Sequence[Look]:
    """Return the looks up to the first whose box the lower edge has cut off but for a rest."""
    tallest_px = 0.0
    for n, look in enumerate(looks):
        if look.cut and look.height_px < LEAST_SEEN_RATIO * tallest_px:
            return looks[:n]
        tallest_px = max(tallest_px, look.height_px)
    return looks


def _changed_lanes(looks: Sequence[Look], steps: Sequence[float], least_step_m: float) -> bool:
    """Say whether a vehicle went aside and then straight on again: it changed lanes, or a track went over to another.

    Args:
        looks: from the last before the line on.
        steps: from each to the next, metres aside.
        least_step_m: a shorter step leads straight on.
    """
    ahead = [
        step < least_step_m and b.along_m - a.along_m >= CHANGED_M
        for (a, b), step in zip(pairwise(looks), steps, strict=True)
    ]
    return any(one and other and sum(steps[:n]) >= CHANGED_M for n, (one, other) in enumerate(pairwise(ahead)))


def _at_edge(looks: Sequence[Look], first: int) -> int:
    """Return the place of the first look at the picture's lower edge, from one on; the number of looks: none is.

    The edge cuts the box, or its foot no longer goes on as the detector draws it just above the edge: less than half as
    fast as in the step before.
    """
    for n in range(first, len(looks)):
        if looks[n].cut:
            return n
        if n >= first + 1:
            a, b, c = looks[n - 2], looks[n - 1], looks[n]
            before_mps = (b.along_m - a.along_m) / ((b.at_us - a.at_us) / 1e6)
            if (c.along_m - b.along_m) / ((c.at_us - b.at_us) / 1e6) < 0.5 * before_mps and c.along_m > EDGE_FROM_M:
                return n
    return len(looks)
