"""Sentences beside a report's figures, without which they would be read wrongly."""

import json
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from clickhouse_connect.driver.client import Client

from sinks.reports.answer import Question, ask
from sinks.reports.builds import CASES, Builds, Freshness
from sinks.reports.catalogue import REPORTS

AT = datetime(2024, 10, 1)  # noqa: DTZ001  the client gives times without a zone


def notes(report: str, first: date, last: date) -> list[str]:
    """Return the notes of a report that has one line."""
    meta = [{"name": "group", "type": "String"}, {"name": "vehicles", "type": "UInt64"}]
    reply = json.dumps({"meta": meta, "data": [["1", 3]], "totals": ["", 3], "rows": 1}).encode()
    client: Any = SimpleNamespace(raw_query=lambda *_, **__: reply)
    builds = Builds([], {}, {CASES: Freshness(AT, AT), "reviews_facts": Freshness(AT, AT)})
    return list(
        ask(
            cast("Client", client), Question(REPORTS[report], first, last, next(iter(REPORTS[report].by), None)), builds
        ).notes
    )


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2024, 4, 1), date(2024, 6, 30), False),
        (date(2024, 6, 30), date(2024, 7, 1), True),
        (date(2024, 1, 1), date(2025, 3, 31), True),
    ],
)
def test_vehicles_that_count_once_a_quarter_are_said_to(first: date, last: date, told: bool) -> None:  # noqa: FBT001
    """Keys change with each quarter: within one the count is exact, over more a vehicle counts in each."""
    assert any("once a quarter" in note for note in notes("repeat", first, last)) is told
    assert notes("reviews", first, last) == []
