"""When a voted plate stands for its vehicle: by the same mark as tracking's confident ones, on every day."""

from datetime import date

import pytest

from processors.rules.confident_plate import stands
from processors.tracking.plates import is_confident
from tests.unit.processors.cases.desk import at

EVE, DAY = at("2026-06-30T23:59"), at("2026-07-01T00:00")


@pytest.mark.parametrize("text", ["123ABC02", "A123BC", "A12345", "D12345", "H123402", "AB123CD", ""])
@pytest.mark.parametrize("ratio", [0.9899, 0.99, 1.0])
@pytest.mark.parametrize("reads", [1, 2, 50])
def test_it_is_what_tracking_calls_confident(text: str, ratio: float, reads: int) -> None:
    """Probability, reads and format: two thresholds of one name that differ would seal what nobody measured."""
    for at_us, day in ((EVE, date(2026, 6, 30)), (DAY, date(2026, 7, 1))):
        assert stands(text, ratio, reads, at_us) == is_confident(text, ratio, reads, day)


def test_a_scooters_plate_stands_from_its_day_on() -> None:
    """The day is Almaty's: the minute before midnight is not yet of it."""
    assert [stands("A12345", 0.995, 50, at_us) for at_us in (EVE, DAY)] == [False, True]
