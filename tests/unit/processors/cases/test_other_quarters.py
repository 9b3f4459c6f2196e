"""Vehicles over quarters: one is seen as if it had one key, and a destroyed key leaves nothing to find."""

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from unittest.mock import MagicMock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.cases.event_book import PlacedEvent
from processors.cases.opening import case_id_of
from processors.cases.relay import relay as relays
from processors.cases.relay.case_index import DAY_US, CaseIndex
from processors.cases.relay.relayed_record import RelayedRecord
from processors.stage.settings import StageSettings
from schemas.messages import CaseCommand, Review, Verdict
from tests.unit.processors.cases.desk import CAR, OTHER_CAR, Desk, at
from tests.unit.processors.cases.quarter_desk import QUARTERS, QuarterDesk, store_of

PLATES: Final = {"123ABC02": CAR, "777KZA05": OTHER_CAR}
PLATE, OTHER_PLATE = PLATES
FIRST, REPEAT = "first offence", "repeat within a year of an executed penalty, art. 61"
TRYING: Final = settings(max_examples=12, deadline=None, database=None, derandomize=True)
#: Second of 31 March and 1 April 2024 around the turn of the quarter.
TURN: Final = datetime(2024, 4, 1)  # noqa: DTZ001  local, as the desk reads it


class Offence(NamedTuple):
    """One offence of a history.

    Attributes:
        when: local time.
        plate: whose.
        site: where.
        paid_after_d: days from the review to the payment; 0: nothing is paid.
        cancelled: a court cancels the fine the day after.
    """

    when: datetime
    plate: str
    site: str
    paid_after_d: int
    cancelled: bool


def _offences() -> st.SearchStrategy[list[Offence]]:
    near = st.integers(-90, 90).map(lambda seconds: TURN + timedelta(seconds=seconds))
    far = st.integers(0, 400).map(lambda days: datetime(2024, 1, 3, 12) + timedelta(days=days))  # noqa: DTZ001
    one = st.builds(
        Offence, st.one_of(near, far), st.sampled_from(list(PLATES)), st.sampled_from(["S-1", "S-2"]),
        st.sampled_from([0, 5, 40]), st.booleans(),
    )  # fmt: skip
    return st.lists(one, min_size=2, max_size=7).map(lambda found: sorted(found, key=lambda o: o.when))


def lived(desk: Desk, offences: Sequence[Offence]) -> dict[str, list[tuple[str, int, str]]]:
    """Take offences through a desk in the order of their days; return steps, money and reasons by case."""
    todo: list[tuple[datetime, int, str, int]] = []
    for n, one in enumerate(offences):
        todo.append((one.when, 0, "find", n))
        todo.append((one.when + timedelta(days=1), 1, "review", n))
        if one.paid_after_d:
            todo.append((one.when + timedelta(days=1 + one.paid_after_d), 2, "pay", n))
            if one.cancelled:
                todo.append((one.when + timedelta(days=2 + one.paid_after_d), 3, "cancel", n))
    for when, _, what, n in sorted(todo):
        one, case_id, text = offences[n], case_id_of(f"v{n}"), when.isoformat()
        if what == "find" and isinstance(desk, QuarterDesk):
            desk.find(f"v{n}", text, one.plate, site=one.site)
        elif what == "find":
            desk.violate(f"v{n}", text, vehicle=PLATES[one.plate], site=one.site)
        elif case_id not in desk.vehicle_of:
            continue
        elif what == "review":
            desk.review(case_id, when=text)
            if desk.steps(case_id)[-1] == "CONFIRMED":
                desk.deadline(case_id)
        elif what == "cancel":
            desk.report(case_id, "COURT_DECISION", text, outcome="cancelled")
        elif desk.steps(case_id)[-1] == "ISSUED":
            desk.report(case_id, "DELIVERED", text)
            desk.report(case_id, "PAYMENT", text, 1_000_000)
    out: dict[str, list[tuple[str, int, str]]] = {}
    for event in desk.events:
        out.setdefault(event.case_id, []).append((event.step.value, event.amount_kzt, event.reason))
    return out


@TRYING
@given(_offences())
def test_quarters_change_no_step_and_no_tenge(offences: list[Offence]) -> None:
    """A history whose vehicles have a key a quarter has the cases, tiers and money of one with a key for all."""
    with TemporaryDirectory() as folder:
        apart = QuarterDesk(store_of(Path(folder) / "keys"), Path(folder))
        together = Desk()
        assert lived(apart, offences) == lived(together, offences)
        assert apart.refused == together.refused


def past(desk: QuarterDesk, offence: str, paid: str | None, site: str) -> str:
    """Let the vehicle have a case in the first quarter."""
    case_id = desk.find("old", offence, PLATE, site=site)
    desk.review(case_id, when=offence[:8] + "28T09:00")
    desk.deadline(case_id)
    if paid is not None:
        desk.report(case_id, "DELIVERED", "2024-04-10T10:00")
        desk.report(case_id, "PAYMENT", paid, 1_000_000)
    return case_id


def later(desk: QuarterDesk) -> str:
    """Let the same vehicle have a case in the third quarter, issued."""
    desk._ids = 100  # the ids of reviews are the test's own: the same whatever came before
    case_id = desk.find("new", "2024-08-06T10:00", PLATE)
    desk.review(case_id, when="2024-08-07T09:00")
    desk.deadline(case_id)
    return case_id


PAID: Final = st.builds(lambda day, hour: f"2024-05-{day:02}T{hour:02}:00", st.integers(2, 30), st.integers(9, 17))
BEFORE: Final = st.builds(
    lambda month, day, hour: f"2024-{month:02}-{day:02}T{hour:02}:13",
    st.integers(1, 3), st.integers(5, 26), st.integers(0, 23),
)  # fmt: skip


@TRYING
@given(BEFORE, BEFORE, PAID, PAID, st.sampled_from(["S-1", "S-2", "S-3"]))
def test_what_is_written_later_says_one_bit_of_the_past(one: str, two: str, paid: str, again: str, site: str) -> None:
    """Whatever happened where and when in another quarter, the messages of a later case differ in its tier alone."""
    with TemporaryDirectory() as folder:
        store = store_of(Path(folder) / "keys")

        def world(offence: str | None, paid_on: str | None, where: str) -> tuple[object, str]:
            with TemporaryDirectory() as own:
                desk = QuarterDesk(store, Path(own))
                if offence is not None:
                    past(desk, offence, paid_on, where)
                case_id = later(desk)
                reason = next(e.reason for e in desk.events if e.case_id == case_id and e.step.value == "ISSUED")
                return desk.written(case_id), reason

        repeat = world(one, paid, site)
        assert repeat == world(two, again, "S-1")
        assert repeat[1] == REPEAT
        first = world(None, None, site)
        assert first == world(one, None, site)
        assert first[1] == FIRST


def test_a_destroyed_key_leaves_nothing_to_find(tmp_path: Path) -> None:
    """Later commands, events and the relay's own file name nothing of the quarter, and no key leads there any more."""
    store = store_of(tmp_path / "keys")
    desk = QuarterDesk(store, tmp_path)
    old = past(desk, "2024-02-06T10:00", "2024-05-06T10:00", "S-1")
    before = {event.vehicle_key for event in desk.events}
    new = later(desk)
    commands, events = desk.written(new)
    assert commands
    for text in (repr(commands), repr(events)):
        assert all(name not in text for name in (old, "'old'", "old/", *before))
    assert any(command.repeat_elsewhere for command in commands)

    live = store.key("2024-q3")
    assert live is not None
    sealed = live.seal(PLATE, "t1")
    assert before & set(desk.keys.others(sealed, "2024-q3", "t1") or ())
    store.destroy("2024-q1")
    desk.keys.refresh()
    found = desk.keys.others(sealed, "2024-q3", "t1")
    assert found is not None
    assert len(found) == len(QUARTERS) - 2
    assert not before & set(found)
    # who has both files of the relay and all keys that are left ties no row of the quarter to a later one
    rows = sqlite3.connect(tmp_path / "cases.sqlite").execute("SELECT vehicle_key FROM executed").fetchall()
    assert {key for (key,) in rows} == before
    # a case of the destroyed quarter can be looked up no more, and is left as it was
    assert desk.keys.others(b"\x00" * 40, "2024-q1", "t1") is None


def test_a_penalty_that_is_executed_before_the_review_counts(tmp_path: Path) -> None:
    """The relay looks again with the review: the report may come after the violation."""
    desk = QuarterDesk(store_of(tmp_path / "keys"), tmp_path)
    old = past(desk, "2024-03-06T10:00", None, "S-2")
    new = desk.find("new", "2024-08-06T10:00", PLATE)
    desk.report(old, "DELIVERED", "2024-04-10T10:00")
    desk.report(old, "PAYMENT", "2024-05-06T10:00", 1_000_000)
    desk.review(new, when="2024-08-07T09:00")
    desk.deadline(new)
    assert [event.reason for event in desk.events if event.case_id == new][-1] == REPEAT
    assert desk.index.sealed(new) is not None
    desk.follow()
    assert desk.index.sealed(new) is None


def test_an_offence_at_the_turn_has_one_case(tmp_path: Path) -> None:
    """Found on both sides of midnight the second finding opens none; another vehicle's, kind's or site's does."""
    desk = QuarterDesk(store_of(tmp_path / "keys"), tmp_path)
    desk.find("a", "2024-03-31T23:59:50", PLATE)
    desk.find("b", "2024-04-01T00:00:20", PLATE)
    desk.find("c", "2024-04-01T00:00:20", OTHER_PLATE)
    desk.find("d", "2024-04-01T00:00:20", PLATE, site="S-2")
    desk.find("e", "2024-04-01T00:00:20", PLATE, kind="red_light")
    desk.find("a", "2024-03-31T23:59:50", PLATE)
    assert desk.dropped == ["b"]
    assert set(desk.vehicle_of) == {case_id_of(name) for name in "acde"}


def test_an_act_at_the_turn_has_one_case(tmp_path: Path) -> None:
    """So has one that two rules found on both sides of midnight; a section holds the points of its drive."""
    desk = QuarterDesk(store_of(tmp_path / "keys"), tmp_path)
    desk.find("stands", "2024-03-31T23:50", PLATE, kind="no_stopping", article="KoAP 597.1")
    desk.find("on-crossing", "2024-04-01T00:10", PLATE, kind="crossing_parking", article="KoAP 597.1")
    desk.find("elsewhere", "2024-04-01T00:10", PLATE, kind="crossing_parking", article="KoAP 597.1", site="S-2")
    desk.find("point", "2024-03-31T23:58", PLATE, site="S-7")
    desk.find("drive", "2024-04-01T00:03", PLATE, kind="section_speed", site="S-8", lasted_s=300)
    desk.find("drive-after", "2024-04-01T00:09", PLATE, kind="section_speed", site="S-9", lasted_s=300)
    assert desk.dropped == ["on-crossing", "drive"]
    assert set(desk.vehicle_of) == {case_id_of(name) for name in ("stands", "elsewhere", "point", "drive-after")}


@pytest.mark.parametrize(("corrected", "tier"), [(None, REPEAT), ("ee" * 32, FIRST)])
def test_a_corrected_plate_takes_no_repeat_along(tmp_path: Path, corrected: str | None, tier: str) -> None:
    """What was found of one vehicle does not count against another."""
    desk = QuarterDesk(store_of(tmp_path / "keys"), tmp_path)
    past(desk, "2024-02-06T10:00", "2024-05-06T10:00", "S-1")
    new = desk.find("new", "2024-08-06T10:00", PLATE)
    desk.review(new, when="2024-08-07T09:00", corrected=corrected)
    desk.deadline(new)
    assert [event.reason for event in desk.events if event.case_id == new][-1] == tier


def test_a_file_of_another_version_is_filled_anew(tmp_path: Path) -> None:
    """Its tables are not those that the code asks for; its positions would leave them empty."""
    path = tmp_path / "cases.sqlite"
    old = sqlite3.connect(path)
    old.execute("CREATE TABLE cases (case_id TEXT PRIMARY KEY)")
    old.execute("CREATE TABLE positions (partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL)")
    old.execute("INSERT INTO positions VALUES (0, 7)")
    old.commit()
    old.close()
    index = CaseIndex(path)
    assert dict(index.positions()) == {}
    index.apply([], {0: 3})
    index.close()
    index = CaseIndex(path)
    assert dict(index.positions()) == {0: 3}
    index.close()


class Writer:
    """Takes what the relay sends."""

    def __init__(self) -> None:
        self.sent: list[CaseCommand] = []

    def send(self, command: CaseCommand) -> None:
        """Keep it."""
        self.sent.append(command)

    def settle(self) -> None:
        """Nothing is under way."""

    def bury(self, dead: Sequence[object]) -> None:
        """Nothing is refused here."""
        assert not dead


class Followed:
    """The desk's case-events, read when the relay asks."""

    def __init__(self, desk: QuarterDesk) -> None:
        self.start, self.catch_up = lambda: None, desk.follow


@pytest.mark.parametrize(("cancelled", "expected"), [(False, True), (True, False)])
def test_the_relay_reads_case_events_before_it_looks_for_penalties(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, cancelled: bool, expected: bool
) -> None:
    """A penalty is held against a review as it is then: one that was paid or cancelled a moment ago, too."""
    monkeypatch.setattr(relays, "Consumer", lambda _: MagicMock())
    desk = QuarterDesk(store_of(tmp_path / "keys"), tmp_path)
    old = past(desk, "2024-03-20T10:00", None, "S-1")
    new = desk.find("new", "2024-06-10T10:00", PLATE, site="S-9")
    desk.report(old, "DELIVERED", "2024-06-01T10:00")
    desk.report(old, "PAYMENT", "2024-06-05T10:00", 1_000_000)
    if cancelled:
        desk.follow()
        desk.report(old, "COURT_DECISION", "2024-06-15T10:00", outcome="cancelled")
    writer, settings_of = Writer(), StageSettings("127.0.0.1:1", "http://127.0.0.1:1", "", tmp_path)
    relay = relays.Relay(
        settings_of,
        desk.codec,
        desk.index,
        Followed(desk),  # type: ignore[arg-type]
        writer,  # type: ignore[arg-type]
        threading.Event(),
        quarters=desk.quarters,
    )
    decided = at("2024-06-20T10:00")
    review = Review("r1", new, Verdict.CONFIRMED, "", "", None, None, "officer-1", decided, decided)
    value = desk.codec.encode("reviews", review)
    relay._relay([RelayedRecord(settings_of.topic("reviews"), 0, 0, 0, None, value)])
    assert [command.repeat_elsewhere for command in writer.sent] == [expected]


def test_the_index_forgets_cancelled_penalties_as_it_forgets_others(tmp_path: Path) -> None:
    """A year and more behind the newest offence neither holds a row."""
    desk = QuarterDesk(store_of(tmp_path / "keys", (*QUARTERS, "2026-q1")), tmp_path)
    old = past(desk, "2024-03-20T10:00", "2024-06-05T10:00", "S-1")
    desk.report(old, "COURT_DECISION", "2024-06-15T10:00", outcome="cancelled")
    desk.follow()
    count = "SELECT count(), sum(cancelled) FROM executed"
    assert desk.index.db.execute(count).fetchone() == (1, 1)
    desk.find("much-later", "2026-01-20T10:00", PLATE)
    desk.follow()
    assert desk.index.db.execute(count).fetchone() == (0, None)


def test_a_clock_that_runs_ahead_makes_the_index_forget_nothing(tmp_path: Path) -> None:
    """An offence that a camera dates years ahead empties no table: its event was written today."""
    desk = QuarterDesk(store_of(tmp_path / "keys"), tmp_path)
    past(desk, "2024-03-06T10:00", "2024-05-06T10:00", "S-1")
    desk.find("new", "2024-08-06T10:00", PLATE)
    desk.follow()
    kept = desk.index.db.execute("SELECT (SELECT count() FROM executed), (SELECT count() FROM sealed)").fetchone()
    assert kept == (1, 1)
    now_us = desk.events[-1].happened_at_us
    ahead = replace(desk.events[-1], case_id="case-ahead", offence_at_us=now_us + 3 * 365 * DAY_US)
    desk.index.apply([PlacedEvent(ahead, 0, 99, now_us)], {0: 100})
    assert (
        desk.index.db.execute("SELECT (SELECT count() FROM executed), (SELECT count() FROM sealed)").fetchone() == kept
    )
    # years later they go
    desk.index.apply([PlacedEvent(ahead, 0, 99, ahead.offence_at_us)], {0: 100})
    assert desk.index.db.execute("SELECT count() FROM executed").fetchone() == (0,)
