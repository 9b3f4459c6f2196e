"""Succession: a track that begins where another one was lost goes on with its vehicle's way. Pure.

Around a stop line tracks break: the vehicle comes nearer and its box grows from look to look, the detector misses it,
or a second box of it takes the track. Half of a way proves nothing; both halves together are held against what one
vehicle can have driven, as every way is.
"""

import math
from collections.abc import Mapping
from typing import Final

from processors.violations.taken_places import MOTORCYCLE
from processors.violations.way import Look, Passing, Way, add_look

#: A fresh track may begin so far beyond the line, metres: at 60 km/h what is driven in a look left out at two frames a
#: second, 17 m, of which some lies before the line. Farther beyond, nothing of the passing was seen.
FRESH_M: Final = 12.0
#: The lost track must be unseen in so many looks of the one that goes on: one may be the detector's miss.
FEWEST_AFTER: Final = 2
#: A vehicle keeps its place in the lane from one track to the next, metres; it drives no more than so many times as far
#: as it did before, beside the looks' errors. As for who was unseen at the line of a rail crossing.
MOST_ASIDE_M: Final = 0.6
MOST_TIMES: Final = 2.0
#: It brakes no harder than this meanwhile, metres a second squared: hard braking in traffic, as red_light's usual_mps2.
#: Whoever brakes harder is not told from one that stood there already. A choice.
HARD_MPS2: Final = 4.0


def succeed(ways: dict[str, Way], *, most_gap_s: float, noise_m: float) -> None:
    """Let each track that goes on with a lost one's vehicle have its way, in place; where two may be it, none has.

    Where the lost one is seen again elsewhere, its looks are taken back.

    Args:
        ways: by track, with all of a second's looks.
        most_gap_s: most that two looks in a row may lie apart, seconds.
        noise_m: error of a look's place along the way that is reckoned with, metres.
    """
    _take_back(ways)
    newest_us = max((way.looks[-1].at_us for way in ways.values()), default=0)
    unseen = [(name, way) for name, way in ways.items() if way.looks[-1].at_us < newest_us and not way.done]
    if not unseen:
        return
    joined: dict[str, dict[str, list[Look]]] = {}
    for name, way in ways.items():
        if way.done or len(way.looks) < FEWEST_AFTER:
            continue
        first = way.looks[0]
        for lost, old in unseen:
            # Who was there before the other was lost, elsewhere, is another vehicle.
            if first.at_us <= old.looks[-1].at_us and first.beside != lost:
                continue
            looks = _both(lost, old, way, most_gap_s, noise_m)
            if looks:
                joined.setdefault(name, {})[lost] = looks
    heirs = [lost for of in joined.values() for lost in of]
    # The oldest first: who breaks twice within a second has the whole way in the last of its tracks.
    for name in sorted(joined, key=lambda name: (ways[name].looks[0].at_us, name)):
        of = joined[name]
        if name not in ways or len(of) > 1 or heirs.count(next(iter(of))) > 1:
            continue
        ((lost, looks),) = of.items()
        if lost in joined:
            looks = _both(lost, ways[lost], ways[name], most_gap_s, noise_m) or looks
        whole: list[Look] = []
        for look in looks:
            add_look(whole, look)
        del ways[lost]
        ways[name].looks = whole


def _take_back(ways: Mapping[str, Way]) -> None:
    for own, way in ways.items():
        names = {look.sight.track_ids[0] for look in way.looks}
        if len(names) == 1 and own in names:
            continue
        if any(_apart(way, ways[name]) for name in names if name in ways):
            way.looks = [look for look in way.looks if look.sight.track_ids[0] == own]


def _both(lost: str, old: Way, way: Way, most_gap_s: float, noise_m: float) -> list[Look] | None:
    """Return the looks of a lost track and of one that goes on with its vehicle; None: it does not."""
    until_us = old.looks[-1].at_us
    head = [look for look in way.looks if look.at_us <= until_us]
    tail = way.looks[len(head) :]
    if (
        old is way
        or len(old.looks) < 2
        or len(tail) < FEWEST_AFTER
        or (old.vehicle_class == MOTORCYCLE) != (way.vehicle_class == MOTORCYCLE)
        # While both were seen the younger one was at the older one's place, and nobody else is there since.
        or any(look.beside != lost for look in head)
        or any(look.beside for look in tail[:FEWEST_AFTER])
    ):
        return None
    # Of the last frames, where they show both, the box of the track that goes on: the other was lost by its own. Who
    # was beside it for longer was a second box until then.
    own, of = list(old.looks), {look.at_us: look for look in head}
    for n in range(len(own) - 1, max(len(own) - 1 - FEWEST_AFTER, -1), -1):
        if own[n].at_us not in of:
            break
        own[n] = of[own[n].at_us]._replace(beside="", taken=False)
    before, last = old.looks[-2], own[-1]
    here = tail[0]
    gap_s = (here.at_us - last.at_us) / 1e6
    if gap_s > most_gap_s or abs(here.across_m - last.across_m) > MOST_ASIDE_M:
        return None
    was_mps = max(old.looks[-1].along_m - before.along_m, 0.0) / ((until_us - before.at_us) / 1e6)
    most_m = min(MOST_TIMES * was_mps * gap_s, _braking_m(here, tail[1], gap_s))
    return [*own, *tail] if -noise_m <= here.along_m - last.along_m <= most_m + noise_m else None


def _braking_m(here: Look, then: Look, gap_s: float) -> float:
    """Return the most that a vehicle can have driven before its first look at the speed seen from there on, metres.

    It braked all the time until then; if it goes on braking, its speed at that look is at most twice the mean of the
    step that follows. Infinite where the picture's edge cuts one of the two boxes: its speed is not known.
    """
    if here.cut or then.cut:
        return math.inf
    speed_mps = max(then.along_m - here.along_m, 0.0) / ((then.at_us - here.at_us) / 1e6)
    return (2.0 * speed_mps + HARD_MPS2 * gap_s / 2.0) * gap_s


def _apart(way: Way, other: Way) -> bool:
    """Say whether another track is seen where this one's vehicle is not, since it has gone on with that one's way.

    Beside it, in the same frame, the other one is a second box of the vehicle.
    """
    if other is way:
        return False
    beside = {look.at_us for look in way.looks if look.beside}
    return any(look.at_us not in beside for look in other.looks)


def begun(ways: Mapping[str, Way]) -> dict[str, Way]:
    """Return the ways that began before the line: of the others nobody knows yet where they came from."""
    return {name: way for name, way in ways.items() if way.looks[0].along_m < 0}


def not_before(way: Way, passing: Passing, position_error_m: float) -> Passing | None:
    """Return the earliest that a way's vehicle can have passed the line, where its two sides are of two tracks.

    Should they be of two vehicles after all, the one that is proposed passed when its own looks beyond the line say,
    taken back at the speed of the first two.

    Args:
        way: the way.
        passing: what the looks on both sides of the line say of it.
        position_error_m: standard uncertainty of a foot's place against the line's, metres.

    Returns:
        The same passing where both sides are of one track; None where those beyond do not tell.
    """
    before, *beyond = way.looks[passing.before :]
    if beyond[0].sight.track_ids == before.sight.track_ids:
        return passing
    whole = [look for look in beyond if not look.cut][:2]
    if len(whole) < 2 or whole[1].along_m <= whole[0].along_m:
        return None
    first, then = whole
    step_m, step_s = then.along_m - first.along_m, (then.at_us - first.at_us) / 1e6
    share = first.along_m / step_m
    error_s = position_error_m * math.hypot(1.0 + share, share) * step_s / step_m
    at_us = first.at_us - round(share * step_s * 1e6)
    # Both must hold.
    return Passing(min(at_us, passing.at_us), max(error_s, passing.error_s), passing.before)


def by_itself(way: Way) -> Way:
    """Return a way without its looks where another vehicle stands; the same one where there is none."""
    alone = [look for look in way.looks if not look.taken]
    return way if len(alone) == len(way.looks) else Way(alone, way.done, way.vehicle_class)
