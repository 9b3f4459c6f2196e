"""Every way in which a table can differ from the undisturbed run is named with its row; offsets and arrival are not."""

from collections.abc import Mapping

from infra.chaos.comparison import Check, compare, differences
from infra.chaos.exercise import Reference, Run
from infra.chaos.holdings import COMPARED, OF_THE_MOMENT, Holding, Key, Row, content_columns
from infra.chaos.kill import Kill
from infra.chaos.plan import PlannedKill
from infra.chaos.report import Outcome
from infra.chaos.targets import TARGETS

ONE: Key = ("K-1", "5", "1")
TWO: Key = ("K-1", "5", "2")


def holding(
    rows: Mapping[Key, Row], doubled: Mapping[Key, int] | None = None, at_odds: Mapping[Key, int] | None = None
) -> Holding:
    """What a table holds."""
    return Holding(rows, doubled or {}, at_odds or {})


def test_the_same_rows_are_no_difference() -> None:
    """A run that ended as the undisturbed one passes."""
    rows = {ONE: {"box": "[1.0]"}, TWO: {"box": "[]"}}
    assert differences("tracks", holding(rows), holding(dict(rows))) == []


def test_missing_and_unexpected_rows_are_named() -> None:
    """Both sets are compared: a loss and an invention are different things."""
    found = differences("tracks", holding({ONE: {}}), holding({TWO: {}}))
    assert [(one.key, one.what) for one in found] == [(ONE, "missing"), (TWO, "unexpected")]


def test_a_changed_column_is_named_with_both_values() -> None:
    """Who reads the report sees what changed, not only that something did."""
    found = differences("tracks", holding({ONE: {"a": "1", "b": "2"}}), holding({ONE: {"a": "1", "b": "3"}}))
    assert [str(one) for one in found] == ["tracks K-1 5 1: changed: b was 2, is 3"]


def test_doubled_rows_and_copies_at_odds_are_named() -> None:
    """Exactly once: a second row fails, and so does a message sent again with another content."""
    rows = {ONE: {"a": "1"}}
    found = differences("tracks", holding(rows), holding(rows, {ONE: 2}, {ONE: 3}))
    assert [one.what for one in found] == ["doubled", "at odds"]


def test_what_depends_on_the_moment_is_left_out() -> None:
    """Offsets, arrival and bookkeeping differ between runs; boxes and ids must not."""
    columns = ["camera_id", "box_x1_px", "track_id", "_offset", "_inserted_at", *OF_THE_MOMENT]
    assert content_columns(columns) == ["camera_id", "box_x1_px", "track_id"]


def test_every_table_of_the_chain_is_compared() -> None:
    """What the chain writes by its stages is all there."""
    assert [one.view for one in COMPARED] == ["detections", "tracks", "incidents", "violations"]
    empty = {one.view: holding({}) for one in COMPARED}
    assert [check.name for check in compare(empty, empty)] == [one.view for one in COMPARED]


def outcome(*checks: Check, killed: bool = True, served: bool = True) -> Outcome:
    """A run with one kill and these checks."""
    kill = Kill(PlannedKill(TARGETS["kafka"], 1.0), pid=7 if killed else None, served_after_s=2.0 if served else None)
    return Outcome(Reference({}, 10.0, [Check("audit", "")]), [Run(1, [kill], checks)])


def test_the_verdict_counts_kills_and_checks() -> None:
    """Every kill whose process served again and every check that holds is one passed."""
    good = outcome(Check("tracks", "3 of 3 rows"))
    assert (good.verdict, good.ok) == ("3 passed, 0 failed", True)


def test_the_verdict_tells_of_failures() -> None:
    """A difference, a problem, a process that never came back and a kill that was not made each fail."""
    bad = Check("tracks", "", differences("tracks", holding({ONE: {}}), holding({})))
    assert outcome(bad).verdict == "2 passed, 1 failed"
    assert not outcome(Check("audit", "", problem="lag 3")).ok
    assert not outcome(served=False).ok
    assert not outcome(killed=False, served=False).ok


def test_no_disturbed_run_is_no_success() -> None:
    """An undisturbed run alone has exercised nothing."""
    assert not Outcome(Reference({}, 10.0, []), []).ok
