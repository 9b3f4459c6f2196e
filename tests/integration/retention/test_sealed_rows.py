"""What a quarter's key seals is found in the real tables, and no longer opens once the key is destroyed."""

import time
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from infra.keys.key_ring import KeyRing
from infra.keys.key_store import KeyStore
from infra.keys.period_key import PeriodKey
from infra.retention.attestation import attest
from infra.retention.destruction import destroy, plan
from infra.retention.destruction_log import DestructionLog
from infra.retention.retention_rules import RetentionRules
from infra.retention.sealed_rows import SealedRows

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PERIOD = "2024-q3"
AT, DUE_ON = "2027-12-01T00:00:00+00:00", date(2027, 12, 1)
PLATES = ("123ABC02", "777KZA05")
#: A violation with a sealed plate, written days ago; the table forgets it after 739.
ROW = """
INSERT INTO violations_messages (_topic_id, _partition, _offset, _create_time, violation_id, kind, camera_id, owner,
    track_id, occurred_at_us, started_at_us, epoch_us, frames_created_at_ms, vehicle_key, key_period, plate_encrypted,
    _offset_end)
SELECT toUUID('00000000-0000-0000-0000-00000000000c'), 0, {offset:Int64}, now64(3, 'UTC') - toIntervalDay({days:Int32}),
    {name:String}, 'speeding', 'ALA-1', 'PUBLIC', {track:String}, 1722470400000000, 1722470400000000, 1722470400000000,
    1722470400000, 'k', {period:Nullable(String)}, unhex({sealed:String}), {offset:Int64}"""
#: A step of a case and its command: cases live on when their violations have gone.
STEP = """
INSERT INTO case_events_messages (_topic_id, _partition, _offset, _create_time, case_id, revision, step, vehicle_key,
    violation_id, kind, camera_id, owner, offence_at_us, happened_at_us, commands_partition, commands_offset,
    _offset_end)
SELECT toUUID('00000000-0000-0000-0000-00000000000d'), 0, {offset:Int64}, now64(3, 'UTC'), {case:String}, 1, 'DETECTED',
    {vehicle:String}, 'v', 'speeding', 'ALA-1', 'PUBLIC', {at_us:Int64}, {at_us:Int64}, 0, 0, {offset:Int64}"""
COMMAND = """
INSERT INTO case_commands_messages (_topic_id, _partition, _offset, _create_time, vehicle_key, command_id, kind,
    payload, source_topic, happened_at_us, _offset_end)
SELECT toUUID('00000000-0000-0000-0000-00000000000e'), 0, {offset:Int64}, now64(3, 'UTC'), {vehicle:String},
    {name:String}, 'VIOLATION', '', 'violations', 1722470400000000, {offset:Int64}"""
#: An officer's verdict with a plate that they typed.
REVIEW = """
INSERT INTO reviews_messages (_topic_id, _partition, _offset, _create_time, review_id, case_id, verdict,
    corrected_plate_encrypted, looked_at_us, decided_at_us, _offset_end)
SELECT toUUID('00000000-0000-0000-0000-000000000010'), 0, {offset:Int64}, now64(3, 'UTC'), {case:String}, {case:String},
    'CONFIRMED', 'sealed', 1722470400000000, 1722470400000000, {offset:Int64}"""
#: Midnights of Almaty at which the quarter begins and ends, by the clocks of 2024 (UTC+5).
BEGINS_US, ENDS_US = 1_719_774_000_000_000, 1_727_722_800_000_000
TABLES = ("plate_reads", "violations", "leads", "cases", "case_events", "case_commands", "reviews")
NOTHING = dict.fromkeys(TABLES, 0)
#: A refused message, dead-lettered as soon as it was written.
REFUSED = """
INSERT INTO dead_letters_messages (_topic_id, _partition, _offset, _create_time, stage, topic, `partition`, `offset`,
    created_at_ms, value, error_class, failed_at_us, _offset_end)
SELECT toUUID('00000000-0000-0000-0000-00000000000f'), 0, {offset:Int64},
    fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC'), 's', {topic:String}, 0, {offset:Int64}, {at_ms:Int64}, 'plate',
    'INVALID', {at_ms:Int64} * 1000, {offset:Int64}"""


def put_violations(client: Client, key: PeriodKey, other: PeriodKey, days: int) -> None:
    """Write two violations of the quarter and one of another, as they came so many days ago."""
    sealed = [(f"t{n}", PERIOD, key.seal(plate, f"t{n}")) for n, plate in enumerate(PLATES)]
    for offset, (track, period, text) in enumerate([*sealed, ("t2", other.period, other.seal("1", "t2"))]):
        names = {"offset": offset, "name": f"v{offset}", "track": track, "period": period, "sealed": text.hex()}
        client.command(ROW, parameters={**names, "days": days})


def test_a_destroyed_key_leaves_its_rows_unreadable(tmp_path: Path, client: Client) -> None:
    """The rows stay, and are counted; the sample opened before and opens no more."""
    store = KeyStore(tmp_path / "keys")
    key, other = store.create(PERIOD), store.create("2026-q4")
    put_violations(client, key, other, 0)
    rows = SealedRows(client)
    assert rows.counts(PERIOD) == {**NOTHING, "violations": 2}
    sample = rows.sample(PERIOD, 10)
    assert sorted(KeyRing(store).open(sealed, PERIOD, track) or "" for track, sealed in sample) == sorted(PLATES)
    assert len(rows.sample(PERIOD, 1)) == 1

    due = plan(store, RetentionRules.load(), DUE_ON)[0]
    log = DestructionLog(store.folder / "destroyed.jsonl")
    facts = destroy(store, log, rows, due, AT, "officer-2")
    assert facts == {"rows": {**NOTHING, "violations": 2}, "key_in_store": False, "opened_after": 0}
    assert [KeyRing(store).open(sealed, PERIOD, track) for track, sealed in rows.sample(PERIOD, 10)] == [None, None]
    assert rows.counts(other.period) == {**NOTHING, "violations": 1}


def test_a_key_is_proved_by_what_it_opened_before_the_tables_forgot_it(tmp_path: Path, client: Client) -> None:
    """After 739 days no plate is there to try it on; the cases that it leads back to a vehicle are, and are counted."""
    store = KeyStore(tmp_path / "keys")
    key, other = store.create(PERIOD), store.create("2026-q4")
    put_violations(client, key, other, 740)
    vehicle = key.vehicle_key(PLATES[0])
    steps = [("first", vehicle, BEGINS_US), ("last", vehicle, ENDS_US - 1), ("unread", "ALA-1/1/2.0", BEGINS_US),
             ("before", vehicle, BEGINS_US - 1), ("after", vehicle, ENDS_US)]  # fmt: skip
    for offset, (case, who, at_us) in enumerate(steps):
        client.command(STEP, parameters={"offset": offset, "case": case, "vehicle": who, "at_us": at_us})
    for offset, who in enumerate((vehicle, other.vehicle_key(PLATES[0]), "ALA-1/1/2.0")):
        client.command(COMMAND, parameters={"offset": offset, "vehicle": who, "name": f"c{offset}"})
    for offset, case in enumerate(("unread", "after")):
        client.command(REVIEW, parameters={"offset": offset, "case": case})
    rows, log = SealedRows(client), DestructionLog(store.folder / "destroyed.jsonl")
    left = {**NOTHING, "cases": 2, "case_events": 2, "case_commands": 1, "reviews": 1}
    attest(key, log, rows, date(2024, 10, 1), AT, "night")
    assert log.entries()[0].facts == {"rows": {**left, "violations": 2}, "sampled": 2, "opened": 2}

    client.command("SYSTEM START TTL MERGES")
    client.command("OPTIMIZE TABLE violations_facts FINAL")
    due = plan(store, RetentionRules.load(), DUE_ON)[0]
    facts = destroy(store, log, rows, due, AT, "officer-2")
    assert facts == {"rows": left, "key_in_store": False, "opened_after": 0}
    announced = log.entries()[1].facts
    assert (announced["rows"], announced["sampled"], announced["attested_by_entry"]) == (left, 0, 1)


def test_refused_messages_with_readings_go_with_the_readings(client: Client) -> None:
    """33 days after they were written, whatever the cluster calls the topic; those of other topics stay for 99."""
    now_ms, day_ms = time.time_ns() // 1_000_000, 86_400_000
    topics = ("vigil.detections", "tracks", "x-passages", "vigil.checkpoints", "vigil.reviews", "vigil.plate-reads")
    for offset, (topic, days) in enumerate(product(topics, (32, 34, 100))):
        names = {"offset": offset, "topic": topic, "at_ms": now_ms - days * day_ms}
        client.command(REFUSED, parameters=names)
    client.command("SYSTEM START TTL MERGES")
    left = {}
    age = {"messages": "created_at_ms", "facts": "toUnixTimestamp64Milli(created_at)"}
    for part, at_ms in age.items():
        client.command(f"OPTIMIZE TABLE dead_letters_{part} FINAL")
        sql = f"SELECT topic, intDiv({now_ms} - {at_ms}, {day_ms}) AS d FROM dead_letters_{part} ORDER BY topic, d"
        left[part] = [(str(topic), int(days)) for topic, days in client.query(sql).result_rows]
    young = [("tracks", 32), ("vigil.checkpoints", 32), ("vigil.detections", 32)]
    others = [(topic, days) for topic in ("vigil.plate-reads", "vigil.reviews") for days in (32, 34)]
    assert left["facts"] == [*young, *others, ("x-passages", 32)]
    # what is 100 days old reached the table of messages only now, and goes 99 days after that
    assert [one for one in left["messages"] if one[1] != 100] == left["facts"]
    assert {topic for topic, days in left["messages"] if days == 100} == {"vigil.plate-reads", "vigil.reviews"}
