"""Finding: what a rule says against a vehicle that was seen, and what every rule is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Protocol

from processors.leads.seen import Seen
from processors.leads.settings import LeadsSettings
from schemas.messages import DayRange, LeadKind, VehicleEntry

EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says.

    Attributes:
        kind: what is said against the vehicle.
        summary: one sentence for people, without the plate.
        measures: what was measured, named with units.
        beside: other sightings that show it.
    """

    kind: LeadKind
    summary: str
    measures: Mapping[str, float] = field(default_factory=dict)
    beside: Sequence[Seen] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule is given.

    Attributes:
        seen: the new sighting.
        day: its local day, days since 1970-01-01.
        entry: what the city's tables say, where they are fresh enough for that day; None: nothing.
        earlier: sightings of the same vehicle within the window, in the order they came.
        settings: see LeadsSettings.
    """

    seen: Seen
    day: int
    entry: VehicleEntry | None
    earlier: Sequence[Seen]
    settings: LeadsSettings


class LeadRule(Protocol):
    """One rule. Pure: the same question gives the same finding."""

    def __call__(self, question: Question) -> Finding | None:
        """Return what there is to say, or None."""


def holds(ranges: Sequence[DayRange], day: int) -> bool:
    """Say whether one of these ranges has a day in it."""
    return any(one.from_day <= day and (one.until_day is None or day <= one.until_day) for one in ranges)


def last_before(ranges: Sequence[DayRange], day: int) -> int | None:
    """Return the last day that was held before a day that is not; None: none ever was."""
    return max((one.until_day for one in ranges if one.until_day is not None and one.until_day < day), default=None)


def words_of(day: int) -> str:
    """Return a day as people write it, such as 2026-03-12."""
    return (EPOCH + timedelta(days=day)).isoformat()


def lapsed(kind: LeadKind, what: str, ranges: Sequence[DayRange], day: int) -> Finding | None:
    """Return the finding that something is not valid on a day; None: it is."""
    if holds(ranges, day):
        return None
    ended = last_before(ranges, day)
    if ended is None:
        return Finding(kind, f"seen on {words_of(day)}; the table has no {what} that began by then")
    return Finding(
        kind, f"seen on {words_of(day)}; the {what} ended on {words_of(ended)}", {"lapsed_days": float(day - ended)}
    )
