"""fast: what `speeding` remembers of a camera's vehicles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processors.rules.sight import Sight
from processors.violations.stretch import Stretch
from processors.violations.too_close import Companion


@dataclass(slots=True)
class Run:
    """A vehicle that is too fast.

    Attributes:
        since_us: first measurement beyond the limit.
        seen_us: last measurement beyond the limit.
        seconds: camera-seconds in a row.
        onset: pictures of the first.
        begin: time (microseconds since the Unix epoch), x and y (metres) of the first box in the zone; empty: none has
            a place.
    """

    since_us: int
    seen_us: int
    seconds: int
    onset: Sight
    begin: Sequence[float]


@dataclass(slots=True)
class Fast:
    """What the rule remembers of a camera, by track.

    Attributes:
        runs: vehicles that are too fast, second by second.
        stretches: ways of vehicles that may be.
        same: the track of a fast vehicle that each further track seems to show, see too_close.py, the oldest first.
    """

    runs: dict[str, Run]
    stretches: dict[str, Stretch]
    same: dict[str, Companion]

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        runs = {t: [r.since_us, r.seen_us, r.seconds, r.onset.pack(), list(r.begin)] for t, r in self.runs.items()}
        stretches = {track: one.pack() for track, one in self.stretches.items()}
        return [runs, stretches, {track: one.pack() for track, one in self.same.items()}]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Fast":
        """Return what `pack` gave."""
        runs, stretches, same = plain
        return cls(
            {
                track: Run(since, seen, seconds, Sight(*onset), tuple(begin))
                for track, (since, seen, seconds, onset, begin) in runs.items()
            },
            {track: Stretch.unpack(one) for track, one in stretches.items()},
            {track: Companion.unpack(one) for track, one in same.items()},
        )
