"""Periods in which little or nothing lies, periods that cut a vehicle's days, and questions no report answers."""

import pytest

from sinks.reports.catalogue import REPORTS
from tests.integration.reports.conftest import FROM, TO, Reports

pytestmark = pytest.mark.integration
#: A month before the history begins, and a day within it.
EMPTY = ("--from", "2023-06-01", "--to", "2023-06-30")
DAY = "2024-02-10"
REPEATED = """
SELECT multiIf(n < 3, toString(n), n < 5, '3-4', n < 10, '5-9', '10 or more') AS band, count(), sum(n), sum(imposed),
    sum(collected)
FROM (
    SELECT uniqExactIf(case_id, step = 'ISSUED') AS n, sumIf(amount_kzt, step = 'ISSUED') AS imposed,
        sumIf(amount_kzt, step IN ('DISCOUNTED', 'PAID')) AS collected
    FROM case_events
    WHERE length(vehicle_key) = 64 AND toDate(offence_at, 'Asia/Almaty') BETWEEN {from:Date} AND {to:Date}
    GROUP BY vehicle_key HAVING n > 0)
GROUP BY band ORDER BY min(n)"""


@pytest.mark.parametrize("dates", [(FROM, TO), ("2024-01-10", "2024-02-15"), ("2024-01-01", "2024-01-31"), (DAY, DAY)])
def test_repeaters_of_any_days_are_the_facts(reports: Reports, dates: tuple[str, str]) -> None:
    """Whether a vehicle's days lie in the period, or across an edge, each band is that of the facts, to the tenge."""
    found = reports.answer("repeat", "--from", dates[0], "--to", dates[1])
    names = ("group", "vehicles", "issued", "imposed_kzt", "collected_kzt")
    facts = reports.rows(REPEATED, **{"from": dates[0], "to": dates[1]})
    assert [tuple(row[name] for name in names) for row in found["rows"]] == facts
    assert found["totals"]["imposed_kzt"] == sum(row[3] for row in facts) > 0
    assert found["totals"]["issued_ratio"] == 1


@pytest.mark.parametrize("name", REPORTS)
def test_an_empty_month_says_that_it_is_empty(reports: Reports, name: str) -> None:
    """No line, no money, and a sentence; never an error and never the neighbour's figures."""
    found = reports.answer(name, *EMPTY)
    assert {value for column, value in found["totals"].items() if column.endswith("_kzt") or column == "kzt"} <= {0}
    if name == "waterfall":
        assert {row["cases"] for row in found["rows"] if row["part"] == "level"} <= {0}
    else:
        assert found["rows"] == []
        assert found["notes"][0] == "Nothing lies between 2023-06-01 and 2023-06-30."


def test_one_day_is_that_day(reports: Reports) -> None:
    """A first day that is the last one is a whole day of Almaty in every report that has days of its own."""
    day = ("--from", DAY, "--to", DAY)
    ((violations, opened),) = reports.rows(
        """SELECT (SELECT count() FROM case_events WHERE step = 'DETECTED'
               AND toDate(offence_at, 'Asia/Almaty') = {day:Date}),
               (SELECT count() FROM incidents WHERE toDate(opened_at, 'Asia/Almaty') = {day:Date})""",
        day=DAY,
    )
    assert violations > 0
    assert reports.answer("revenue", *day)["totals"]["violations"] == violations
    assert reports.answer("waterfall", *day)["totals"]["detected"] == violations
    assert reports.answer("cameras", *day)["totals"]["violations"] == violations
    assert reports.answer("incidents", *day)["totals"].get("incidents", 0) == opened


@pytest.mark.parametrize("name", [name for name, report in REPORTS.items() if report.by])
def test_lines_that_no_report_has_are_refused_by_a_sentence(reports: Reports, name: str) -> None:
    """It names what was asked and what there is."""
    said = reports.vigil(name, "--by", "weather", expect=2)
    assert "'weather'" in said
    assert all(f"'{by}'" in said for by in REPORTS[name].by)


def test_days_the_wrong_way_round_are_refused_by_a_sentence(reports: Reports) -> None:
    """It names both days."""
    said = reports.vigil("revenue", "--from", TO, "--to", FROM, expect=1)
    assert f"--from {TO} is after --to {FROM}" in said
