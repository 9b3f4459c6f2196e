"""The queries of docs/queries.md run as they stand, and give what the history says."""

import re
from typing import Any

import pytest

from infra.settings import ROOT
from tests.integration.reports.conftest import INCIDENTS, VIOLATIONS, Reports

pytestmark = pytest.mark.integration
PAGE = ROOT / "docs" / "queries.md"


def queries() -> dict[int, str]:
    """Return the SQL of the page by number."""
    sections = re.split(r"^## (\d+)\. ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for number, text in zip(sections[::2], sections[1::2], strict=True):
        (found[int(number)],) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
        assert "Pitfall" in text, f"query {number} says no pitfall"
    return found


@pytest.fixture(scope="module")
def answers(reports: Reports) -> dict[int, list[tuple[Any, ...]]]:
    """Return the rows of each query."""
    reports.answer("revenue")
    return {number: reports.rows(sql) for number, sql in queries().items()}


def test_there_are_twenty_one_and_each_answers(answers: dict[int, list[tuple[Any, ...]]]) -> None:
    """None fails, and none is about nothing."""
    assert list(answers) == list(range(1, 22))
    assert all(rows for rows in answers.values())


def test_money_is_the_historys(reports: Reports, answers: dict[int, list[tuple[Any, ...]]]) -> None:
    """Collected, imposed, rejected and priced sums are the writer's own, to the tenge."""
    truth = reports.truth["total"]
    assert answers[1] == [(truth["collected_kzt"], truth["imposed_kzt"], truth["violations"])]
    assert answers[2] == [(truth["collected_kzt"], truth["imposed_kzt"])]
    cash = reports.answer("revenue", "--from", "2024-02-01", "--to", "2024-02-29", "--by-cash-date")["totals"]
    assert answers[3] == [(cash["discounted"] + cash["paid"], cash["collected_kzt"])]
    cameras = reports.answer("revenue", "--by", "camera", "--limit", "10")["rows"]
    assert answers[4] == [(row["group"], row["violations"], row["collected_kzt"]) for row in cameras]
    losses = [row for row in reports.answer("waterfall")["rows"] if row["name"] == "rejected"]
    assert sorted(answers[6]) == sorted((row["reason"], row["cases"], row["kzt"]) for row in losses)
    assert sum(row[1] for row in answers[9]) == truth["discounted"]
    assert sum(row[2] for row in answers[9]) == truth["discounted_kzt"]
    assert max(row[0] for row in answers[9]) <= 7
    assert sum(row[2] * row[3] for row in answers[12]) == truth["imposed_kzt"]
    assert len({row[:2] for row in answers[12]}) == len(answers[12])
    stages = reports.answer("ageing", "--from", "2024-01-01", "--to", "2024-02-29", "--by", "stage")["rows"]
    assert answers[13] == [(row["group"], row["cases"], row["kzt"]) for row in stages]


def test_counts_are_the_historys(reports: Reports, answers: dict[int, list[tuple[Any, ...]]]) -> None:
    """Cases, deliveries, repeats and incidents are as many as were made."""
    truth = reports.truth["total"]
    last = dict(answers[7])
    assert sum(last.values()) == sum(row[1] for row in answers[10]) == VIOLATIONS
    assert last["DISCOUNTED"] == truth["discounted"]
    assert answers[8][0][2] == truth["delivered"]
    assert sum(row[1] for row in answers[11]) == sum(
        figures["violations"] for article, figures in reports.truth["by_article"].items() if "592" in article
    )
    repeat = reports.answer("repeat")
    assert answers[14][0][:2] == (
        repeat["totals"]["vehicles"], sum(row["vehicles"] for row in repeat["rows"] if row["group"] != "1")
    )  # fmt: skip
    assert answers[15] == [(truth["repeats"], truth["imposed"])]
    assert sum(row[1] for row in answers[18]) == INCIDENTS
    assert answers[19] == [(0,)]
    assert [sum(row[column] for row in answers[21]) for column in (1, 2, 3)] == [1, 1, INCIDENTS - 2]


def test_reviews_are_the_reports(reports: Reports, answers: dict[int, list[tuple[Any, ...]]]) -> None:
    """Pairs, agreement and times are those of the report; the freshness names every source."""
    totals = reports.answer("reviews", "--from", "2023-12-31", "--to", "2024-12-31")["totals"]
    assert answers[16][0][0] == totals["second_reviews"]
    assert answers[16][0][2] == pytest.approx(totals["agreement_ratio"], abs=1e-3)
    assert (answers[17][0][2], answers[17][0][0]) == (totals["reviews"], pytest.approx(totals["look_p50_s"], abs=1))
    assert all(1 >= row[3] >= 0 and row[2] >= 5 for row in answers[5])
    assert [row[0] for row in answers[20]] == [
        "camera_health_facts", "case_events_facts", "incident_reviews_facts", "incidents_facts", "report_repeaters",
        "reviews_facts",
    ]  # fmt: skip
    assert all(row[1] <= row[2] for row in answers[20])
