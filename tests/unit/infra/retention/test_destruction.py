"""A quarter's key is destroyed when it is due and not before, its plates are unreadable then, and the log proves it."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.retention import command
from infra.cli.retention_log import LOG
from infra.keys.key_ring import KeyRing
from infra.keys.key_store import KeyStore
from infra.keys.period_key import PeriodKey
from infra.retention.attestation import attest, attest_until, attested
from infra.retention.destruction import destroy, finish, plan, unfinished
from infra.retention.destruction_log import ATTESTED, DESTROYED, DESTROYING, FORGOT, DestructionLog
from infra.retention.retention_rules import RetentionError, RetentionRule, RetentionRules

PERIOD, PLATE, TRACK, AT = "2024-q3", "123ABC02", "cam/1/2.0", "2027-10-10T00:00:00+00:00"
DUE_ON = date(2024, 9, 30) + timedelta(days=1_105)


class Rows:
    """Sealed plates as tables would hold them."""

    def __init__(self, *sealed: bytes) -> None:
        self.sealed = sealed

    def counts(self, period: str) -> Mapping[str, int]:
        """All of them, of one period."""
        return {"violations": len(self.sealed) if period == PERIOD else 0}

    def sample(self, period: str, most: int) -> Sequence[tuple[str, bytes]]:
        """All of them."""
        return [(TRACK, one) for one in self.sealed[:most]] if period == PERIOD else []


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    """A store with two quarters."""
    made = KeyStore(tmp_path / "keys")
    made.create(PERIOD)
    made.create("2026-q4")
    return made


def sealed_by(store: KeyStore, plate: str = PLATE) -> bytes:
    """Return a plate sealed under the quarter's key."""
    key = store.key(PERIOD)
    assert key is not None
    return key.seal(plate, TRACK)


def test_a_quarter_is_due_the_day_after_its_last_needed_one(store: KeyStore) -> None:
    """1,104 days after its last day the key is still there for the last time."""
    rules = RetentionRules.load()
    assert rules.due_on(PERIOD) == DUE_ON
    assert [due.is_due for due in plan(store, rules, DUE_ON - timedelta(days=1))] == [False, False]
    assert [(due.period, due.is_due) for due in plan(store, rules, DUE_ON)] == [(PERIOD, True), ("2026-q4", False)]


def test_after_the_destruction_no_plate_of_the_quarter_opens(store: KeyStore) -> None:
    """The others' do; the log has what was there before and what is left."""
    sealed = sealed_by(store)
    log = DestructionLog(store.folder / LOG)
    due, other = plan(store, RetentionRules.load(), DUE_ON)
    assert KeyRing(store).open(sealed, PERIOD, TRACK) == PLATE
    destroy(store, log, Rows(sealed), due, AT, "officer-2")
    assert KeyRing(store).open(sealed, PERIOD, TRACK) is None
    assert not list(store.folder.glob(f"{PERIOD}*"))
    assert store.key(other.period) is not None
    before, after = log.entries()
    assert (before.step, before.facts["rows"], before.facts["opened_before"]) == (DESTROYING, {"violations": 1}, 1)
    assert (after.step, after.facts["key_in_store"], after.facts["opened_after"]) == (DESTROYED, False, 0)
    assert {(entry.period, entry.fingerprint, entry.by) for entry in (before, after)} == {
        (PERIOD, due.fingerprint, "officer-2")
    }
    assert PLATE.encode() not in log.path.read_bytes()
    assert log.path.stat().st_mode & 0o077 == 0


def test_what_is_not_due_stays(store: KeyStore) -> None:
    """Whatever is asked."""
    due, _ = plan(store, RetentionRules.load(), DUE_ON - timedelta(days=1))
    log = DestructionLog(store.folder / LOG)
    with pytest.raises(RetentionError, match="needed until 2027-10-10"):
        destroy(store, log, Rows(), due, AT, "officer-2")
    assert store.key(PERIOD) is not None
    assert log.entries() == ()


def test_a_key_that_does_not_open_the_quarters_plates_stays(store: KeyStore) -> None:
    """Another key sealed them, and would go on opening them after this one has gone."""
    due, _ = plan(store, RetentionRules.load(), DUE_ON)
    foreign = PeriodKey(PERIOD, bytes(32)).seal(PLATE, TRACK)
    with pytest.raises(RetentionError, match="1 of 2 plates of 2024-q3 do not open"):
        destroy(store, DestructionLog(store.folder / LOG), Rows(sealed_by(store), foreign), due, AT, "officer-2")
    assert store.key(PERIOD) is not None


def test_a_crash_between_announcement_and_end_is_ended_later(store: KeyStore) -> None:
    """Whether or not the key was gone by then."""
    log = DestructionLog(store.folder / LOG)
    log.append(DESTROYING, PERIOD, "f", AT, "officer-2", {"rows": {}})
    assert unfinished(log) == [(PERIOD, "f")]
    facts = finish(store, log, Rows(), PERIOD, "f", AT, "officer-2")
    assert not facts["key_in_store"]
    assert unfinished(log) == []


def test_a_key_whose_plates_are_gone_needs_to_have_opened_them(store: KeyStore) -> None:
    """No plate is in the tables when a key is due: without an attestation nothing proves that it is the one."""
    log = DestructionLog(store.folder / LOG)
    due, _ = plan(store, RetentionRules.load(), DUE_ON)
    key = store.key(PERIOD)
    assert key is not None
    with pytest.raises(RetentionError, match="'vigil retention attest' was not run"):
        destroy(store, log, Rows(), due, AT, "officer-2")
    assert store.key(PERIOD) is not None
    assert log.entries() == ()
    over = date(2024, 10, 1)
    facts = attest(key, log, Rows(sealed_by(store)), over, "2024-10-01T00:00:00+00:00", "night")
    assert facts == {"rows": {"violations": 1}, "sampled": 1, "opened": 1}
    assert unfinished(log) == []
    destroy(store, log, Rows(), due, AT, "officer-2")
    first, before, after = log.entries()
    assert (first.step, first.fingerprint, first.by) == (ATTESTED, due.fingerprint, "night")
    assert (before.facts["attested_by_entry"], before.facts["sampled"], before.facts["unattested"]) == (1, 0, None)
    assert (after.step, store.key(PERIOD)) == (DESTROYED, None)


def test_a_key_that_took_anothers_place_stays(store: KeyStore) -> None:
    """Its fingerprint is not the attested one's, also where no plate is left that would not open."""
    log = DestructionLog(store.folder / LOG)
    key, due = store.key(PERIOD), plan(store, RetentionRules.load(), DUE_ON)[0]
    assert key is not None
    attest(key, log, Rows(sealed_by(store)), date(2024, 10, 1), AT, "night")
    store.destroy(PERIOD)
    other = store.create(PERIOD)
    with pytest.raises(RetentionError, match=f"opened with key {key.fingerprint} .* has {other.fingerprint}"):
        destroy(store, log, Rows(), replace(due, fingerprint=other.fingerprint), AT, "officer-2", "act 17")
    assert store.key(PERIOD) is not None


def test_an_unattested_key_goes_with_a_reason_on_record(store: KeyStore) -> None:
    """The law wants it gone; the log says what was not proved, and why it went."""
    log = DestructionLog(store.folder / LOG)
    due, _ = plan(store, RetentionRules.load(), DUE_ON)
    destroy(store, log, Rows(), due, AT, "officer-2", "act 17/2027")
    assert [entry.facts.get("unattested") for entry in log.entries()] == ["act 17/2027", None]


def test_only_what_can_be_proved_is_attested(store: KeyStore) -> None:
    """A quarter that is over; the key that sealed it; plates that are there, or would be if there had been any."""
    log = DestructionLog(store.folder / LOG)
    key = store.key(PERIOD)
    assert key is not None
    with pytest.raises(RetentionError, match="2024-q3 lasts until 2024-09-30"):
        attest(key, log, Rows(sealed_by(store)), date(2024, 9, 30), AT, "night")
    foreign = PeriodKey(PERIOD, bytes(32)).seal(PLATE, TRACK)
    with pytest.raises(RetentionError, match="1 of 1 plates of 2024-q3 do not open"):
        attest(key, log, Rows(foreign), date(2024, 10, 1), AT, "night")
    assert attest_until(PERIOD) == date(2024, 7, 1) + timedelta(days=730)
    assert attest(key, log, Rows(), attest_until(PERIOD) + timedelta(days=1), AT, "night") is None
    assert attested(log, PERIOD) is None
    assert attest(key, log, Rows(), attest_until(PERIOD), AT, "night") is not None
    assert [entry.facts["sampled"] for entry in log.entries()] == [0]


def test_two_writers_keep_the_chain(tmp_path: Path) -> None:
    """The night's `expire` and an officer's `apply` may append at one time."""

    def write(writer: int) -> None:
        for number in range(5):
            DestructionLog(tmp_path / LOG).append(FORGOT, "", "", AT, f"w{writer}", {"rows": {"a": number}})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    entries = DestructionLog(tmp_path / LOG).entries()
    assert [entry.number for entry in entries] == list(range(1, 21))


@pytest.mark.parametrize("harm", ["altered", "shortened", "reordered", "damaged"])
def test_an_altered_log_is_named(tmp_path: Path, harm: str) -> None:
    """By the line at which it no longer follows."""
    log = DestructionLog(tmp_path / LOG)
    for number in range(3):
        log.append(DESTROYED, f"2020-q{number + 1}", "f", AT, "officer-2", {"rows": {"violations": number}})
    lines = log.path.read_bytes().splitlines(keepends=True)
    harmed = {
        "altered": [lines[0].replace(b'"violations":0', b'"violations":9'), *lines[1:]],
        "shortened": lines[1:],
        "reordered": [lines[1], lines[0], lines[2]],
        "damaged": [lines[0], lines[1][:20] + b"\n", lines[2]],
    }[harm]
    log.path.write_bytes(b"".join(harmed))
    with pytest.raises(RetentionError, match=r"line [12] "):
        log.entries()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"rule": []}, "no rule of retention is there"),
        ({"rule": [{"from": date(2024, 1, 1), "keep_days": 0, "source": "s"}]}, "keeps 0 days"),
        ({"rule": [{"from": date(2024, 1, 1), "source": "s"}]}, "keep_days"),
        ({}, "expected \\[\\[rule\\]\\]"),
    ],
)
def test_bad_rules_are_refused(content: dict[str, object], complaint: str) -> None:
    """With what was found and what was expected."""
    with pytest.raises(RetentionError, match=complaint):
        RetentionRules.of(content)


def test_each_quarter_has_the_latest_rule_that_began_before_it() -> None:
    """And none where the first begins later."""
    first = RetentionRule(date(2024, 1, 1), 100, "old")
    rules = RetentionRules([replace(first, since=date(2025, 1, 1), keep_days=50), first])
    assert [rules.rule_of(period).keep_days for period in ("2024-q4", "2025-q1", "2026-q2")] == [100, 50, 50]
    with pytest.raises(RetentionError, match="no rule of retention holds for 2023-q4"):
        rules.rule_of("2023-q4")
    with pytest.raises(RetentionError, match="two rules"):
        RetentionRules([first, first])


def test_plan_and_report_on_the_command_line(store: KeyStore) -> None:
    """The plan names each quarter; the report ends with 1 where a destroyed key is back."""
    runner = CliRunner()
    planned = json.loads(runner.invoke(command, ["plan", "--store", str(store.folder), "--json"]).output)
    assert [(one["period"], one["due_on"]) for one in planned] == [
        (PERIOD, DUE_ON.isoformat()),
        ("2026-q4", "2030-01-09"),
    ]
    assert (planned[0]["attested"], planned[0]["attest"]) == (None, "not attested in time")
    empty = runner.invoke(command, ["report", "--store", str(store.folder)])
    assert empty.exit_code == 0
    DestructionLog(store.folder / LOG).append(DESTROYED, PERIOD, "f", AT, "officer-2", {"rows": {}, "opened_after": 0})
    back = runner.invoke(command, ["report", "--store", str(store.folder)])
    assert back.exit_code == 1
    assert "a key of 2024-q3 is back in the store" in back.output
