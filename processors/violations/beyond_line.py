"""Beyond the line: a vehicle's way along in the oncoming carriageway, and what was seen of it before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from processors.rules.sight import Sight
from processors.violations.elders import Elders
from processors.violations.turning import Spot


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
        off: looks in a row that were not surely on the other side while `beyond` goes on: one bad box is none.
        elders: elder tracks beside it, in the seconds in which it was on the other side.
    """

    zone_id: str
    vehicle: str
    own_us: int
    onset: Sight
    last: Spot
    beyond: Beyond | None = None
    before: Beyond | None = None
    off: int = 0
    elders: Elders = field(default_factory=Elders)

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        ways = (way.pack() if way is not None else None for way in (self.beyond, self.before))
        seen = [self.zone_id, self.vehicle, self.own_us, self.onset.pack(), list(self.last), self.off]
        return [*seen, self.elders.pack(), *ways]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Crossing":
        """Return what `pack` gave."""
        zone_id, vehicle, own_us, onset, last, off, elders, *ways = plain
        beyond, before = (Beyond.unpack(way) if way is not None else None for way in ways)
        return cls(zone_id, vehicle, own_us, Sight(*onset), Spot(*last), beyond, before, off, Elders.unpack(elders))
