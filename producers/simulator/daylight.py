"""Daylight over Almaty: how bright pictures are by the clock. A plain curve, not astronomy. Pure."""

import math
from typing import Final

#: Local time is UTC+5 since 2024-03-01.
OFFSET_US: Final = 5 * 3_600_000_000
DAY_US: Final = 86_400_000_000
#: Mean luma by night, under street lamps, and at noon.
NIGHT_LUMA: Final = 45.0
NOON_LUMA: Final = 125.0
#: Sun above the horizon from six to twenty: half the day's length and its middle, hours.
NOON_H: Final = 13.0
HALF_DAY_H: Final = 7.0


def hour_at(at_us: int) -> float:
    """Return the local time of day, hours from midnight, at an instant (microseconds since the Unix epoch)."""
    return (at_us + OFFSET_US) % DAY_US / 3_600_000_000


def luma_at(at_us: int) -> float:
    """Return the mean luma of an outdoor picture, 0 to 255, at an instant (microseconds since the Unix epoch)."""
    hour = hour_at(at_us)
    height = math.cos(math.pi / 2 * min(1.0, abs(hour - NOON_H) / HALF_DAY_H))
    return NIGHT_LUMA + (NOON_LUMA - NIGHT_LUMA) * math.pow(height, 0.7)
