"""Approach: one vehicle's way over a gate, and the time at which it crossed the gate's line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from processors.rules.sight import Sight
from schemas.messages import PlateCandidate

#: Positions count that are so near the line; at 60 km/h it is a second before it and one behind it, in which speed
#: hardly changes. More: less noise, but braking bends the straight line.
NEAR_M = 15.0
#: Positions kept of a vehicle: 4 s at 25 frames a second. Who takes longer is slow: the first ones leave.
MOST_POSITIONS = 100
#: Fewer positions give no time.
LEAST_POSITIONS = 4
#: Positions of one track err together (the box's foot wanders slowly): so many in a row count as one in the error.
TOGETHER = 5


@dataclass(frozen=True, slots=True)
class Crossing:
    """A vehicle on a gate's line.

    Attributes:
        at_us: when, microseconds since the Unix epoch.
        error_s: standard uncertainty by the scatter of its positions, seconds.
        speed_kmh: its speed there.
    """

    at_us: int
    error_s: float
    speed_kmh: float


@dataclass(slots=True)
class Approach:
    """What is remembered of one vehicle at one gate.

    Attributes:
        vehicle_class: COCO-80 class id.
        seen_us: event time of the last second it was in.
        inside: its foot was in the zone.
        at_us: times of its positions near the line, ascending.
        past_m: those positions along the road, metres beyond the line.
        candidates: its plate's readings so far.
        reads: how many reads stand behind them.
        sight: the picture nearest to the line.
        sight_m: how far that is from it, metres.
        done: its passage is written.
    """

    vehicle_class: int
    seen_us: int
    inside: bool = False
    at_us: list[int] = field(default_factory=list)
    past_m: list[float] = field(default_factory=list)
    candidates: Sequence[PlateCandidate] = ()
    reads: int = 0
    sight: Sight | None = None
    sight_m: float = math.inf
    done: bool = False

    def see(self, at_us: int, past_m: float) -> None:
        """Take a position; one that is not near the line, or not later than the last, is left."""
        if abs(past_m) > NEAR_M or (self.at_us and at_us <= self.at_us[-1]):
            return
        self.at_us.append(at_us)
        self.past_m.append(round(past_m, 2))
        del self.at_us[:-MOST_POSITIONS], self.past_m[:-MOST_POSITIONS]

    def crossing(self) -> Crossing | None:
        """Return when the line was crossed, by a straight line through the positions near it; None: it was not.

        Least squares of time over place: t = a + b s, the crossing is at s = 0. Its uncertainty is that of the
        intercept (GUM, JCGM 100:2008, H.3), with a fifth of the positions counted as independent.
        """
        if len(self.at_us) < LEAST_POSITIONS or self.past_m[0] >= 0.0 or self.past_m[-1] <= 0.0:
            return None
        origin = self.at_us[0]
        t = (np.array(self.at_us, np.int64) - origin) / 1e6
        s = np.array(self.past_m, np.float64)
        middle_s, middle_t = float(s.mean()), float(t.mean())
        spread = float(((s - middle_s) ** 2).sum())
        if spread <= 0.0:
            return None
        slope = float(((s - middle_s) * (t - middle_t)).sum()) / spread
        if slope <= 0.0:
            return None
        at_s = middle_t - slope * middle_s
        residual = t - (at_s + slope * s)
        free = max(len(t) - 2, 1)
        variance = float((residual**2).sum()) / free
        error_s = math.sqrt(variance * TOGETHER * (1.0 / len(t) + middle_s**2 / spread))
        return Crossing(origin + round(at_s * 1e6), round(error_s, 4), round(3.6 / slope, 2))

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        plates = [[c.text, c.probability_ratio] for c in self.candidates]
        sight = None if self.sight is None else self.sight.pack()
        apart = None if math.isinf(self.sight_m) else self.sight_m
        return [
            self.vehicle_class, self.seen_us, self.inside, self.at_us, self.past_m, plates, self.reads, sight, apart,
            self.done,
        ]  # fmt: skip

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Approach":
        """Return what `pack` gave."""
        kind, seen, inside, at_us, past_m, plates, reads, sight, apart, done = plain
        candidates = [PlateCandidate(text, probability) for text, probability in plates]
        return cls(
            kind, seen, inside, at_us, past_m, candidates, reads, None if sight is None else Sight(*sight),
            math.inf if apart is None else apart, done,
        )  # fmt: skip
