"""Prices by date: the index, the versions, and what a table may not be."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from producers.simulator.history.city import City
from producers.simulator.history.law import FIRST, REPEAT, Law, law, table
from producers.simulator.history.settings import HistorySettings


def test_the_index_changes_with_the_year() -> None:
    """3,692 to the end of 2024, 3,932 in 2025; nothing is known after 2026."""
    days = law().mrp_of_days(date(2024, 12, 31), 2)
    assert days.tolist() == [3_692, 3_932]
    assert law().mrp_of_days(date(2026, 12, 31), 2).tolist() == [4_325, 0]
    assert law().mrp_of_days(date(2023, 12, 31), 2).tolist() == [0, 3_692]


def test_the_band_from_60_has_its_own_price_from_2024_12_04_on() -> None:
    """Before that day 592.3 covers it; from it on 592.3-1 does, at twice the price."""
    city = City.of(HistorySettings(date(2024, 12, 3), date(2024, 12, 4), 10, 0))
    fastest = next(n for n, one in enumerate(city.mix.offences) if one.article == "KoAP 592.3-1")
    days = [city.calendar.number(date(2024, 12, day)) for day in (3, 4)]
    assert [city.articles[code] for code in city.article_of[fastest, days]] == ["KoAP 592.3", "KoAP 592.3-1"]
    assert city.price_mrp[fastest][:, days].tolist() == [[20, 40], [30, 60]]
    assert [str(city.law.versions[number]) for number in city.version_of[days]] == ["2024-01-01", "2024-12-04"]


def test_prices_are_the_references() -> None:
    """First and repeat tier of each article, as the reference of the law lists them; a judge's article has none."""
    prices = {
        article: tuple(law().prices_mrp(article, date(2024, 6, 1), 1)[[FIRST, REPEAT], 0].tolist())
        for article in ("592.1", "592.2", "592.3", "596.1", "596.3", "597.1", "597.3", "599", "600", "601")
        for article in [f"KoAP {article}"]
    }
    assert prices == {
        "KoAP 592.1": (5, 5), "KoAP 592.2": (10, 30), "KoAP 592.3": (20, 30), "KoAP 596.1": (15, 30),
        "KoAP 596.3": (0, 0), "KoAP 597.1": (5, 10), "KoAP 597.3": (10, 15), "KoAP 599": (10, 15),
        "KoAP 600": (10, 15), "KoAP 601": (3, 10),
    }  # fmt: skip
    assert not law().repeats("KoAP 592.1")


def test_an_article_that_is_fined_twice_on_a_day_is_refused() -> None:
    """Which of two prices holds is nobody's guess."""
    data: dict[str, Any] = {**table("tariffs")}
    data["fine"] = [*data["fine"], {"article": "KoAP 601", "first_mrp": 4}]
    with pytest.raises(ValueError, match="KoAP 601 is fined 2 times"):
        Law.from_toml(data)


@pytest.mark.parametrize(
    ("first", "last"), [(date(2023, 12, 31), date(2024, 1, 5)), (date(2026, 12, 1), date(2026, 12, 2))]
)
def test_days_without_prices_are_refused(first: date, last: date) -> None:
    """Before the first schedule, and where cases would be sent after the last known index."""
    with pytest.raises(ValueError, match=r"prices offences from 2024-01-01"):
        City.of(HistorySettings(first, last, 10, 0))


def test_the_mix_is_of_ten_thousand() -> None:
    """Weights are shares in ten thousandths, as offences.toml says."""
    city = City.of(HistorySettings(date(2024, 1, 1), date(2024, 1, 1), 1, 0))
    assert sum(one.weight for one in city.mix.offences) == 10_000
    assert np.count_nonzero(city.court) == 1
