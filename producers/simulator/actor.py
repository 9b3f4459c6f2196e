"""Actor: an object that follows a written path; Cast: many of them, and their pieces within a window of time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.motions import NOTHING, Motions, joined

#: Slower than this an object keeps pointing where it did, metres a second.
TURNING_MPS: Final = 0.1
#: Actors that have gone are swept out when this many pieces have gathered.
SWEEP: Final = 4_096


@dataclass(frozen=True, slots=True)
class Actor:
    """One object.

    Attributes:
        actor: its number, the same in truth and everywhere.
        kind: its class (motions.py).
        at_us: int64 [n], ascending, n >= 2: when it is at each point of its path, microseconds since the Unix epoch.
        x_m, y_m: float64 [n], the points, city frame.
    """

    actor: int
    kind: int
    at_us: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]

    @property
    def begin_us(self) -> int:
        """When it appears."""
        return int(self.at_us[0])

    @property
    def end_us(self) -> int:
        """When it is gone."""
        return int(self.at_us[-1])

    def motions(self) -> Motions:
        """Return its whole path, a piece between each two points."""
        n = len(self.at_us) - 1
        dx, dy = np.diff(self.x_m), np.diff(self.y_m)
        lasting_s = np.diff(self.at_us) / 1e6
        pace = np.hypot(dx, dy) / lasting_s
        moved = np.nonzero(pace >= TURNING_MPS)[0]
        heading = np.zeros(n)
        if len(moved):
            # the last piece that moved, or the first that will
            of = moved[np.maximum(np.searchsorted(moved, np.arange(n), "right") - 1, 0)]
            heading = np.arctan2(dx[of], dy[of])
        return Motions(
            actor=np.full(n, self.actor, np.int64),
            kind=np.full(n, self.kind, np.int64),
            from_us=self.at_us[:-1],
            to_us=self.at_us[1:],
            x_m=np.column_stack([self.x_m[:-1], self.x_m[1:]]),
            y_m=np.column_stack([self.y_m[:-1], self.y_m[1:]]),
            heading_rad=np.column_stack([heading, heading]),
            speed_kmh=pace * 3.6,
        )


class Cast:
    """The actors on the stage."""

    def __init__(self) -> None:
        self._held = NOTHING
        self._new: list[Motions] = []

    def add(self, actors: Iterable[Actor]) -> None:
        """Take actors in; their paths may begin later."""
        self._new += [one.motions() for one in actors]

    def window(self, from_us: int, to_us: int) -> Motions:
        """Return the pieces within a window, cut at its borders; windows ascend: what ended before one is forgotten."""
        if self._new:
            self._held = joined([self._held, *self._new])
            self._new = []
        if len(self._held) > SWEEP:
            self._held = self._held.chosen(self._held.to_us > from_us)
        return cut(self._held, from_us, to_us)


def cut(motions: Motions, from_us: int, to_us: int) -> Motions:
    """Return the pieces of motions within a window, cut at its borders."""
    part = motions.chosen((motions.to_us > from_us) & (motions.from_us < to_us))
    begin, end = np.maximum(part.from_us, from_us), np.minimum(part.to_us, to_us)
    lasting = (part.to_us - part.from_us).astype(np.float64)
    shares = np.column_stack([(begin - part.from_us) / lasting, (end - part.from_us) / lasting])
    return replace(
        part,
        from_us=begin,
        to_us=end,
        x_m=part.x_m[:, :1] + shares * (part.x_m[:, 1:] - part.x_m[:, :1]),
        y_m=part.y_m[:, :1] + shares * (part.y_m[:, 1:] - part.y_m[:, :1]),
    )
