"""Turn: whether a vehicle turned aside beyond a stop line, and to which side, from the looks around the line. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from processors.rules.second import Second
from processors.violations.course import SPEED_UP_MPS2, course_deg
from processors.violations.hidden_foot import ERROR_RATIO, HiddenFoot
from processors.violations.stop_line import StopLine
from processors.violations.way import Look, Way, looks_near

#: A foot's place along the direction may fall back by so much from one look to the next, metres: its noise.
BACK_M = 1.0
#: The picture ends somewhere beyond so many metres from the line, and a foot below its edge is at least this share as
#: far from the camera as the edge: a car that is still seen has it at most 4 m nearer, of 15.
EDGE_FROM_M = 9.0
EDGE_RATIO = 0.75
#: From look to look a box's height changes by no more than this factor; a bus is twice as high as a car.
MOST_GROWTH = 1.7
#: Whoever turns is so far aside where the picture's lower edge first cuts its box, metres.
LEAST_AT_EDGE_M = 1.0
#: Two looks' places along the direction err against what was driven by so much, metres: a foot of 7 % of a near box.
ALONG_ERROR_M = 2.0
#: One look may be missing, seconds, where the vehicle is found where its speed brings it, and not aside of there by
#: more than this, metres: less than to whoever drives in the next lane, 3.5 m less two feet's errors.
MOST_HIDDEN_S = 1.2
MOST_HIDDEN_ASIDE_M = 2.4
#: Of a box at the lower edge at least this share of its height is to be left: of less, its foot can be anywhere.
LEAST_SEEN_RATIO = 0.25
#: Who has gone so far aside and then drives on without for two steps, each of this length, has changed lanes, metres.
CHANGED_M = 1.0
#: Two boxes of one vehicle in one picture have their feet within so much across, metres: less than a lane's width.
SAME_PLACE_M = 2.0
#: Who is found again so near beyond the line has passed it in the lane they are in, metres: turns begin 2 m beyond it.
AT_LINE_M = 3.0
#: And goes on along the direction, by so much to the next look, metres, and by more than aside: who comes across or
#: pulls out there was in no lane before the line. As much as a foot's place may fall back by its noise; a choice.
ALONG_AT_LINE_M = 1.0


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """When a vehicle beyond a stop line turns.

    Attributes:
        min_aside_m: way across the direction, from where it passed the line, metres: way - k * error must lie beyond.
            A vehicle that changes lanes at 8 m/s is not so far aside before the picture ends, 13 m beyond the line. A
            choice.
        min_turn_deg: its course off the direction in the last step, degrees: a lane change in 2.5 s at 8 m/s is at
            most 16 off it. A choice.
        coverage_k: k: 1.96, 97.5 % one-sided for a normal error (JCGM 100:2008, annex G).
        position_error_m: standard uncertainty of a vehicle's place across, metres; 0: the calibration's.
        least_looks: looks before the line.
        least_steps: steps aside that make up the way, each of least_step_m: a track that goes over to a vehicle in the
            next lane does so in one. A choice.
        least_step_m: see there, metres.
        most_mps2: most that the speed across may change, metres a second squared: a turn at 28 km/h over a radius of
            12 m takes 5; more is a track that goes over to a vehicle of the cross street. A choice.
        most_gap_s: between two looks from the line on, seconds: where one is missing, the track may have gone over to
            another vehicle, and only what MOST_HIDDEN_S allows is one. A choice for two looks a second.
        foot_error_m: standard deviation of a box's foot across from look to look, metres; measured 0.1 on the city's
            cars before a line.
    """

    min_aside_m: float = 2.4
    min_turn_deg: float = 20.0
    coverage_k: float = 1.96
    position_error_m: float = 0.0
    least_looks: float = 1.0
    least_steps: float = 2.0
    least_step_m: float = 0.5
    most_mps2: float = 5.0
    most_gap_s: float = 0.8
    foot_error_m: float = 0.15


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
    looks: Sequence[Look], settings: TurnSettings, calibration_error_m: float, feet: HiddenFoot | None = None
) -> Turn | None:
    """Return the turn that a vehicle's looks show; None where it goes straight on, or one vehicle may be two.

    The look that is farthest aside shows it: later ones may show less, as the picture's border cuts the box.

    Args:
        looks: around the line, ascending by time.
        settings: when it is a turn.
        calibration_error_m: the calibration's position error, metres; holds where the settings name none.
        feet: places the feet that the picture's lower border hides; None: they are taken as near as may be.
    """
    if looks and looks[-1].along_m < 0:  # all lie before the line: most vehicles of a red light
        return None
    looks = _seen(looks)
    before = _last_in_lane(looks, settings)
    if before is None or before + 1 < settings.least_looks or len(looks) < before + 2 + settings.least_steps:
        return None
    looks, hidden = feet.placed(looks) if feet is not None else (looks, [False] * len(looks))
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
        least_m = abs(aside_m) - settings.min_aside_m - settings.coverage_k * error_m
        if least_m <= (0.0 if best is None else best.least_m):
            continue
        if not _steady(looks[: last + 1], first, settings, hidden[: last + 1]):
            break
        sign = math.copysign(1.0, aside_m)
        steps = [sign * (b.across_m - a.across_m) for a, b in pairwise(looks[before : last + 1])]
        # Who went to the other side before was another vehicle, or waits in the junction; who stands does not turn.
        if min(steps) < -settings.least_step_m or steps[-1] < settings.least_step_m:
            continue
        if sum(step >= settings.least_step_m for step in steps) < settings.least_steps:
            continue
        if _changed_lanes(looks[before : last + 1], steps, settings.least_step_m):
            break
        off_deg = course_deg(looks[before : last + 1], steps, placed=hidden[last])
        if off_deg >= settings.min_turn_deg:
            side = "left" if aside_m < 0 else "right"
            best = Turn(side, abs(aside_m), error_m, least_m, off_deg, before, last)
    return best


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
        return before
    if before + 2 >= len(looks):
        return None
    first, second = looks[before + 1 : before + 3]
    along_m, across_m = second.along_m - first.along_m, abs(second.across_m - first.across_m)
    return before + 1 if along_m >= ALONG_AT_LINE_M and along_m > across_m else None


def _seen(looks: Sequence[Look]) -> Sequence[Look]:
    """Return the looks up to the first whose box the lower edge has cut off but for a rest."""
    tallest_px = 0.0
    for n, look in enumerate(looks):
        if look.cut and _height_px(look) < LEAST_SEEN_RATIO * tallest_px:
            return looks[:n]
        tallest_px = max(tallest_px, _height_px(look))
    return looks


def _height_px(look: Look) -> float:
    _, y1, _, y2 = look.sight.boxes_xyxy_px[:4]
    return y2 - y1


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


def _steady(looks: Sequence[Look], first: int, settings: TurnSettings, hidden: Sequence[bool] = ()) -> bool:
    """Say whether one vehicle can have driven so from one look on: along the direction, and no jump of its speed.

    Args:
        looks: ascending by time.
        first: place of that look.
        settings: when it is a turn.
        hidden: of each look whether its foot is below the edge and placed; empty: none is.
    """
    for n, (a, b) in enumerate(pairwise(looks[first:]), first):
        unseen = b.at_us - a.at_us > settings.most_gap_s * 1e6
        if b.along_m - a.along_m < -BACK_M or (unseen and not (n and _found_again(looks[n - 1], a, b))):
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


def _found_again(before: Look, a: Look, b: Look) -> bool:
    """Say whether one vehicle, hidden for one look after two, is found where its speed brings it."""
    lasted_s = (b.at_us - a.at_us) / 1e6
    before_s = (a.at_us - before.at_us) / 1e6
    aside_mps, speed_mps = (a.across_m - before.across_m) / before_s, (a.along_m - before.along_m) / before_s
    if lasted_s > MOST_HIDDEN_S or abs(b.across_m - a.across_m - aside_mps * lasted_s) > MOST_HIDDEN_ASIDE_M:
        return False
    error_m = ALONG_ERROR_M + SPEED_UP_MPS2 * lasted_s**2 / 2
    return abs(b.along_m - a.along_m - speed_mps * lasted_s) <= error_m


def joined(ways: dict[str, Way], second: Second, line: StopLine, settings: TurnSettings) -> None:
    """Let new tracks beyond a line go on with the ways of lost ones, in place.

    In a turn a box changes its form and place faster than the tracker foretells, and the track breaks. A track that
    begins beyond the line goes on with a way whose track ended beyond it just before, where one vehicle can have driven
    from one to the other and no other way fits. A track that was hidden for longer than a look begins anew: it may be
    the vehicle's second box.
    """
    t = second.tracks
    if not t.box_x_m or all(way.looks[-1].along_m < 0 for way in ways.values()):
        return
    seen: dict[str, list[Look]] = {}
    for i, _, look in looks_near(second, line):
        seen.setdefault(t.track_id[i], []).append(look)
    for name, own in seen.items():
        known = ways.get(name)
        if known is not None and own[0].at_us - known.looks[-1].at_us <= MOST_HIDDEN_S * 1e6:
            continue
        fits: list[tuple[str, list[Look]]] = []
        for lost, way in ways.items():
            until = seen.get(lost, [])
            # A doubled box lets two tracks go on side by side for a look; the one that is seen last is the vehicle's.
            last = until[-1] if until else way.looks[-1]
            if lost == name or last.along_m < 0 or last.at_us >= own[-1].at_us:
                continue
            looks = [*way.looks, *until]
            # Who is seen beside it in a picture of this second, farther aside than a doubled box, is another vehicle.
            if any(one.at_us == last.at_us and abs(one.across_m - last.across_m) > SAME_PLACE_M for one in own):
                continue
            here = next((look for look in own if look.at_us > looks[-1].at_us), None)
            if here is not None and here.along_m >= 0 and _alike(looks[-1], here) and _goes_on(looks, here, settings):
                fits.append((lost, looks))
        if len(fits) == 1:
            lost, looks = fits[0]
            way = ways[name] = ways.pop(lost)
            way.looks = looks


def _alike(look: Look, other: Look) -> bool:
    """Say whether two boxes are about as high: a lorry or a bus is none that was a car just before."""
    before_px, after_px = _height_px(look), _height_px(other)
    return before_px / MOST_GROWTH <= after_px <= before_px * MOST_GROWTH


def _goes_on(looks: Sequence[Look], here: Look, settings: TurnSettings) -> bool:
    """Say whether a vehicle with these looks can be at another one after them."""
    last = looks[-1]
    lasted_s = (here.at_us - last.at_us) / 1e6
    if len(looks) < 2 or last.along_m < 0 or not 0 < lasted_s <= settings.most_gap_s:
        return False
    driven_mps = math.hypot(last.along_m - looks[-2].along_m, last.across_m - looks[-2].across_m) / (
        (last.at_us - looks[-2].at_us) / 1e6
    )
    reach_m = (driven_mps + SPEED_UP_MPS2 * lasted_s) * lasted_s + ALONG_ERROR_M
    way_m = math.hypot(here.along_m - last.along_m, here.across_m - last.across_m)
    return way_m <= reach_m and _steady([*looks[-2:], here._replace(cut=False)], 0, settings)
