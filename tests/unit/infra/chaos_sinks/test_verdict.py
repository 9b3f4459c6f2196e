"""Each way in which the tables can be wrong is found, with its coordinates."""

from collections.abc import Sequence

import numpy as np
import pytest

from infra.chaos.comparison import Check
from infra.chaos.sinks.ledger import ENTRY, Ledger, entries
from infra.chaos.sinks.plan import plan
from infra.chaos.sinks.report import closing_line, to_json
from infra.chaos.sinks.run import Result
from infra.chaos.sinks.verdict import compare, verdict

HELD = [(0, 0, 7), (0, 1, 8), (3, 0, 9), (3, 2**40, 10)]


def test_the_same_entries_in_any_order_pass() -> None:
    """Rows come as the engine reads them."""
    found = compare("rows", entries(HELD), entries(reversed(HELD)))
    assert found.passed
    assert str(found) == "rows: 4 of 4"


def test_nothing_expected_and_nothing_found_passes() -> None:
    """A topic without poison has no dead letters."""
    assert compare("dead letters", np.empty(0, ENTRY), np.empty(0, ENTRY)).passed


@pytest.mark.parametrize(
    ("rows", "word", "where"),
    [
        ([*HELD[:2], HELD[3]], "missing", (3, 0)),
        ([*HELD, HELD[1]], "doubled", (0, 1)),
        ([*HELD, (2, 5, 1)], "unexpected", (2, 5)),
        ([*HELD[:3], (3, 2**40, 11)], "changed", (3, 2**40)),
        ([], "missing", (0, 0)),
    ],
)
def test_each_difference_is_named(rows: Sequence[tuple[int, int, int]], word: str, where: tuple[int, int]) -> None:
    """One row missing, one double, one that nobody sent, one with another content; all of them."""
    found = compare("rows", entries(HELD), entries(rows))
    assert not found.passed
    assert {name for name, count in found.counts.items() if count} == {word}
    assert found.named[word][0] == where
    assert f"{where[0]}:{where[1]}" in str(found)


def test_a_double_with_another_content_is_doubled_and_changed() -> None:
    """Every copy is looked at, not the first alone."""
    found = compare("rows", entries(HELD), entries([*HELD, (0, 0, 99)]))
    assert (found.counts["doubled"], found.counts["changed"]) == (1, 1)
    assert found.named["changed"] == [(0, 0)]


class Answers:
    """A ClickHouse that answers each query of a verdict from a table."""

    def __init__(self, rows: dict[str, Sequence[tuple[int, int, int]]]) -> None:
        self._rows = rows

    def raw_query(self, sql: str, parameters: dict[str, str], fmt: str) -> bytes:
        """Return what is held under the table that the query reads; dead letters are asked for by topic."""
        assert fmt == "RowBinary"
        table = sql.split(" FROM ")[1].split(maxsplit=1)[0]
        key = f"dead of {parameters['topic']}" if table == "dead_letters" else table
        return entries(self._rows.get(key, [])).tobytes()


def ledger() -> Ledger:
    """Two good messages, a copy of the second, and a bad one."""
    made = Ledger(1)
    made.add(0, 1, bad=False, copy=False)
    made.add(0, 2, bad=False, copy=False)
    made.add(0, 2, bad=False, copy=True)
    made.add(0, 3, bad=True, copy=False)
    return made


GOOD = {"payments_messages": [(0, 0, 1), (0, 1, 2), (0, 2, 2)], "payments": [(0, 0, 1), (0, 1, 2)]}
DEAD = {"dead of t.payments": [(0, 3, 3)]}


@pytest.mark.parametrize(
    ("rows", "failing"),
    [
        ({**GOOD, **DEAD}, []),
        (GOOD, ["payments: dead letters"]),
        ({**GOOD, "dead of t.payments": [(0, 3, 4)]}, ["payments: dead letters"]),
        ({**GOOD, **DEAD, "payments_messages": GOOD["payments_messages"][1:]}, ["payments: rows"]),
        ({**GOOD, **DEAD, "payments_messages": [*GOOD["payments_messages"], (0, 3, 3)]}, ["payments: rows"]),
        ({**GOOD, **DEAD, "payments": [*GOOD["payments"], (0, 2, 2)]}, ["payments: business keys"]),
        ({**GOOD, **DEAD, "payments": GOOD["payments"][:1]}, ["payments: business keys"]),
    ],
)
def test_a_verdict_finds_what_is_wrong(rows: dict[str, Sequence[tuple[int, int, int]]], failing: Sequence[str]) -> None:
    """A missing dead letter, one with other bytes, a missing row, a bad message as a row, a business key twice."""
    found = verdict(Answers(rows), "t.", {"payments": ledger()})  # type: ignore[arg-type]
    assert [finding.what for finding in found if not finding.passed] == failing


def test_runs_are_counted() -> None:
    """A finding, a check or a run that broke off fails its run; the closing line counts runs."""
    one = plan(1, 1_000, 5)
    good = Result(one, [], [Check("settled", "")], [compare("rows", entries(HELD), entries(HELD))], 1.0, 1.0, [])
    lost = Result(one, [], [], [compare("rows", entries(HELD), entries(HELD[1:]))], 1.0, 1.0, [])
    late = Result(one, [], [Check("settled", "3 left", problem="not within 240 s")], [], 1.0, 1.0, [])
    assert closing_line([good, lost, late]) == "1 passed, 2 failed"
    assert not to_json([good, lost])["ok"]
    assert to_json([good])["ok"]
    assert not to_json([])["ok"]
    assert lost.problems() == ["rows: 3 of 4; 1 missing (0:0)"]
