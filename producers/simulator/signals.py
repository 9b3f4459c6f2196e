"""Signal programmes of junctions: fixed times, so the state at any instant follows from the programme alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from producers.simulator.seeds import generator
from schemas.messages import Signal

#: Groups of a junction: the approaches along the north-south and along the east-west street.
GROUPS: Final = ("EW", "NS")
AMBER_S: Final = 3
RED_AMBER_S: Final = 2
ALL_RED_S: Final = 2
#: Green times that are drawn, seconds: the longest red is then 39 + 3 + 2 x 2 + 2 = 48 s.
GREEN_S: Final = (22, 39)


@dataclass(frozen=True, slots=True)
class Programme:
    """One junction's cycle: green, amber, all red, red-amber for one group, then for the other.

    Attributes:
        green_s: green of each of GROUPS.
        offset_s: when the cycle begins, against the city's clock.
    """

    groups: ClassVar[Sequence[str]] = GROUPS

    green_s: tuple[int, int]
    offset_s: int

    @property
    def cycle_s(self) -> int:
        """Length of a cycle, seconds."""
        return sum(self.green_s) + 2 * (AMBER_S + ALL_RED_S + RED_AMBER_S)

    def phases(self, group: int) -> Sequence[tuple[int, Signal]]:
        """Return a group's phases of one cycle as (begin within the cycle, state), ascending, from 0."""
        stage = AMBER_S + ALL_RED_S + RED_AMBER_S
        if group == 0:
            end = self.green_s[0]
            return (
                (0, Signal.GREEN),
                (end, Signal.AMBER),
                (end + AMBER_S, Signal.RED),
                (self.cycle_s - RED_AMBER_S, Signal.RED_AMBER),
            )
        begin = self.green_s[0] + stage
        end = begin + self.green_s[1]
        return (
            (0, Signal.RED),
            (begin - RED_AMBER_S, Signal.RED_AMBER),
            (begin, Signal.GREEN),
            (end, Signal.AMBER),
            (end + AMBER_S, Signal.RED),
        )

    def state(self, group: int, at_s: int) -> tuple[Signal, int]:
        """Return a group's state at a second of the city's clock, and the second in which it began."""
        within = (at_s - self.offset_s) % self.cycle_s
        cycle = at_s - within
        begin, signal = 0, Signal.RED
        for start, phase in self.phases(group):
            if start <= within:
                begin, signal = start, phase
        if group == 1 and begin == 0:
            # the red that the cycle begins with began in the cycle before
            begin = self.phases(1)[-1][0] - self.cycle_s
        return signal, cycle + begin


def next_red(programme: Programme, group: int, after_s: int) -> int:
    """Return the second in which a group's next red begins, not before `after_s`."""
    within = programme.phases(group)[2][0] if group == 0 else programme.phases(group)[-1][0]
    return after_s + (programme.offset_s + within - after_s) % programme.cycle_s


def until_green_s(programme: Programme, group: int, at_s: float, needs_s: float) -> float:
    """Return how much later than an instant a group has green for some time on end, seconds; 0: it has then.

    Args:
        programme: the junction's.
        group: place in GROUPS.
        at_s: the instant, seconds of the city's clock.
        needs_s: that time, no longer than the group's green, seconds.
    """
    begin = next(begin for begin, signal in programme.phases(group) if signal is Signal.GREEN)
    within = (at_s - programme.offset_s - begin) % programme.cycle_s
    return 0.0 if within + needs_s <= programme.green_s[group] else programme.cycle_s - within


def programme_of(seed: int, node: int) -> Programme:
    """Draw a junction's programme."""
    random = generator(seed, "signals", node)
    green = random.integers(GREEN_S[0], GREEN_S[1] + 1, 2)
    return Programme((int(green[0]), int(green[1])), int(random.integers(0, 120)))


def group_of(dx: float, dy: float) -> int:
    """Return the group (place in GROUPS) of an approach that is driven in direction (dx, dy)."""
    return 0 if abs(dx) >= abs(dy) else 1
