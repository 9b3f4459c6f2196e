"""Retention periods: a quarter of the city's calendar has one key. Pure."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from schemas.city_time import CITY

_NAME: Final = re.compile(r"(20\d\d)-q([1-4])")


class PeriodError(ValueError):
    """A period's name is not one; says what was expected."""


def period_of(at_us: int) -> str:
    """Return the period in which an instant lies by the city's clocks, such as 2024-q3.

    Args:
        at_us: microseconds since the Unix epoch.
    """
    return period_on((datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at_us)).astimezone(CITY).date())


def period_on(day: date) -> str:
    """Return the period in which a day lies, such as 2024-q3."""
    return f"{day.year}-q{(day.month - 1) // 3 + 1}"


def first_day(period: str) -> date:
    """Return the first day of a period.

    Raises:
        PeriodError: no such name.
    """
    found = _NAME.fullmatch(period)
    if found is None:
        raise PeriodError(f"found the period {period!r}; expected a quarter such as 2024-q3")
    return date(int(found[1]), int(found[2]) * 3 - 2, 1)


def last_day(period: str) -> date:
    """Return the last day of a period.

    Raises:
        PeriodError: no such name.
    """
    begin = first_day(period)
    after = date(begin.year + begin.month // 10, (begin.month + 2) % 12 + 1, 1)
    return after - timedelta(days=1)
