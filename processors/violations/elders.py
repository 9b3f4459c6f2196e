"""Elders: whether a track shows a vehicle that an elder track shows too, told over the seconds of its way. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from processors.rules.second import Second
from processors.violations.second_box import elder_of


@dataclass(slots=True)
class Elders:
    """Elder tracks beside a vehicle's in the seconds of its way.

    One second says little: a box that errs by half a metre makes a neighbour of who is driven past. No more elder
    tracks are counted than were in view when the vehicle's began.

    Attributes:
        seconds: by elder track: seconds in which both were in view, and those of them in which `elder_of` named it.
    """

    seconds: dict[str, list[int]] = field(default_factory=dict)

    def take(self, i: int, second: Second) -> str | None:
        """Count a second, in place; return the elder track that was near in it, None where there was none.

        Args:
            i: index of the vehicle's track.
            second: the second.
        """
        t = second.tracks
        near = elder_of(i, second)
        for j, name in enumerate(t.track_id):
            if j != i and second.last_box[j] >= 0 and t.track_first_seen_us[j] <= t.track_first_seen_us[i]:
                counts = self.seconds.setdefault(name, [0, 0])
                counts[0] += 1
                counts[1] += j == near
        return t.track_id[near] if near is not None else None

    def vehicle(self) -> str | None:
        """Return the elder track of the same vehicle: near in most seconds in which both were in view; None: none."""
        most = [name for name, (both, near) in self.seconds.items() if 2 * near > both]
        return max(most, key=lambda name: self.seconds[name][1], default=None)

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [[name, *counts] for name, counts in self.seconds.items()]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Elders":
        """Return what `pack` gave."""
        return cls({name: list(counts) for name, *counts in plain})
