"""The city's time: one zone for all that is read, written and counted by its clocks."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

#: The law's data has the same offsets by their sources (schemas/law/data/calendar.toml); a test holds the two together.
CITY: Final = ZoneInfo("Asia/Almaty")
#: The calendar's end, less the hours by which the city is ahead of UTC, seconds since the Unix epoch.
_LAST_S: Final = round(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


def to_the_second(instant: datetime) -> str:
    """Return an instant as the city's clocks showed it.

    Args:
        instant: with its zone, or without one in UTC, as ClickHouse's client hands it over.
    """
    aware = instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
    return aware.astimezone(CITY).strftime("%Y-%m-%d %H:%M:%S")


def day_of(at_us: int) -> date:
    """Return the day on which the city's clocks showed an instant; total, for what cameras say may be any number.

    Args:
        at_us: microseconds since the Unix epoch; before it, or beyond the calendar, the first or the last day holds.
    """
    return datetime.fromtimestamp(min(max(at_us // 1_000_000, 0), _LAST_S), UTC).astimezone(CITY).date()


def to_the_hundredth(at_us: int) -> str:
    """Return an instant as the city's clocks showed it, with its offset: evidence says by whose clock it speaks.

    Args:
        at_us: microseconds since the Unix epoch.
    """
    seconds, rest_us = divmod(at_us, 1_000_000)
    local = datetime.fromtimestamp(seconds, UTC).astimezone(CITY)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S}.{rest_us // 10_000:02} {offset[:3]}:{offset[3:]}"
