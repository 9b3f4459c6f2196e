"""Almaty's days, over the change of 2024-03-01 and the turn of a year."""

from datetime import UTC, date, datetime

import numpy as np

from producers.simulator.history.almaty_days import AlmatyDays

HOUR_US = 3_600_000_000


def instant(text: str) -> int:
    """Return microseconds since the Unix epoch of an instant in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def test_midnights_move_with_the_clock_of_2024_03_01() -> None:
    """Midnight is 18:00 UTC before that day and 19:00 UTC from it on; the day before it has 25 hours."""
    days = AlmatyDays(date(2024, 2, 27), 5)
    begins = [instant(f"2024-02-{day}T18:00:00") for day in (26, 27, 28)]
    assert days.midnights_us[:3].tolist() == begins
    assert days.midnights_us[3] == instant("2024-02-29T19:00:00")
    assert (np.diff(days.midnights_us) // HOUR_US).tolist() == [24, 24, 25, 24, 24]


def test_an_instant_falls_on_its_local_day() -> None:
    """The last microsecond of a day is that day's, and midnight the next one's."""
    days = AlmatyDays(date(2023, 12, 31), 70)
    first = days.number(date(2024, 3, 1))
    edge = instant("2024-02-29T19:00:00")
    assert days.of(np.array([edge - 1, edge])).tolist() == [first - 1, first]
    turn = instant("2023-12-31T18:00:00")
    assert [str(days.date(int(number))) for number in days.of(np.array([turn - 1, turn]))] == [
        "2023-12-31",
        "2024-01-01",
    ]
