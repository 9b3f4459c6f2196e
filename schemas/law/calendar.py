"""The country's days: which are working days, and when a day begins by the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from schemas.law.entry import Entry, LawError, entries
from schemas.law.spans import DAY, Span

FILE: Final = "calendar.toml"
HOUR_US: Final = 3_600_000_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YEARLY: Final = ("month", "day", "name", "moves", "source", "mark", "uncertain")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days.

    Attributes:
        span: days for which the calendar is known; beyond its end the rules of the year go on.
        days_off: ISO numbers of the weekdays on which nobody works.
        yearly: (month, day, whether one that falls on a day off is made up for on the next working day), by date.
        single: single days, true where they are worked.
    """

    span: Span
    days_off: frozenset[int]
    yearly: tuple[tuple[int, int, bool], ...]
    single: tuple[tuple[date, bool], ...]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "WorkCalendar":
        """Read and check the content of calendar.toml.

        Raises:
            LawError: a day that no year has, a day twice, one out of order or outside the calendar.
        """
        if not isinstance(data.get("calendar"), dict):
            raise LawError(f"{FILE}: no [calendar] in it; expected one; add it")
        head = Entry(FILE, "calendar", 1, data["calendar"])
        head.only("from", "until", "days_off", "source", "mark", "uncertain")
        head.sourced()
        span = Span(head.day("from"), head.day("until"))
        if span.first > span.last:
            raise head.error(f"from {span.first} until {span.last}", "until not before from")
        off = head.data.get("days_off")
        if not isinstance(off, list) or not set(off) < set(range(1, 8)):
            raise head.error(f"days_off = {off!r}", "a list of ISO weekdays, 1 to 7, not all of them")
        return cls(span, frozenset(off), _yearly(data), _single(data, span))

    def works(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        single = dict(self.single)
        return (
            single[day]
            if day in single
            else day.isoweekday() not in self.days_off and day not in _holidays(self, day.year)
        )

    def next_working(self, day: date) -> date:
        """Return a day, or the next working day where it is off.

        Raises:
            LawError: the day lies before the calendar.
        """
        if day < self.span.first:
            raise LawError(
                f"{FILE}: found no working days for {day}; expected a day from {self.span.first} on; "
                "add that year's days"
            )
        while not self.works(day):
            day += DAY
        return day


@lru_cache(maxsize=64)
def _holidays(calendar: WorkCalendar, year: int) -> frozenset[date]:
    """Return a year's holidays, with the days on which those that fall on a day off are made up for.

    A holiday of the last days of a year is made up for within the year or not at all here: no such holiday is known.
    """
    single = dict(calendar.single)
    found = {date(year, month, day) for month, day, _ in calendar.yearly}
    for month, day, moves in calendar.yearly:
        at = date(year, month, day)
        if moves and at.isoweekday() in calendar.days_off:
            while single.get(at) is False or at.isoweekday() in calendar.days_off or at in found:
                at += DAY
            found.add(at)
    return frozenset(found)


def _yearly(data: Mapping[str, Any]) -> tuple[tuple[int, int, bool], ...]:
    out: list[tuple[int, int, bool]] = []
    for entry in entries(data, FILE, "yearly"):
        entry.only(*_YEARLY)
        entry.sourced()
        month, day = entry.whole("month", 1), entry.whole("day", 1)
        try:
            date(2023, month, day)  # not a leap year: 29 February is no yearly holiday
        except ValueError:
            raise entry.error(f"month {month}, day {day}", "a day that each year has") from None
        if out and (month, day) <= out[-1][:2]:
            raise entry.error(
                f"month {month}, day {day} behind {out[-1][:2]}", "holidays in the order of the year, once"
            )
        out.append((month, day, entry.flag("moves")))
    return tuple(out)


def _single(data: Mapping[str, Any], span: Span) -> tuple[tuple[date, bool], ...]:
    out: list[tuple[date, bool]] = []
    for entry in entries(data, FILE, "single"):
        entry.only("on", "works", "name", "source", "mark", "uncertain")
        entry.sourced()
        on = entry.day("on")
        if on not in span:
            raise entry.error(f"on {on}", f"a day of the calendar, {span.first} to {span.last}")
        if out and on <= out[-1][0]:
            raise entry.error(f"on {on} behind {out[-1][0]}", "single days in their order, once")
        out.append((on, entry.flag("works")))
    return tuple(out)


@dataclass(frozen=True, slots=True)
class LocalClock:
    """Local time.

    Attributes:
        begins_us: instants from which an offset holds, microseconds since the Unix epoch, ascending; before the first
            its offset holds too.
        offsets_us: the offsets, microseconds east of Greenwich.
    """

    begins_us: Sequence[int]
    offsets_us: Sequence[int]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "LocalClock":
        """Read and check the content of calendar.toml.

        Raises:
            LawError: days out of order, or an offset that no zone has.
        """
        begins: list[int] = []
        offsets: list[int] = []
        last: date | None = None
        for entry in entries(data, FILE, "utc_offset"):
            entry.only("from", "hours", "source", "mark", "uncertain")
            entry.sourced()
            day, hours = entry.day("from"), entry.whole("hours")
            if hours > 14:
                raise entry.error(f"hours = {hours}", "at most 14 hours east of Greenwich")
            if last is not None and day <= last:
                raise entry.error(f"from {day} behind {last}", "offsets in the order of their days")
            # the midnight that begins the day, by the clock until then
            begins.append(_utc_us(day) - (offsets[-1] if offsets else hours * HOUR_US))
            offsets.append(hours * HOUR_US)
            last = day
        return cls(tuple(begins), tuple(offsets))

    def day(self, at_us: int) -> date:
        """Return the local date of an instant, microseconds since the Unix epoch."""
        offset = self.offsets_us[0]
        for begin, one in zip(self.begins_us, self.offsets_us, strict=True):
            if at_us >= begin:
                offset = one
        return (EPOCH + timedelta(microseconds=at_us + offset)).date()

    def start_us(self, day: date) -> int:
        """Return the first instant of a local day, microseconds since the Unix epoch."""
        instants = [_utc_us(day) - offset for offset in self.offsets_us]
        # of the offsets that give an instant of this day, the one that gives the earliest
        return min(at for at in instants if self.day(at) == day)


def _utc_us(day: date) -> int:
    return (day - EPOCH.date()).days * 24 * HOUR_US
