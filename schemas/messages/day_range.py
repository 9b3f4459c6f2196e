"""DayRange: Days on which something of a vehicle holds, both included."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days on which something of a vehicle holds, both included.

    Attributes:
        from_day: First day, days since 1970-01-01.
        until_day: Last day, days since 1970-01-01; null: no end is known.
    """

    from_day: int
    until_day: int | None
