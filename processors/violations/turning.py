"""Turning: a vehicle that leaves its direction over the middle line, box by box; lost tracks go on. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from processors.rules.second import Second
from processors.rules.sight import Sight
from processors.violations.carriageway import Carriageway

#: Looks kept of one vehicle that turns; more than half a minute at five a second is a stand, no turn.
MOST_SPOTS = 160
#: A lost track of a vehicle in its turn goes on within so much of where it was last seen, metres: 15 km/h for 0.6 s,
#: and the errors of two feet.
MOST_JOIN_M = 3.0
#: Who is found again so near may be unseen for so long, seconds.
SLOW_GAP_S = 1.1
#: Where the track is the same, as near as a vehicle that turns drives in that time, metres a second (15 km/h), and two
#: feet err, metres: what MOST_JOIN_M is made of; but no farther aside than that, which is less than to the next lane.
TURNS_MPS = 15.0 / 3.6
FEET_ERROR_M = 0.5
#: Who is surely on their own side still may be unseen for so long before, seconds: the turn is ahead and seen whole.
OWN_SIDE_GAP_S = 2.0
#: A box that ends so close to the picture's border is cut off there, pixels.
EDGE_PX = 3.0
#: Most that a foot's place along the direction errs from look to look, metres, far away, and that a vehicle drives that
#: turns, metres a second.
ALONG_ERROR_M = 4.0
MOST_MPS = 14.0
#: No vehicle brakes or starts harder, metres a second squared: 0.8 of gravity, tyres on dry asphalt.
MOST_MPS2 = 8.0


class Spot(NamedTuple):
    """One look at a vehicle.

    Attributes:
        at_us: capture time, microseconds since the Unix epoch.
        along_m: its foot along its carriageway's direction, metres.
        beyond_m: how far beyond its left border, metres; negative: on its side.
        cut: a border of the picture cuts its box: the foot is elsewhere, and whoever comes in there looks alike.
    """

    at_us: int
    along_m: float
    beyond_m: float
    cut: bool


@dataclass(slots=True)
class Turning:
    """A vehicle since it was last seen to drive along its direction.

    Attributes:
        zone_id: the zone it drove along in.
        seen_us: when it was last seen.
        onset: its picture when it still drove along.
        spots: looks from then on, ascending by time; the first is that one.
    """

    zone_id: str
    seen_us: int
    onset: Sight
    spots: list[Spot]

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [self.zone_id, self.seen_us, self.onset, self.spots]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Turning":
        """Return what `pack` gave."""
        zone_id, seen_us, onset, spots = plain
        return cls(zone_id, seen_us, Sight(*onset), [Spot(*spot) for spot in spots])


def boxes_by_track(second: Second) -> Mapping[int, Sequence[int]]:
    """Return the placed boxes of a second's motor vehicles by track (indices of both), each ascending by time."""
    found: dict[int, list[int]] | None = second.shared.get("boxes by track")
    if found is None:
        found = second.shared["boxes by track"] = {}
        for b, i, _, _ in second.vehicle_feet:
            found.setdefault(i, []).append(b)
    return found


def spot_of(second: Second, box: int, side: Carriageway) -> Spot:
    """Return the look that a box is; rules that ask about the same side share it."""
    key = (box, side)
    known: Spot | None = second.shared.get(key)
    if known is not None:
        return known
    t = second.tracks
    x, y = t.box_x_m[box], t.box_y_m[box]
    cut = (
        t.box_y2_px[box] >= t.height_px - EDGE_PX
        or t.box_x1_px[box] <= EDGE_PX
        or t.box_x2_px[box] >= t.width_px - EDGE_PX
    )
    spot = Spot(t.sample_at_us[t.box_sample[box]], round(side.along_m(x, y), 2), round(side.beyond_m(x, y), 2), cut)
    second.shared[key] = spot
    return spot


def can_follow(a: Spot, b: Spot, most_gap_s: float, most_aside_mps: float, aside_error_m: float) -> bool:
    """Say whether one vehicle that turns can be at two looks in a row.

    Hidden for longer it must be found near where it was, or on its own side of the line, which it has yet to cross.

    Args:
        a: the first look.
        b: the second one.
        most_gap_s: longest time between them, seconds.
        most_aside_mps: most that it goes across the direction, metres a second.
        aside_error_m: by which two looks' places across may differ beside that, metres.
    """
    lasted_s = (b.at_us - a.at_us) / 1e6
    own_side = most_gap_s < lasted_s <= OWN_SIDE_GAP_S and b.beyond_m <= -aside_error_m
    if most_gap_s < lasted_s <= SLOW_GAP_S and not own_side:
        aside_m = abs(b.beyond_m - a.beyond_m)
        return aside_m <= MOST_JOIN_M and _reach_m(a, b) <= TURNS_MPS * lasted_s + FEET_ERROR_M
    return (
        (0.0 < lasted_s <= most_gap_s or own_side)
        and abs(b.beyond_m - a.beyond_m) <= most_aside_mps * lasted_s + aside_error_m
        and abs(b.along_m - a.along_m) <= MOST_MPS * lasted_s + ALONG_ERROR_M
    )


def can_join(a: Spot, b: Spot, most_gap_s: float) -> bool:
    """Say whether a track that begins at `b` can be that of a vehicle that was last seen at `a` in its turn."""
    return 0.0 < (b.at_us - a.at_us) / 1e6 <= most_gap_s and _reach_m(a, b) <= MOST_JOIN_M


def is_slow(spots: Sequence[Spot]) -> bool:
    """Say whether a vehicle is seen to drive no faster than one that turns, at two looks or more."""
    lasted_s = (spots[-1].at_us - spots[0].at_us) / 1e6
    return len(spots) > 1 and _reach_m(spots[0], spots[-1]) <= TURNS_MPS * lasted_s + FEET_ERROR_M


def _reach_m(a: Spot, b: Spot) -> float:
    return math.hypot(b.along_m - a.along_m, b.beyond_m - a.beyond_m)


def whole_spots(before: Sequence[Spot], spots: Sequence[Spot], beyond_m: float) -> list[Spot]:
    """Return the looks up to the first that the picture's border cuts off before the vehicle was seen over the line.

    At the border a track goes over from who leaves the picture to who comes in. Once a vehicle was seen `beyond_m`
    beyond the line, the border may cut it off: it is no longer on its way out.
    """
    over = any(spot.beyond_m >= beyond_m for spot in before)
    kept: list[Spot] = []
    for spot in spots:
        if spot.cut and not over:
            break
        over = over or spot.beyond_m >= beyond_m
        kept.append(spot)
    return kept


def is_one(spots: Sequence[Spot], most_gap_s: float, most_aside_mps: float, aside_error_m: float) -> bool:
    """Say whether one vehicle can be at all of these looks; see `can_follow`."""
    return all(can_follow(a, b, most_gap_s, most_aside_mps, aside_error_m) for a, b in pairwise(spots))


def turns_in_sight(spots: Sequence[Spot], most_gap_s: float, aside_error_m: float) -> bool:
    """Return False where a vehicle that was hidden on its own side is found there driving back faster than one turns.

    It may be unseen for longer there as its turn is ahead: until it is over the line it may drive on, but no faster
    back than one that turns. Who does has turned out of sight, or its track went over to the oncoming traffic.

    Args:
        spots: looks at it, ascending by time.
        most_gap_s: after more it was hidden, seconds.
        aside_error_m: from so far beyond the line on it is over it, metres.
    """
    for n, (a, b) in enumerate(pairwise(spots), 1):
        if (b.at_us - a.at_us) / 1e6 <= most_gap_s or b.beyond_m > -aside_error_m:
            continue
        over = next((spot for spot in spots[n:] if spot.beyond_m >= aside_error_m), spots[-1])
        if b.along_m - over.along_m > TURNS_MPS * (over.at_us - b.at_us) / 1e6 + ALONG_ERROR_M:
            return False
    return True


def can_come_back(spots: Sequence[Spot]) -> bool:
    """Say whether one vehicle can have driven on to its farthest place and back in the time that it took.

    Over a way s it brakes to a stand in sqrt(2 s / a) at the least, and is back in as long. A track that goes over to
    the oncoming traffic turns round at full speed. Of s is taken off what two feet err.

    Args:
        spots: looks at it, one or more, ascending by time.
    """
    farthest = max(range(len(spots)), key=lambda n: spots[n].along_m)
    place_m = max(spots[0].along_m, spots[-1].along_m)
    there = next(spot for spot in reversed(spots[: farthest + 1]) if spot.along_m <= place_m)
    back = next(spot for spot in spots[farthest:] if spot.along_m <= place_m)
    way_m = spots[farthest].along_m - place_m - ALONG_ERROR_M
    if way_m > 0.0 and (back.at_us - there.at_us) / 1e6 < 2.0 * math.sqrt(2.0 * way_m / MOST_MPS2):
        return False
    # At the farthest place it does not move along; the way back may be the longer one.
    back_m = spots[farthest].along_m - spots[-1].along_m - ALONG_ERROR_M
    return back_m <= 0.0 or (spots[-1].at_us - spots[farthest].at_us) / 1e6 >= math.sqrt(2.0 * back_m / MOST_MPS2)


def can_brake(drove: Sequence[Spot], then: Spot) -> bool:
    """Say whether a vehicle that drove along can be at a place where another track begins slowly: it braked meanwhile.

    Whoever braked as hard as a vehicle can has driven the least; one who is nearer than that is another, which starts.

    Args:
        drove: its last looks, ascending by time; of fewer than two its speed is not known.
        then: the first look of the track that begins.
    """
    if len(drove) < 2:
        return False
    before, last = drove[-2:]
    speed_mps = (last.along_m - before.along_m) / ((last.at_us - before.at_us) / 1e6)
    gap_s = (then.at_us - last.at_us) / 1e6
    braking_s = min(gap_s, speed_mps / MOST_MPS2)
    least_m = speed_mps * braking_s - MOST_MPS2 * braking_s**2 / 2.0
    return speed_mps > 0.0 and then.along_m - last.along_m >= least_m - FEET_ERROR_M
