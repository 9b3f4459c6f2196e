"""TurnSign: a sign before a junction that forbids the turn to one side. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from producers.simulator.daylight import OFFSET_US, hour_at
from schemas.law import Law

#: What is asked of a sign is asked for so long from an instant on, microseconds: a staged turn ends within it, after it
#: has waited for green.
AHEAD_US: Final = 300_000_000
#: Days on which a sign holds, as the names of its limits have them.
WORKING_DAYS: Final = "working_days"
DAYS_OFF: Final = "days_off"
#: Beside it the sign's hours lie so far away that no clock's error matters, microseconds.
MARGIN_US: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class TurnSign:
    """A sign that forbids a turn; buses may turn all the same.

    Attributes:
        side: "left" or "right".
        hours: local hours of the day from and to which it holds; None: always.
        days: WORKING_DAYS or DAYS_OFF; None: every day.
    """

    side: str
    hours: tuple[float, float] | None
    days: str | None = None

    @property
    def always(self) -> bool:
        """Whether it holds at all times."""
        return self.hours is None and self.days is None

    def holds_from(self, at_us: int) -> bool:
        """Say whether it holds from an instant (microseconds since the Unix epoch) on, all of the next minutes."""
        return all(self._states(at_us))

    def may_hold_from(self, at_us: int) -> bool:
        """Say whether it holds at any time of the minutes from an instant on."""
        return any(self._states(at_us))

    def limits(self) -> dict[str, float]:
        """Return it as limits of the stop line's zone."""
        hours = {} if self.hours is None else {"no_turn_from_h": self.hours[0], "no_turn_to_h": self.hours[1]}
        days = {} if self.days is None else {f"no_turn_on_{self.days}": 1.0}
        return {f"no_{self.side}_turn": 1.0, **hours, **days}

    def _states(self, at_us: int) -> tuple[bool, bool]:
        return self._holds(at_us - MARGIN_US), self._holds(at_us + AHEAD_US + MARGIN_US)

    def _holds(self, at_us: int) -> bool:
        in_hours = self.hours is None or self.hours[0] <= hour_at(at_us) < self.hours[1]
        return in_hours and (self.days is None or _works(at_us) is (self.days == WORKING_DAYS))


def _works(at_us: int) -> bool:
    local = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at_us + OFFSET_US)
    return _law().calendar.works(local.date())


@cache
def _law() -> Law:
    return Law.load()
