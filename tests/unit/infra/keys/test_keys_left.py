"""How long the keys suffice: to the first quarter that has none, whatever lies after it."""

from datetime import date

import pytest

from infra.keys.keys_left import days_left
from processors.stage.metrics import StageMetrics
from processors.violations.keys_watch import watch_keys


@pytest.mark.parametrize(
    ("periods", "today", "days"),
    [
        ((), date(2026, 11, 27), 0),
        (("2026-q3",), date(2026, 11, 27), 0),
        (("2026-q4",), date(2026, 11, 27), 35),
        (("2026-q4",), date(2026, 12, 31), 1),
        (("2026-q4", "2027-q1"), date(2026, 12, 31), 91),
        (("2026-q4", "2027-q2"), date(2026, 12, 31), 1),
    ],
)
def test_days_are_counted_to_the_first_quarter_without_a_key(periods: tuple[str, ...], today: date, days: int) -> None:
    """Over the year's turn, and not beyond a gap; none for the present quarter is 0."""
    assert days_left(periods, today) == days


def test_the_gauge_is_asked_at_each_scrape() -> None:
    """A key that is made while the stage runs ends the alert."""
    left = [3.0]
    metrics = StageMetrics("violations")
    watch_keys(metrics, lambda: left[0])
    of = {"stage": "violations"}
    assert metrics.registry.get_sample_value("vigil_keys_left_days", of) == 3
    left[0] = 95.0
    assert metrics.registry.get_sample_value("vigil_keys_left_days", of) == 95


def test_without_a_key_store_nothing_is_shown() -> None:
    """A city that reads no plates is not told of keys."""
    metrics = StageMetrics("violations")
    watch_keys(metrics, None)
    assert metrics.registry.get_sample_value("vigil_keys_left_days", {"stage": "violations"}) is None
