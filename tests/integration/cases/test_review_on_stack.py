"""`vigil review` on real tables and a real topic: the look before the facts, the verdict after the look."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from click.testing import CliRunner

from infra import topics
from infra.cli import vigil
from infra.keys.key_store import KeyStore
from infra.review.desk import ReviewDesk, sql
from infra.review.emergency_plates import RejectedCase
from infra.review.login import login_name
from infra.review.officers import Officer, Role
from infra.settings import Settings
from processors.cases.opening import case_id_of
from schemas.codec import MessageCodec
from schemas.messages import CaseEvent, CaseStep, Evidence, Review, Verdict
from schemas.registry import RegistrySchemaIds
from sinks.clickhouse import migration
from sinks.clickhouse.clickhouse_client import command, connect, query
from tests.integration.stage.bench import Bench
from tests.unit.processors.cases.desk import CAR, OTHER_CAR, Desk, violation

pytestmark = pytest.mark.integration

NAMES: Final = ("speeding-a", "speeding-b", "speeding-c", "speeding-d")
#: The vehicle of the last one: its plate was not read, so it goes by its track.
UNREAD: Final = "S-1-cam/1714971599000000/17"
OFFICERS: Final = '[officer.o1]\nroles = ["reviewer", "plates"]\n[officer.o2]\nroles = ["reviewer", "senior"]\n'
PLATE: Final = "123ABC02"
PERIOD: Final = "2024-q2"
AT_US: Final = 1_714_971_700_000_000


def _text(value: Any) -> Any:
    """Return a value for JSONEachRow, which takes bytes as they are."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def officer(name: str, roles: Sequence[Role]) -> Officer:
    """Return an officer who reviews."""
    return Officer(name, frozenset({Role.REVIEWER, *roles}))


def _picture(role: str, at_us: int) -> Evidence:
    return Evidence(role, "S-1-cam", at_us, 1, 0, 1, at_us, ["t"], [1.0, 2.0, 3.0, 4.0])


class Tables:
    """Rows as the sink would have written them."""

    def __init__(self, settings: Settings) -> None:
        address, name = settings.clickhouse_address, settings.clickhouse_database
        migration.create_database(connect(address, "default", "", None, 60), name)
        self.client = connect(address, "default", "", name, 60)
        migration.apply(self.client, migration.shipped(), lambda _: None)
        self._offset = 0

    def land(self, table: str, message: Any) -> None:
        """Write one message as a row of its landing table."""
        row: dict[str, Any] = {
            **{name: _text(value) for name, value in asdict(message).items()},
            "_topic_id": str(UUID(int=1)),
            "_partition": 0,
            "_offset": self._offset,
            "_offset_end": self._offset,
            "_create_time": "2026-11-27 00:00:00.000",
        }
        self._offset += 1
        data = json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogateescape")
        command(self.client, f"INSERT INTO {table}_messages FORMAT JSONEachRow", data)

    def looks(self) -> list[tuple[Any, ...]]:
        """Return the looks that were recorded."""
        return query(self.client, "SELECT case_id, officer_id, role, why, opened FROM case_looks ORDER BY looked_at")


def test_officers_look_and_decide(settings: Settings, tmp_path: Path) -> None:
    """Each gets a case of their own, decides only what they looked at, sees no other's verdict; looks are kept."""
    topics.apply(settings)
    tables = Tables(settings)
    desk = Desk()
    keys = KeyStore(tmp_path / "keys")
    key = keys.create(PERIOD)
    for n, name in enumerate(NAMES):
        vehicle = UNREAD if name == NAMES[-1] else CAR
        found = violation(name, f"2024-05-06T1{n}:00", vehicle=vehicle)
        sealed = key.seal(PLATE, found.track_id) if vehicle == CAR else None
        tables.land(
            "violations",
            replace(
                found,
                key_period=PERIOD if sealed is not None else None,
                plate_encrypted=sealed,
                measures={"red_before_onset_s": 1.5, "grace_s": 0.5},
                evidence=[_picture("onset", found.occurred_at_us), _picture("peak", found.occurred_at_us + 1_250_000)],
            ),
        )
        desk.violate(name, f"2024-05-06T1{n}:00", vehicle=vehicle)
    ambulance = violation("speeding-e", "2024-05-07T10:00")
    tables.land(
        "violations",
        replace(ambulance, key_period=PERIOD, plate_encrypted=key.seal(PLATE, ambulance.track_id)),
    )
    fifth = desk.violate("speeding-e", "2024-05-07T10:00")
    for event in desk.events:
        assert isinstance(event, CaseEvent)
        tables.land("case_events", event)
    excused = replace(desk.events[-1], revision=2, step=CaseStep.REJECTED, reason="emergency_vehicle")
    tables.land("case_events", excused)
    officers = tmp_path / "officers.toml"
    further = (
        '[officer.o4]\nroles = ["reviewer"]\nlogin = "somebody else"\n[officer.o5]\nroles = ["senior", "plates"]\n'
    )
    officers.write_text(f"{OFFICERS}{further}")
    environment = {
        **settings.environment(),
        "VIGIL_REVIEW_OFFICERS": str(officers),
        "VIGIL_KEY_STORE": str(keys.folder),
    }

    def review(*arguments: str, expect: int = 0) -> Any:
        done = CliRunner().invoke(vigil, ["review", *arguments], env=environment)
        assert done.exit_code == expect, done.output
        return json.loads(done.stdout) if "--json" in arguments and not expect else done.output

    first, second, third, fourth = (case_id_of(name) for name in NAMES)
    assert [case["case_id"] for case in review("list", "--json")] == [first, second, third, fourth]
    assert "has not looked at" in review("confirm", first, "--officer", "o1", expect=1)
    assert "o4 acts under the login somebody else" in review("next", "--officer", "o4", expect=1)
    assert "o3 is not in" in review("next", "--officer", "o3", expect=1)
    seen: Mapping[str, Any] = review("next", "--officer", "o1", "--json")
    assert (seen["case_id"], seen["summary"]) == (first, "88 km/h where 60 is allowed")
    assert (seen["plate"], seen["plate_note"]) == (PLATE, "")
    assert seen["plate_region"] == "Almaty"
    assert seen["decide_until"] == "2024-07-06"  # two months from the offence (KoAP 62)
    assert seen["measures"] == {"red_before_onset_s": 1.5, "grace_s": 0.5}
    assert seen["pictures"] == [
        {"role": "onset", "at": "2024-05-06 10:00:00.00 +05:00", "red_s": 1.5},
        {"role": "peak", "at": "2024-05-06 10:00:01.25 +05:00"},
    ]
    closed = review("next", "--officer", "o2", "--json")
    assert closed["case_id"] == second  # the first is looked at by another
    assert closed["plate"] is None
    assert "o2 lacks the role plates" in closed["plate_note"]
    shown = review("show", third, "--officer", "o2", "--why", "the owner called")
    assert "measured 88" in shown
    assert PLATE not in shown
    assert "red for 1.50 s" in shown
    assert "2024-07-06, the last day of liability" in shown
    assert "confirm with --plate" in review("show", fourth, "--officer", "o1", "--why", "asked")
    review("show", fourth, "--officer", "o2", "--why", "asked")
    assert "is against no vehicle" in review("confirm", fourth, "--officer", "o1", expect=1)
    unlisted = review("confirm", fourth, "--officer", "o1", "--plate", PLATE, "--article", "KoAP 599", expect=1)
    assert "expected one that the violation proposes: KoAP 592.2" in unlisted
    assert "this needs plates" in review("confirm", fourth, "--officer", "o2", "--plate", PLATE, expect=1)
    unlike = review("confirm", fourth, "--officer", "o1", "--plate", "456XYZ99", expect=1)
    assert "the form of no plate" in unlike
    assert "456XYZ99" not in unlike
    typed = ["review", "confirm", fourth, "--officer", "o1", "--plate", "-"]
    done = CliRunner().invoke(vigil, typed, input="456 xyz 02\n", env=environment)
    assert done.exit_code == 0, done.output
    register = ["--why", "monthly look", "--from", "2024-05-01", "--to", "2024-05-31"]
    assert "this needs plates" in review("emergency", "--officer", "o2", *register, expect=1)
    assert "this needs senior" in review("emergency", "--officer", "o1", *register, expect=1)
    (missing,) = review("emergency", "--officer", "o5", *register, "--json")
    assert missing == {
        "plate": PLATE,
        "in_register": None,
        "cases": [{"case_id": fifth, "day": "2024-05-07", "camera_id": ambulance.camera_id}],
    }
    keys.destroy(PERIOD)
    assert f"no key of {PERIOD}" in review("next", "--officer", "o1")
    assert tables.looks() == [
        (first, "o1", "reviewer", "queue", "case"),
        (first, "o1", "reviewer", "queue", "plate"),
        (second, "o2", "senior", "queue", "case"),
        (third, "o2", "senior", "the owner called", "case"),
        (fourth, "o1", "reviewer", "asked", "case"),
        (fourth, "o2", "senior", "asked", "case"),
        (fifth, "o5", "senior", "monthly look", "plate"),
        (first, "o1", "reviewer", "queue", "case"),
    ]
    assert "expected one of plate_unreadable" in review("reject", second, "--officer", "o2", "--reason", "x", expect=1)
    assert review("confirm", first, "--officer", "o1", "--json")["verdict"] == "CONFIRMED"
    review("reject", second, "--officer", "o2", "--reason", "no_offence", "--remark", "a shadow")

    kafka = Bench(settings.bootstrap_servers, tmp_path)
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    written = [codec.decode("reviews", r.value()) for r in kafka.read(f"{settings.topic_prefix}reviews")]
    assert {(r.case_id, r.verdict.value, r.reason_code, r.officer_id) for r in written} == {
        (first, "CONFIRMED", "", "o1"),
        (second, "REJECTED", "no_offence", "o2"),
        (fourth, "CONFIRMED", "", "o1"),
    }
    (corrected,) = [r for r in written if r.corrected_vehicle_key is not None]
    assert (corrected.case_id, corrected.corrected_vehicle_key) == (fourth, key.vehicle_key("456XYZ02"))
    assert key.open(corrected.corrected_plate_encrypted, "t1") == "456XYZ02"
    assert all(r.looked_at_us <= r.decided_at_us for r in written)
    for one in written:
        tables.land("reviews", one)
    assert "has given a verdict" in review("confirm", first, "--officer", "o1", expect=1)
    assert "needs senior" in review(
        "agreement", "--officer", "o1", "--from", "2024-01-01", "--to", "2024-12-31", expect=1
    )
    logins = {login for (login,) in query(tables.client, "SELECT DISTINCT login FROM case_looks")}
    assert logins == {login_name()}
    # while it waits nobody is told a verdict, whoever asks: theirs may be the next; that they asked is kept
    acts = review("audit", second, "--officer", "o5", "--why", "quarterly check", "--json")
    assert [(one["officer_id"], one["act"], one["why"]) for one in acts] == [("o2", "opened the case", "queue")]
    assert tables.looks()[-1] == (second, "o5", "senior", "quarterly check", "acts")
    before = len(desk.events)
    desk.review(second, "REJECTED", reason="no_offence")
    for event in desk.events[before:]:
        tables.land("case_events", event)
    acts = review("audit", second, "--officer", "o2", "--json")
    assert [(one["officer_id"], one["act"], one["why"]) for one in acts] == [
        ("o2", "opened the case", "queue"),
        ("o2", "rejected", "no_offence: a shadow"),
        ("o5", "opened the acts", "quarterly check"),
    ]
    (act,) = [one for one in review("audit", first, "--officer", "o2", "--json") if one["act"] == "opened the plate"]
    assert act["officer_id"] == "o1"
    # a case that is decided is opened by a senior, with where it stands; the vehicle's others within the hour beside it
    assert "waits for no officer" in review("show", second, "--officer", "o1", "--why", "curious", expect=1)
    closed = review("show", second, "--officer", "o2", "--why", "the owner complains", "--json")
    assert (closed["stands"], closed["summary"]) == ("REJECTED (no_offence)", "88 km/h where 60 is allowed")
    assert [(one["case_id"], one["step"]) for one in closed["beside"]] == [(first, "DETECTED"), (third, "DETECTED")]
    assert "it waits for no officer: REJECTED" in review("show", second, "--officer", "o2", "--why", "again")
    assert "needs senior" in review("audit", second, "--officer", "o1", expect=1)
    # a look at the price is on record, and none that a verdict can rest on
    asked = ["law", "explain", third, "--officer", "o1"]
    assert "name --officer ID and --why" in CliRunner().invoke(vigil, asked, env=environment).output
    unnamed = CliRunner().invoke(vigil, ["law", "explain", third], env=environment)
    assert unnamed.exit_code == 0, unnamed.output
    assert tables.looks()[-1] == (third, "", "none", "", "price")
    explained = CliRunner().invoke(vigil, [*asked, "--why", "the owner asks"], env=environment)
    assert explained.exit_code == 0, explained.output
    assert "has not looked at" in review("confirm", third, "--officer", "o1", expect=1)
    (act,) = [one for one in review("audit", third, "--officer", "o2", "--json") if one["officer_id"] == "o1"]
    assert (act["act"], act["why"], act["login"]) == ("opened the price", "the owner asks", login_name())
    assert "nobody has opened" in review("audit", "case-x", "--officer", "o2", expect=1)
    (decided,) = [r for r in written if r.case_id == first]
    differs = {**asdict(decided), "review_id": "rev-x", "officer_id": "o9"}
    tables.land("reviews", type(decided)(**differs))
    before = len(desk.events)
    desk.review(first)
    for event in desk.events[before:]:
        tables.land("case_events", event)
    taken_back = ["withdraw", first, "--reason", "plate_uncertain", "--officer"]
    assert "needs senior" in review(*taken_back, "o1", expect=1)
    assert "expected one of plate_unreadable" in review("withdraw", first, "--officer", "o2", "--reason", "x", expect=1)
    waits = review("withdraw", third, "--officer", "o2", "--reason", "no_offence", expect=1)
    assert "its last step is DETECTED; expected CONFIRMED or ISSUED" in waits
    assert f"has not looked at case {first}" in review(*taken_back, "o2", expect=1)
    assert first in review("show", first, "--officer", "o2", "--why", "the owner complains")
    assert f"sent: WITHDRAWN {first}" in review(*taken_back, "o2")
    assert tables.looks()[-1] == (first, "o2", "senior", "withdraws: plate_uncertain", "case")
    sent = [codec.decode("reviews", r.value()) for r in kafka.read(f"{settings.topic_prefix}reviews")]
    (withdrawal,) = [r for r in sent if r.withdraws]
    assert withdrawal.looked_at_us < withdrawal.decided_at_us
    assert (withdrawal.case_id, withdrawal.verdict, withdrawal.officer_id) == (first, Verdict.REJECTED, "o2")
    tables.land("reviews", withdrawal)  # no second opinion
    share = review("agreement", "--officer", "o2", "--from", "2024-01-01", "--to", "2030-12-31", "--json")
    assert [(row["doubly_reviewed"], row["agreed"]) for row in share] == [(1, 1)]


#: Older than every other: 450 cases that two officers decided differently, so that they wait for a senior, and 250 that
#: have a verdict of this minute, whose next step may be on its way.
OLDER: Final = """
INSERT INTO cases_facts (case_id, revision, `step`, vehicle_key, violation_id, kind, camera_id, site_id, district,
    owner, article, tariff_version, amount_kzt, offence_at, happened_at, reason, commands_partition, commands_offset,
    _partition, _offset, _create_time, _inserted_at, _version)
SELECT concat('case-', toString(number)), 1, 'DETECTED', 'v', 'w', 'speeding', 'c', 's', 'd',
    'PUBLIC', 'KoAP 592.2', 't', 1, toDateTime64('2024-04-01 06:00:00', 6, 'UTC'), now64(6, 'UTC'), '', 0, number,
    0, number, now64(3, 'UTC'), now64(3, 'UTC'), 1
FROM numbers(700)"""
VERDICTS: Final = """
INSERT INTO reviews_messages (_topic_id, _partition, _offset, _create_time, review_id, case_id, verdict, reason_code,
    remark, officer_id, looked_at_us, decided_at_us, _offset_end)
SELECT toUUID('00000000-0000-0000-0000-00000000000b'), 1, number, now64(3, 'UTC'), concat('old-', toString(number)),
    concat('case-', toString(number % 700)), if(number < 700, 'CONFIRMED', 'REJECTED'), '', '',
    concat('p', toString(intDiv(number, 700))), 1714000000000000,
    if(number % 700 < 450, 1714000001000000, toUnixTimestamp64Micro(now64(6, 'UTC'))), number
FROM numbers(1150)"""


@pytest.fixture(scope="module")
def beside(settings: Settings) -> tuple[Settings, Tables]:
    """Tables beside the first test's: one test has the cases that wait, the other those that were decided."""
    own = settings.model_copy(update={"clickhouse_database": f"{settings.clickhouse_database}_queue"})
    return own, Tables(own)


def test_cases_of_others_hide_none_of_an_officer_s_own(beside: tuple[Settings, Tables]) -> None:
    """However many older ones wait for a senior, or for their next step, the oldest that is the officer's is found."""
    own, tables = beside
    tables.client.command(OLDER)
    tables.client.command(VERDICTS)
    desk = Desk()
    desk.violate("speeding-a", "2024-05-06T10:00")
    for event in desk.events:
        tables.land("case_events", event)
    officers = {name: officer(name, roles) for name, roles in (("o1", ()), ("o2", (Role.SENIOR,)))}
    queue = ReviewDesk(own, tables.client)
    found = queue.next(officers["o1"])
    assert found is not None
    assert found.case_id == case_id_of("speeding-a")
    senior = queue.next(officers["o2"])
    assert senior is not None
    assert senior.case_id == "case-0"


def test_confirmations_that_differ_wait_for_a_senior(settings: Settings) -> None:
    """Two plates or two articles are no agreement; who typed what was proposed agrees with who did not."""
    own = settings.model_copy(update={"clickhouse_database": f"{settings.clickhouse_database}_plates"})
    tables = Tables(own)
    desk = Desk()
    names = ("speeding-a", "speeding-b", "speeding-c")
    differ, same, chosen = (desk.violate(name, f"2024-05-06T1{n}:00") for n, name in enumerate(names))
    for event in desk.events:
        tables.land("case_events", event)
    given = [
        (differ, "o1", None, None),
        (differ, "o2", OTHER_CAR, None),
        (same, "o1", None, None),
        (same, "o2", CAR, "KoAP 592.2"),
    ]
    given += [(chosen, "o1", None, None), (chosen, "o2", None, "KoAP 592.3")]
    for case_id, name, corrected, article in given:
        one = Review(f"{case_id}/{name}", case_id, Verdict.CONFIRMED, "", "", corrected, None, name, AT_US, AT_US)
        tables.land("reviews", replace(one, article=article))
    queue = ReviewDesk(own, tables.client)
    assert queue.next(officer("o3", ())) is None
    found = queue.next(officer("o4", (Role.SENIOR,)))
    assert found is not None
    assert found.case_id == differ
    assert queue.one(chosen).refuses(officer("o4", (Role.SENIOR,))) is None
    assert queue.one(same).refuses(officer("o4", (Role.SENIOR,))) is not None


def test_the_plate_of_an_emergency_vehicle_is_the_one_that_its_case_is_against(beside: tuple[Settings, Tables]) -> None:
    """A plate that was misread is another vehicle's, which nobody is to exempt; what was sent and taken back counts."""
    _, tables = beside
    desk = Desk()
    names = ("speeding-x", "speeding-y", "speeding-z")
    misread, unread, court = (
        desk.violate(name, f"2024-05-06T1{n}:00", vehicle=UNREAD if n == 1 else CAR) for n, name in enumerate(names)
    )
    for n, name in enumerate(names):
        found = violation(name, f"2024-05-06T1{n}:00", vehicle=UNREAD if n == 1 else CAR)
        sealed = None if n == 1 else b"read"
        tables.land("violations", replace(found, key_period=None if n == 1 else PERIOD, plate_encrypted=sealed))
    desk.review(court)
    for case_id in (misread, unread):
        desk.review(case_id, corrected=OTHER_CAR)
        one = Review(f"{case_id}/o1", case_id, Verdict.CONFIRMED, "", "", OTHER_CAR, b"typed", "o1", AT_US, AT_US)
        tables.land("reviews", one)
    for case_id in (unread, court):
        desk.deadline(case_id)
    for case_id in (misread, unread):
        desk.review(case_id, "REJECTED", "2024-05-07T10:00", "o2", "emergency_vehicle", withdraws=True)
    desk.report(court, "COURT_DECISION", "2024-05-20T10:00", outcome="cancelled")
    for event in desk.events:
        tables.land("case_events", event)
    asked = {"first": "2024-05-01", "last": "2024-05-31", "most": 10}
    rows = [RejectedCase(*row) for row in query(tables.client, sql("emergency"), asked)]
    assert [(one.case_id, one.vehicle_key, one.track_id, one.key_period, one.sealed_hex) for one in rows] == [
        (case_id, OTHER_CAR, "t1", PERIOD, b"typed".hex().upper()) for case_id in (unread, misread)
    ]
    assert [one.state for one in map(desk.case, (misread, unread))] == ["REJECTED", "CANCELLED"]


def test_a_decided_case_shows_the_plate_that_it_was_decided_against(
    beside: tuple[Settings, Tables], tmp_path: Path
) -> None:
    """Who answers for a confirmation sees the plate that an officer corrected, and no other vehicle's is opened."""
    own, tables = beside
    store = KeyStore(tmp_path / "keys")
    key = store.create(PERIOD)
    found = violation("speeding-p", "2024-05-08T10:00")
    tables.land("violations", replace(found, key_period=PERIOD, plate_encrypted=key.seal(PLATE, found.track_id)))
    desk = Desk()
    case_id = desk.violate("speeding-p", "2024-05-08T10:00")
    other, typed = key.vehicle_key("456XYZ02"), key.seal("456XYZ02", found.track_id)
    tables.land("reviews", Review("rev-p", case_id, Verdict.CONFIRMED, "", "", other, typed, "o1", AT_US, AT_US))
    at_desk = ReviewDesk(own, tables.client, keys=store)
    senior = officer("o2", (Role.SENIOR, Role.PLATES))

    def seen(event: CaseEvent) -> tuple[str, bool]:
        tables.land("case_events", event)
        facts = at_desk.look(senior, at_desk.opened(senior, case_id), "asked")
        return facts["plate"], facts["plate_corrected"]

    # while it waits nobody is told what another officer typed
    assert seen(desk.events[-1]) == (PLATE, False)
    desk.review(case_id, when="2024-05-08T11:00", corrected=other)
    assert seen(desk.events[-1]) == ("456XYZ02", True)
