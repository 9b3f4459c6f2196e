"""Sentences beside a report's figures, without which they would be read wrongly."""

import json
import re
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


def test_totals_of_a_waterfall_have_keys_for_programs_and_its_lines_words_for_people() -> None:
    """Every key of the JSON's rows and totals is snake case; a line of several words keeps them."""
    columns = dict.fromkeys(("part", "after", "name", "reason"), "String") | {"cases": "Int64", "kzt": "Int64"}
    rows = [
        ["level", "net", "net", "", 3, 30],
        ["of which", "net", "to be given back", "", 0, 7],
        ["loss", "collected", "given back: lowered", "", 0, 5],
    ]
    meta = [{"name": name, "type": kind} for name, kind in columns.items()]
    client: Any = SimpleNamespace(raw_query=lambda *_, **__: json.dumps({"meta": meta, "data": rows}).encode())
    builds = Builds([], {}, {CASES: Freshness(AT, AT)})
    question = Question(REPORTS["waterfall"], date(2024, 6, 1), date(2024, 6, 30), None)
    found = ask(cast("Client", client), question, builds).document()
    assert found["totals"] == {"net": 3, "net_kzt": 30, "to_be_given_back": 0, "to_be_given_back_kzt": 7}
    assert [row["name"] for row in found["rows"]] == ["net", "to be given back", "given back: lowered"]
    keys = {*found, *found["totals"], *(key for row in found["rows"] for key in row)}
    assert all(re.fullmatch(r"[a-z]+(?:_[a-z]+)*", key) for key in keys)
