"""Almaty's days as instants: local midnights, and what day an instant falls on.

Almaty kept UTC+6 until 2024-02-29 and keeps UTC+5 since 2024-03-01 (its clocks went back one hour, so 2024-02-29 has
25 hours); the offsets are the time zone database's.
"""

from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.city_time import CITY

SECOND_US: Final = 1_000_000
DAY_S: Final = 86_400


class AlmatyDays:
    """A range of local days, numbered from 0.

    Args:
        first: day 0.
        days: how many.
    """

    def __init__(self, first: date, days: int) -> None:
        self.first = first
        instants = [
            int(datetime(day.year, day.month, day.day, tzinfo=CITY).timestamp())
            for day in (first + timedelta(days=number) for number in range(days + 1))
        ]
        #: (days + 1,) int64, each day's begin and the last one's end, microseconds since the Unix epoch.
        self.midnights_us: NDArray[np.int64] = np.array(instants, np.int64) * SECOND_US

    def number(self, day: date) -> int:
        """Return a day's number."""
        return (day - self.first).days

    def date(self, number: int) -> date:
        """Return the day of a number."""
        return self.first + timedelta(days=number)

    def of(self, instants_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (N,) the number of the day that each instant falls on."""
        return np.searchsorted(self.midnights_us, instants_us, side="right").astype(np.int64) - 1

    def at(self, days: NDArray[np.int64], seconds: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (N,) the instants so many seconds after midnight of each day, microseconds since the Unix epoch."""
        return self.midnights_us[days] + seconds * SECOND_US
