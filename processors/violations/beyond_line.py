"""Beyond the line: a vehicle's way along in the oncoming carriageway, and what was seen of it before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from processors.rules.sight import Sight
from processors.violations.elders import Elders
from processors.violations.turning import ALONG_ERROR_M, Spot

#: Fastest that one drives along, 90 km/h, and moves aside, metres a second. Choices.
MOST_ALONG_MPS: Final = 25.0
MOST_ASIDE_MPS: Final = 2.5
#: By which a look's place aside errs, metres; a choice.
ASIDE_ERROR_M: Final = 1.0
#: Looks in a row that a vehicle must not be surely on the other side to have left it, or be where it cannot have
#: driven to.
LEAVING: Final = 2
#: Unseen for longer, seconds, a vehicle leaves a hole in its way: what it drives since counts by itself, too. As
#: u_turn's most_gap_s.
HOLE_S: Final = 0.65


@dataclass(slots=True)
class Beyond:
    """A way along on the other side.

    Attributes:
        over: its first look surely there.
        begin: its picture.
        last: its latest look surely there.
        end: its picture.
        boxes: boxes surely there.
    """

    over: Spot
    begin: Sight
    last: Spot
    end: Sight
    boxes: int

    @classmethod
    def at(cls, spot: Spot, sight: Sight) -> "Beyond":
        """Return a way that begins at a look, which it has yet to take."""
        return cls(spot, sight, spot, sight, 0)

    def take(self, spot: Spot, sight: Sight) -> None:
        """Go on with a look."""
        self.boxes += 1
        if spot.along_m > self.last.along_m:
            self.last, self.end = spot, sight

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [list(self.over), self.begin.pack(), list(self.last), self.end.pack(), self.boxes]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Beyond":
        """Return what `pack` gave."""
        over, begin, last, end, boxes = plain
        return cls(Spot(*over), Sight(*begin), Spot(*last), Sight(*end), boxes)


@dataclass(slots=True)
class Crossing:
    """A vehicle that drives along.

    Attributes:
        zone_id: the zone of its own side.
        vehicle: its name: its track, or the elder one that shows it, too.
        own_us: when it was last seen there surely; 0: not yet.
        onset: its picture then.
        last: its latest look.
        beyond: its way on the other side; None: it is not there.
        before: that of one that was not seen on its own side yet, and is between the two.
        after: what it drove there since it was unseen for a while; None: it was not.
        off: looks in a row that were not surely on the other side while `beyond` goes on: one bad box is none.
        strange: looks in a row at which it cannot be, after the latest one: one bad box is none.
        elders: elder tracks beside it, in the seconds in which it was on the other side.
    """

    zone_id: str
    vehicle: str
    own_us: int
    onset: Sight
    last: Spot
    beyond: Beyond | None = None
    before: Beyond | None = None
    after: Beyond | None = None
    off: int = 0
    strange: int = 0
    elders: Elders = field(default_factory=Elders)

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        ways = (way.pack() if way is not None else None for way in (self.beyond, self.before, self.after))
        seen = [self.zone_id, self.vehicle, self.own_us, self.onset.pack(), list(self.last), self.off, self.strange]
        return [*seen, self.elders.pack(), *ways]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Crossing":
        """Return what `pack` gave."""
        zone_id, vehicle, own_us, onset, last, off, strange, elders, *ways = plain
        beyond, before, after = (Beyond.unpack(way) if way is not None else None for way in ways)
        sight, spot = Sight(*onset), Spot(*last)
        return cls(zone_id, vehicle, own_us, sight, spot, beyond, before, after, off, strange, Elders.unpack(elders))


def taken(one: Crossing, spot: Spot, sight: Sight, min_beyond_m: float, margin_m: float) -> Beyond | None:
    """Take a look at a vehicle, in place; return its way on the other side where it proves one that went before.

    Args:
        one: the vehicle.
        spot: the look.
        sight: its picture.
        min_beyond_m: how far beyond the line it drives on the other side, metres.
        margin_m: by which its place may be wrong, metres.
    """
    back = one.beyond or one.before
    back_by = back is not None and spot.along_m < back.last.along_m - ALONG_ERROR_M
    drives = _drives(one.last, spot)
    one.strange = 0 if drives else one.strange + 1
    if 0 < one.strange < LEAVING:
        return None
    if back_by or not drives:
        # In a queue that stands a track goes from car to car: what it showed before is another one's.
        one.beyond = one.before = one.after = None
        one.strange = 0
    hole = spot.at_us - one.last.at_us > HOLE_S * 1e6
    one.last = spot
    if spot.beyond_m - margin_m >= min_beyond_m:
        one.off = 0
        if one.beyond is None:
            one.beyond, one.before, one.after = Beyond.at(spot, sight), None, None
        elif hole:
            one.after = Beyond.at(spot, sight)
        for part in parts(one.beyond, one.after):
            part.take(spot, sight)
        return None
    one.off += 1
    if one.beyond is not None and one.off < LEAVING:
        return None
    if one.beyond is not None and not one.own_us:
        one.before = one.beyond
    one.beyond = None
    if spot.beyond_m >= -margin_m:
        return None
    way = one.before if not one.own_us else None
    one.own_us, one.onset, one.before = spot.at_us, sight, None
    return way


def parts(way: Beyond, after: Beyond | None) -> Sequence[Beyond]:
    """Return a way, and what of it counts by itself as well."""
    return (way,) if after is None else (way, after)


def _drives(a: Spot, b: Spot) -> bool:
    """Say whether one vehicle can have driven from one look to the next."""
    lasted_s = (b.at_us - a.at_us) / 1e6
    aside = abs(b.beyond_m - a.beyond_m) <= MOST_ASIDE_MPS * lasted_s + ASIDE_ERROR_M
    return aside and abs(b.along_m - a.along_m) <= MOST_ALONG_MPS * lasted_s + ALONG_ERROR_M
