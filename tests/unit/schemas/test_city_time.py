"""The city's time has one source, and it is the law's."""

from datetime import UTC, date, datetime, timedelta

import pytest

from infra.settings import ROOT
from schemas.city_time import CITY, day_of, to_the_hundredth, to_the_second
from schemas.law import Law
from tests.unit.processors.cases.desk import at


def test_an_instant_is_written_by_the_city_s_clocks() -> None:
    """+06:00 until the end of February 2024, +05:00 since; what has no zone is UTC."""
    assert to_the_hundredth(at("2024-02-29T12:00")) == "2024-02-29 12:00:00.00 +06:00"
    assert to_the_hundredth(at("2024-03-01T12:00") + 1_259_999) == "2024-03-01 12:00:01.25 +05:00"
    noon = datetime(2024, 3, 1, 7, tzinfo=UTC)
    assert to_the_second(noon) == to_the_second(noon.replace(tzinfo=None)) == "2024-03-01 12:00:00"


def test_the_zone_has_the_offsets_of_the_law() -> None:
    """Each day since the law's data begin starts at the same instant by both."""
    law = Law.load()
    day, last = datetime(2024, 1, 1, tzinfo=CITY), datetime(2028, 1, 1, tzinfo=CITY)
    while day < last:
        assert law.day_start_us(day.date()) == round(day.timestamp() * 1_000_000), day
        day += timedelta(days=1)


def test_no_other_part_names_a_zone() -> None:
    """A second definition would be one that somebody forgets to change."""
    parts = ("producers", "processors", "schemas", "sinks", "infra")
    files = (path for part in parts for path in (ROOT / part).rglob("*.py") if "models" not in path.parts)
    named = [path for path in files if "ZoneInfo(" in path.read_text(encoding="utf-8")]
    assert named == [ROOT / "schemas" / "city_time.py"]


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2024-02-28T18:00", "2024-02-29"),  # six hours ahead
        ("2024-02-29T18:00", "2024-02-29"),  # midnight, at which clocks went back to five
        ("2024-02-29T19:00", "2024-03-01"),
        ("2026-06-30T18:59", "2026-06-30"),
        ("2026-06-30T19:00", "2026-07-01"),
    ],
)
def test_an_instant_has_the_citys_day(utc: str, day: str) -> None:
    """Almaty's midnight is the turn, by the offset of that time."""
    at_us = round(datetime.fromisoformat(f"{utc}+00:00").timestamp()) * 1_000_000
    assert day_of(at_us) == date.fromisoformat(day)


def test_any_number_has_a_day() -> None:
    """A camera's clock may say anything, and no message may break its reader."""
    assert day_of(-(2**63)) == date(1970, 1, 1)
    assert day_of(2**63 - 1) == date(9999, 12, 31)
