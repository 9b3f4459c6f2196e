"""Hours: the hours of the local day in which a sign holds. Pure."""

from typing import NamedTuple

from processors.rules.articles import country


class Hours(NamedTuple):
    """Hours of every day.

    Attributes:
        from_h: local hour from which on it holds, 0 to 24.
        to_h: local hour from which on it does not; not above from_h: of the next day.
    """

    from_h: float
    to_h: float

    def hold_at(self, at_us: int) -> bool:
        """Say whether they hold at an instant, microseconds since the Unix epoch."""
        hour, (first, last) = local_hour(at_us), self
        return first <= hour < last if first < last else hour >= first or hour < last

    def hold_throughout(self, since_us: int, at_us: int, margin_us: int) -> bool:
        """Say whether they surely hold from one instant to another, microseconds since the Unix epoch.

        What a vehicle does lasts seconds, hours last longer: both ends lie within them, or part of it does not.

        Args:
            since_us: the first instant.
            at_us: the last one.
            margin_us: by which the clock may be wrong, microseconds.
        """
        return self.hold_at(since_us - margin_us) and self.hold_at(at_us + margin_us)

    def may_hold(self, since_us: int, at_us: int, margin_us: int) -> bool:
        """Say whether they hold at any time from one instant to another; arguments as of `hold_throughout`."""
        return self.hold_at(since_us - margin_us) or self.hold_at(at_us + margin_us)


def local_hour(at_us: int) -> float:
    """Return the hours since local midnight of an instant, microseconds since the Unix epoch."""
    law = country()
    return (at_us - law.day_start_us(law.local_day(at_us))) / 3.6e9
