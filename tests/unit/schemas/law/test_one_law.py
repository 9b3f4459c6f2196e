"""Parts of the law that other folders keep in a form of their own say the same as schemas/law."""

from datetime import date, timedelta
from typing import Final

import numpy as np
import pytest

from processors.rules.articles import law as articles_of_violations
from producers.simulator.history.almaty_days import AlmatyDays
from producers.simulator.history.law import law as law_of_the_history
from producers.simulator.history.law import table
from schemas.law import Law, SanctionKind, Term, Tier
from schemas.law.spans import OPEN

LAW: Final = Law.load()
FIRST_DAY: Final = date(2024, 1, 1)
DAYS: Final = (date(2026, 12, 31) - FIRST_DAY).days + 1
HISTORY: Final = law_of_the_history()


def test_violations_propose_articles_only_while_they_are_law() -> None:
    """A row of processors/rules/articles.toml lies within its article's days."""
    for row in articles_of_violations().rows:
        span = LAW.articles.span(row.code)
        assert span.first <= row.first_day, row.code
        assert row.last_day <= span.last, row.code


def test_violations_bands_are_the_laws() -> None:
    """The speeding rule's article for each whole and edge excess, around each change, is the engine's."""
    days = [date(2024, 1, 1), date(2024, 12, 3), date(2024, 12, 4), date(2025, 3, 13), date(2026, 3, 12)]
    for day in days:
        noon_us = LAW.day_start_us(day) + 12 * 3_600_000_000
        for hundredths in (*range(0, 10_000, 100), 999, 1_999, 3_999, 5_999):
            found = LAW.speeding(hundredths / 100, day)
            proposed = articles_of_violations().articles("speeding", hundredths / 100, noon_us)
            assert [one.code for one in proposed] == ([found.code] if found else []), (day, hundredths)


def test_the_historys_index_and_versions_are_the_laws() -> None:
    """MRP of each day of 2024 to 2026, and the days on which versions begin."""
    mrp = HISTORY.mrp_of_days(FIRST_DAY, DAYS).tolist()
    assert mrp == [LAW.mrp_kzt(FIRST_DAY + timedelta(days=n)) for n in range(DAYS)]
    assert list(HISTORY.versions) == [version.first_day for version in LAW.schedule.versions]
    assert HISTORY.mrp_until == LAW.mrp.span.last


@pytest.mark.parametrize("article", sorted({fine.article for fine in HISTORY.fines} | HISTORY.court))
def test_the_historys_prices_are_the_laws(article: str) -> None:
    """Both tiers on each day of 2024 to 2026; a judge's article and a day without law cost nothing."""
    prices = HISTORY.prices_mrp(article, FIRST_DAY, DAYS)
    span = LAW.articles.span(article)
    expected = np.zeros((2, DAYS), np.int64)
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        if day in span:
            expected[:, number] = [
                LAW.sanction(article, day, day, tier).mrp_count for tier in (Tier.FIRST, Tier.REPEAT)
            ]
    assert (prices == expected).all()
    assert span.last == OPEN
    kind = LAW.sanction(article, date(2026, 1, 1), date(2026, 1, 1), Tier.FIRST).kind
    assert (article in HISTORY.court) == (kind is SanctionKind.COURT)


def test_the_historys_terms_are_the_laws_without_days_off() -> None:
    """Terms in days are the same; those in months and years it counts in days, as its file says."""
    terms = table("behaviour")["terms_days"]
    names = {"discount": Term.DISCOUNT, "considered": Term.DEEMED_CONSIDERED, "appeal": Term.APPEAL}
    for name, term in (names | {"payment": Term.PAYMENT}).items():
        assert (LAW.terms.rules[term].unit, LAW.terms.rules[term].count) == ("days", terms[name])
    begin = date(2024, 3, 1)
    for name, term in (("execution", Term.EXECUTION), ("repeat", Term.REPEAT), ("liability", Term.LIABILITY)):
        assert LAW.term_end(term, begin) == begin + timedelta(days=terms[name])


def test_the_historys_half_is_the_laws() -> None:
    """A half tenge is rounded up in both."""
    for amount_kzt in range(12_970, 12_980):
        assert LAW.terms.discounted_kzt(amount_kzt) == (amount_kzt + 1) // 2


def test_the_historys_days_are_the_laws() -> None:
    """Local midnights of the time zone database, over the change of 2024-03-01."""
    midnights = AlmatyDays(FIRST_DAY, DAYS).midnights_us
    assert midnights.tolist() == [LAW.day_start_us(FIRST_DAY + timedelta(days=n)) for n in range(DAYS + 1)]
