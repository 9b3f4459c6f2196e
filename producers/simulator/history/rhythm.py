"""When it happens: instants by month, weekday, holiday and hour, from [rhythm] of traffic.toml."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.almaty_days import SECOND_US, AlmatyDays
from producers.simulator.history.draws import Draws, choose, ladder


def day_counts(data: Mapping[str, Any], first: date, last: date, count: int) -> NDArray[np.int64]:
    """Return (days,) how many of `count` events fall on each day from `first` to `last`, both included.

    Largest remainders in whole numbers, so that they sum up exactly.
    """
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    holidays = set(data["holidays"])
    permille = round(data["holiday_ratio"] * 1000)
    weights = np.array(
        [
            data["months"][day.month - 1] * data["weekdays"][day.weekday()] * (permille if day in holidays else 1000)
            for day in days
        ],
        np.int64,
    )
    ends = [count * int(end) // int(weights.sum()) for end in np.cumsum(weights)]
    bounds = np.array([0, *ends], np.int64)
    return bounds[1:] - bounds[:-1]


def instants(
    data: Mapping[str, Any], calendar: AlmatyDays, first: date, counts: NDArray[np.int64], draws: Draws, stream: str
) -> NDArray[np.int64]:
    """Return (N,) ascending instants, microseconds since the Unix epoch.

    Args:
        data: the [rhythm] table.
        calendar: days that hold all of them.
        first: day of `counts[0]`.
        counts: (days,) as `day_counts` gives them.
        draws: the seed's.
        stream: names what happens.
    """
    total = int(counts.sum())
    numbers = np.arange(total, dtype=np.int64)
    day = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    holidays = set(data["holidays"])
    of_day = [date.fromordinal(first.toordinal() + number) for number in range(len(counts))]
    rest = np.array([one.weekday() >= 5 or one in holidays for one in of_day])[day]
    at = draws.draw(f"{stream}: hour", numbers)
    hour = np.where(rest, choose(at, ladder(data["weekend_hours"])), choose(at, ladder(data["workday_hours"])))
    # a day of 25 hours has its last hour twice; the second time of it stays empty
    second = hour * 3600 + draws.below(f"{stream}: second", numbers, 3600)
    key = np.sort(day << 17 | second)
    micro = draws.below(f"{stream}: microsecond", numbers, SECOND_US)
    day, second = key >> 17, key & 0x1FFFF
    found = calendar.at(day + calendar.number(first), second) + micro
    # two in one second may stand the wrong way round by their microseconds
    return np.sort(found)
