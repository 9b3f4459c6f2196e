"""What is due, what is kept as an earlier version made it, and when a report refuses to answer from that."""

import re
from datetime import datetime
from typing import Any
from unittest.mock import create_autospec

import pytest
from clickhouse_connect.driver.client import Client

from sinks.clickhouse.migration import shipped
from sinks.reports import builds
from sinks.reports.answer import ReportError, freshness
from sinks.reports.builds import CASES, TERM, WHOLE, Builds
from sinks.reports.catalogue import REPORTS

NEVER, NOW = datetime(1970, 1, 1), datetime(2026, 11, 27, 12)  # noqa: DTZ001  as the client hands them over
#: In months before this one a fact may be older than its term.
TERM_MONTH = int((NOW - TERM).strftime("%Y%m"))
INCIDENTS = "incidents_facts"
#: Nobody asks it: the rows of a look are given.
CLIENT: Client = create_autospec(Client)


def look(
    monkeypatch: pytest.MonkeyPatch, facts: dict[tuple[str, int], int], noted: dict[tuple[str, int], str]
) -> Builds:
    """Return what a look says: newest blocks of the facts' months, and states of what was made."""
    rows: list[Any] = [(0, source, month, str(block), NEVER, NOW) for (source, month), block in facts.items()]
    rows += [(1, source, month, state, NOW, NOW) for (source, month), state in noted.items()]
    monkeypatch.setattr(builds, "query", lambda *_: rows)
    return Builds.read(CLIENT)


def due(found: Builds) -> list[tuple[str, int]]:
    """Return what is due, without the tables that are made as a whole."""
    return [(work.source, work.month) for work in found.due() if work.source != WHOLE]


@pytest.mark.parametrize("name", ["revenue", "waterfall", "ageing", "repeat", "reviews"])
def test_a_report_over_an_earlier_form_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Also where only one month is left to be made anew; the sentence says what to run."""
    source = REPORTS[name].source
    found = look(
        monkeypatch, {(source, 202609): 7, (source, 202610): 9}, {(source, 202609): "7", (source, 202610): "9 form 2"}
    )
    assert due(found) == [(source, 202609)]
    with pytest.raises(ReportError, match=f"report {name} were made by an earlier version .*vigil report refresh"):
        freshness(CLIENT, REPORTS[name], found)


def test_a_month_with_new_facts_is_due_and_answered_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the present form and older than its facts: its moment tells that, as ever; others' forms do not matter."""
    found = look(
        monkeypatch,
        {(CASES, 202610): 9, (INCIDENTS, 202610): 3, (CASES, 202611): 1},
        {(CASES, 202610): "8 form 2", (INCIDENTS, 202610): "3"},
    )
    assert due(found) == [(CASES, 202610), (CASES, 202611)]
    for name in ("revenue", "incidents"):
        assert freshness(CLIENT, REPORTS[name], found).as_of == NOW


def test_months_whose_facts_have_gone_are_no_earlier_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """No refresh could make them: the migration has put their sums into new tables."""
    found = look(monkeypatch, {(CASES, 202610): 9}, {(CASES, 202201): "5", (CASES, 202610): "9 form 2"})
    assert due(found) == []
    assert not found.outdated(CASES)


def test_a_month_whose_facts_may_have_begun_to_go_keeps_its_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another form alone does not make it due; a newer block does, and so does --all."""
    old, young = (CASES, TERM_MONTH), (CASES, TERM_MONTH + 1)
    found = look(monkeypatch, {old: 4, young: 6}, {old: "4", young: "6"})
    assert found.kept == {old}
    assert due(found) == [young]
    assert old in {(work.source, work.month) for work in found.due(everything=True)}
    assert found.outdated(CASES)
    found = look(monkeypatch, {old: 4, young: 6}, {old: "4", young: "6 form 2"})
    assert not found.outdated(CASES)
    assert due(look(monkeypatch, {old: 5}, {old: "4"})) == [old]
    assert due(look(monkeypatch, {old: 4}, {})) == [old]


def test_the_term_is_that_of_the_facts() -> None:
    """Of every source that has an earlier form."""
    text = "\n".join(statement for file in shipped() for statement in file.statements())
    for source in builds.FORMS:
        kept = re.search(
            rf"CREATE TABLE IF NOT EXISTS {source}\n.*?TTL toDateTime\(_create_time\) \+ INTERVAL (\d+) DAY",
            text,
            re.DOTALL,
        )
        assert kept is not None
        assert int(kept[1]) == TERM.days
