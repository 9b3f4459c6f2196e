"""The engine against cases that were worked by hand from the reference of the law, not from the code."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from schemas.law import Law, LawError, OwnerClass, Term, Tier

FOLDER: Final = Path(__file__).parent / "worked_cases"
LAW: Final = Law.load()
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Return a table's rows."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name(row: Row) -> str:
    """Return a test's name: what is asked, without the figures."""
    return " ".join(value for key, value in row.items() if key in {"article", "day", "tier", "term", "why"} and value)


def day(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)


def test_there_are_enough_of_them() -> None:
    """At least 150 cases, each of them once."""
    found = [(path.stem, *row.values()) for path in sorted(FOLDER.glob("*.csv")) for row in rows(path.stem)]
    assert len(found) >= 150
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("row", rows("sanctions"), ids=name)
def test_sanctions(row: Row) -> None:
    """Kind, MRP, tenge, half, version and part are those of the reference."""
    found = LAW.sanction(
        row["article"], day(row["initiated_on"]), day(row["offence_on"]), Tier(row["tier"]), OwnerClass(row["owner"])
    )
    assert {
        "kind": found.kind,
        "mrp_count": str(found.mrp_count),
        "mrp_kzt": str(found.mrp_kzt),
        "amount_kzt": str(found.amount_kzt),
        "discount_kzt": str(found.discount_kzt),
        "version": found.tariff_version,
        "part": found.part.removeprefix("KoAP "),
    }.items() <= row.items()
    assert found.discountable == (row["discount_kzt"] != "0")


def test_every_article_is_among_the_sanctions_in_both_tiers() -> None:
    """No article of the data is unworked; one without a repeat tier may lack the second row."""
    worked = {(row["article"], row["tier"]) for row in rows("sanctions")}
    for code in LAW.articles.codes():
        short = code.removeprefix("KoAP ")
        assert (short, "FIRST") in worked, f"{code} has no worked case"
        repeats = any(price.repeat for price in LAW.schedule.prices if price.article == code)
        assert not repeats or (short, "REPEAT") in worked, f"{code}'s repeat has no worked case"


@pytest.mark.parametrize("row", rows("refused"), ids=name)
def test_questions_without_an_answer(row: Row) -> None:
    """What the law does not answer is an error that says so, never a price."""
    with pytest.raises(LawError) as caught:
        LAW.sanction(row["article"], day(row["initiated_on"]), day(row["offence_on"]), Tier.FIRST)
    assert row["says"] in str(caught.value)


@pytest.mark.parametrize("row", rows("bands"), ids=lambda row: f"{row['excess_kmh']} on {row['offence_on']}")
def test_bands(row: Row) -> None:
    """Each excess has the article of its band on its day; below the floor there is none."""
    found = LAW.speeding(float(row["excess_kmh"]), day(row["offence_on"]))
    assert (found.code.removeprefix("KoAP ") if found else "") == row["article"]


@pytest.mark.parametrize("row", rows("mrp"), ids=name)
def test_the_index(row: Row) -> None:
    """The MRP of each day; where none is known there is an error."""
    if row["kzt"]:
        assert LAW.mrp_kzt(day(row["day"])) == int(row["kzt"])
    else:
        with pytest.raises(LawError, match=f"no MRP for {row['day']}"):
            LAW.mrp_kzt(day(row["day"]))


@pytest.mark.parametrize("row", rows("terms"), ids=lambda row: f"{row['term']} {row['from_day']}")
def test_terms(row: Row) -> None:
    """The last day of each term, over month ends, leap days and holidays."""
    assert LAW.term_end(Term(row["term"]), day(row["from_day"])) == day(row["last_day"])


@pytest.mark.parametrize("row", rows("deadlines"), ids=lambda row: row["delivered_on"])
def test_deadlines(row: Row) -> None:
    """What follows from a delivery, term by term."""
    found = LAW.deadlines(day(row["delivered_on"]))
    for key in ("discount_until", "considered_on", "appeal_until", "in_force_on", "payment_until"):
        assert getattr(found, key) == day(row[key]), key


@pytest.mark.parametrize("row", rows("tiers"), ids=lambda row: f"{row['article']} {row['offence_on']} {row['why']}")
def test_tiers(row: Row) -> None:
    """Repeat within a year of the earlier penalty's execution, both edges, and only where there is such a tier."""
    executed = [day(text) for text in row["executed_on"].split()]
    assert LAW.repeat_tier(row["article"], day(row["offence_on"]), executed) == row["tier"]


@pytest.mark.parametrize("row", rows("scope"), ids=lambda row: f"{row['article']} {row['offence_on']}")
def test_camera_scope(row: Row) -> None:
    """What a camera may find, and since when."""
    assert LAW.in_camera_scope(row["article"], day(row["offence_on"])) == (row["in_scope"] == "yes")


@pytest.mark.parametrize("row", rows("days"), ids=lambda row: row["instant_utc"])
def test_local_days(row: Row) -> None:
    """The local day of an instant, over the change of the country's clock, and that day's begin not after it."""
    at_us = int(datetime.fromisoformat(row["instant_utc"]).replace(tzinfo=UTC).timestamp()) * 1_000_000
    found = LAW.local_day(at_us)
    assert found == day(row["local_day"])
    assert LAW.day_start_us(found) <= at_us


@pytest.mark.parametrize(
    ("article", "offence_on", "tier", "lowest", "highest", "months", "aggravated", "court_fine", "warning"),
    [
        ("594.1", "2024-06-15", Tier.FIRST, 0, 3, 0, 0, 0, True),
        ("602.1", "2024-12-03", Tier.FIRST, 0, 3, 0, 0, 0, True),
        ("602.1", "2024-12-04", Tier.FIRST, 0, 0, 0, 0, 0, False),
        ("344", "2025-06-15", Tier.FIRST, 100, None, 0, 0, 0, False),
        ("344", "2025-06-15", Tier.REPEAT, 200, 200, 0, 0, 0, False),
        ("596.3", "2024-06-15", Tier.FIRST, 0, 0, 6, 9, 0, False),
        ("607", "2024-06-15", Tier.REPEAT, 0, 0, 6, 0, 0, False),
        ("590.2", "2024-06-15", Tier.REPEAT, 0, 0, 12, 0, 20, False),
    ],
)
def test_ranges_and_a_judges_sanctions(
    article: str,
    offence_on: str,
    tier: Tier,
    *,
    lowest: int,
    highest: int | None,
    months: int,
    aggravated: int,
    court_fine: int,
    warning: bool,
) -> None:
    """A warning or a fine, a fine without an upper bound, and what only a judge may order."""
    found = LAW.sanction(article, day(offence_on), day(offence_on), tier)
    assert (found.lowest_mrp, found.highest_mrp) == (lowest, highest)
    assert (found.suspension_months, found.aggravated_months, found.court_fine_mrp) == (months, aggravated, court_fine)
    assert found.warning_allowed == warning
