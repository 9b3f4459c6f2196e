"""Days until the first quarter that has no key in the store: what warns before plates can no longer be sealed."""

from collections.abc import Collection
from datetime import date, timedelta

from infra.keys.period import first_day, last_day, period_on


def days_left(periods: Collection[str], today: date) -> int:
    """Return how many days remain before the first quarter without a key begins.

    Args:
        periods: quarters that have a key, such as 2026-q4.
        today: by the city's calendar.

    Returns:
        Days from today to that quarter's first day; 0: the quarter that runs has none.
    """
    period = period_on(today)
    while period in periods:
        period = period_on(last_day(period) + timedelta(days=1))
    return max((first_day(period) - today).days, 0)
