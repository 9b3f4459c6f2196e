"""Articles: data with dates and bands; the table that ships is whole, and a wrong row does not load."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from processors.rules.articles import LawTable, law
from processors.rules.rule import discover
from processors.violations import rules as rules_package


def us(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """Return a UTC time as microseconds since the Unix epoch."""
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * 1_000_000


def codes(kind: str, excess: float, at_us: int) -> list[str]:
    """Return the codes of the articles that may apply."""
    return [article.code for article in law().articles(kind, excess, at_us)]


@pytest.mark.parametrize(
    ("excess", "code"),
    [(9.99, []), (10, ["KoAP 592.1"]), (19.99, ["KoAP 592.1"]), (20, ["KoAP 592.2"]), (40, ["KoAP 592.3"]),
     (59.99, ["KoAP 592.3"]), (60, ["KoAP 592.3-1"]), (150, ["KoAP 592.3-1"])],
)  # fmt: skip
def test_bands_are_half_open(excess: float, code: list[str]) -> None:
    """Each excess has one article, from its lower edge on."""
    assert codes("speeding", excess, us(2025, 10, 9)) == code


def test_the_law_of_the_day_holds() -> None:
    """60 km/h over: 592.3 until 3 December 2024 local time, 592.3-1 from the 4th; nothing before 2024."""
    assert codes("speeding", 70, us(2024, 12, 3, 18, 59)) == ["KoAP 592.3"]
    assert codes("speeding", 70, us(2024, 12, 3, 19, 0)) == ["KoAP 592.3-1"]
    assert codes("speeding", 70, us(2023, 12, 31, 12)) == []
    assert codes("wrong_way", 1, us(2025, 3, 12, 12)) == ["KoAP 596.3"]
    assert codes("wrong_way", 1, us(2025, 3, 13, 12)) == ["KoAP 596.3", "KoAP 596.3-1"]


def test_local_days_follow_the_countrys_clock() -> None:
    """UTC+6 until February 2024, UTC+5 since March."""
    assert law().local_day(us(2024, 1, 31, 18, 0)) == date(2024, 2, 1)
    assert law().local_day(us(2024, 1, 31, 17, 59)) == date(2024, 1, 31)
    assert law().local_day(us(2025, 6, 1, 19, 0)) == date(2025, 6, 2)
    assert law().local_day(us(2025, 6, 1, 18, 59)) == date(2025, 6, 1)
    # the hour that was told twice when the clocks went back
    assert law().local_day(us(2024, 2, 29, 18, 30)) == date(2024, 2, 29)
    assert law().local_day(us(2024, 2, 29, 19, 0)) == date(2024, 3, 1)


def test_every_rule_has_articles_and_every_article_a_rule() -> None:
    """A kind misspelt in the data would propose nothing, in silence."""
    assert {row.kind for row in law().rows} == {rule.kind for rule in discover(rules_package)}


ROW: dict[str, Any] = {"kind": "k", "code": "1.1", "band": "b", "at_least": 0, "below": 10, "from": date(2024, 1, 1)}


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([ROW | {"below": 0}], "covers no excess"),
        ([ROW | {"until": date(2023, 1, 1)}], "covers no excess or no day"),
        ([ROW, ROW | {"at_least": 5, "below": 20}], "overlap"),
        ([ROW, dict(ROW)], "overlap"),
    ],
)
def test_a_wrong_row_does_not_load(rows: list[dict[str, Any]], text: str) -> None:
    """Nothing is covered, or one code twice for the same excess on the same day."""
    with pytest.raises(ValueError, match=text):
        LawTable.from_toml({"article": rows})


def test_rows_side_by_side_load() -> None:
    """In excess or in time; and two codes may cover the same."""
    later = ROW | {"from": date(2025, 1, 1)}
    table = LawTable.from_toml(
        {
            "article": [
                ROW | {"until": date(2024, 12, 31)},
                later,
                later | {"at_least": 10, "below": 20},
                later | {"code": "1.2"},
            ],
        }
    )
    assert [a.code for a in table.articles("k", 5, us(2025, 5, 5))] == ["1.1", "1.2"]
