"""LevelCrossing: a track that leads to a works' siding over an access road, and when its signal is closed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from producers.simulator.seeds import generator
from producers.simulator.streets import LANE_M
from schemas.messages import Signal

#: How long a train keeps the signal closed, and how long it is open between two, seconds: more often than trains come,
#: so that an hour of the city has many.
CLOSED_S: Final = (35, 50)
OPEN_S: Final = (70, 110)
#: The access road beside the street: two lanes of one direction, so far beyond where else people and waste are watched.
ACCESS_M: Final = 45.0
LANES: Final = 2
#: Access roads of several crossings at one street lie so far apart, metres.
APART_M: Final = 14.0
#: The rails begin so far beyond the stop line and take so much of the road, metres. Choices: a crossing with a barrier,
#: 5 m behind whose line (Traffic rules of the Republic of Kazakhstan, chapter on rail crossings) the rails are 3 m off;
#: without one the line would lie 10 m before the first rail.
RAILS_M: Final = 8.0
RAILS_WIDE_M: Final = 6.0


@dataclass(frozen=True, slots=True)
class LevelCrossing:
    """One crossing and its fixed times; drives as signals.Programme does, with one group.

    Attributes:
        crossing_id: its controller's name, in place of a junction's.
        closed_s: how long it is closed in a cycle, which begins with that.
        open_s: how long it is open.
        offset_s: when the cycle begins, against the city's clock.
    """

    groups: ClassVar[Sequence[str]] = ("RAIL",)

    crossing_id: str
    closed_s: int
    open_s: int
    offset_s: int

    @property
    def cycle_s(self) -> int:
        """Length of a cycle, seconds."""
        return self.closed_s + self.open_s

    def state(self, group: int, at_s: int) -> tuple[Signal, int]:
        """Return the signal's state at a second of the city's clock, and the second in which it began.

        Closed it flashes red. Open, the white light flashes, which the topic's contract calls GREEN: it lets pass.
        """
        del group
        within = (at_s - self.offset_s) % self.cycle_s
        if within < self.closed_s:
            return Signal.FLASHING, at_s - within
        return Signal.GREEN, at_s - within + self.closed_s

    def next_closing(self, after_s: int) -> int:
        """Return the second in which it next closes, not before `after_s`."""
        return after_s + (self.offset_s - after_s) % self.cycle_s

    def opens_after(self, at_s: float) -> float:
        """Return when it opens next, where it is closed at an instant; that instant, where it is open."""
        within = (at_s - self.offset_s) % self.cycle_s
        return at_s if within >= self.closed_s else at_s - within + self.closed_s


def level_crossing(seed: int, camera: int) -> LevelCrossing:
    """Draw the crossing before a camera."""
    random = generator(seed, "level-crossing", camera)
    closed, opened = (int(random.integers(a, b + 1)) for a, b in (CLOSED_S, OPEN_S))
    return LevelCrossing(crossing_name(camera), closed, opened, int(random.integers(0, closed + opened)))


def crossing_name(camera: int) -> str:
    """Return the name of the controller of the crossing before a camera."""
    return f"X-{camera:05d}"


def access_right_m(inside_m: float, turn: int) -> tuple[float, float]:
    """Return the left and right border of an access road, right of its street's middle line, metres.

    Args:
        inside_m: where the street's sidewalk has ended.
        turn: how many cameras of the site stand at this street already.
    """
    left = inside_m + ACCESS_M + APART_M * (turn % 3)
    return left, left + LANES * LANE_M
