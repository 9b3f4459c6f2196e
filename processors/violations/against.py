"""against: what `wrong_way` remembers of a camera's vehicles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processors.rules.sight import Sight
from processors.violations.too_close import Companion
from processors.violations.trail import Point


@dataclass(slots=True)
class Drive:
    """A vehicle on its way against the permitted direction.

    Attributes:
        zone_id: the zone.
        since_us: when it was first seen so.
        seen_us: when it was last seen so.
        x_m: where it was first seen so, metres.
        y_m: likewise.
        last_x_m: where it was last seen so, metres.
        last_y_m: likewise.
        last_us: when that was.
        onset: pictures of that.
        trail: its last places, see trail.py.
    """

    zone_id: str
    since_us: int
    seen_us: int
    x_m: float
    y_m: float
    last_x_m: float
    last_y_m: float
    last_us: int
    onset: Sight
    trail: Sequence[Point]


@dataclass(slots=True)
class Against:
    """What the rule remembers of a camera, by track.

    Attributes:
        drives: vehicles on their way.
        same: the track of such a vehicle that each further track seems to show, see too_close.py, the oldest first.
    """

    drives: dict[str, Drive]
    same: dict[str, Companion]

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        drives = {
            t: [
                *(d.zone_id, d.since_us, d.seen_us, d.x_m, d.y_m, d.last_x_m, d.last_y_m, d.last_us, d.onset.pack()),
                [list(point) for point in d.trail],
            ]
            for t, d in self.drives.items()
        }
        return [drives, {track: one.pack() for track, one in self.same.items()}]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Against":
        """Return what `pack` gave."""
        drives, same = plain
        return cls(
            {
                track: Drive(*[*fields, Sight(*onset), [(at_us, x, y) for at_us, x, y in trail]])
                for track, (*fields, onset, trail) in drives.items()
            },
            {track: Companion.unpack(one) for track, one in same.items()},
        )
