"""A city's table, tracks, both stages, and the officers' desk, on a real Kafka and real tables."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from confluent_kafka import Producer

from infra import topics
from infra.cli import vigil
from infra.keys.key_store import KeyStore
from infra.settings import Settings
from infra.vehicles.vehicle_file import COLUMNS
from processors.stage.reference_reader import POLL_S
from schemas.codec import MessageCodec
from schemas.messages import Camera, Lead, PlateCandidate, Tracks, VotedPlate
from schemas.registry import RegistrySchemaIds
from sinks.clickhouse.clickhouse_client import command as insert
from tests.integration.cases.test_review_on_stack import OFFICERS, Tables
from tests.integration.stage.bench import Bench, eventually
from tests.unit.processors.rules.street import EPOCH_US, calibration, camera, car, second, zone

pytestmark = pytest.mark.integration

#: 2 April 2026, 10:00 in Almaty.
BEGIN_US: Final = int(datetime(2026, 4, 2, 10, tzinfo=ZoneInfo("Asia/Almaty")).timestamp()) * 1_000_000
#: Lapsed; renewed after it lapsed; wanted, and at two places; lapsed but never read with confidence; in no table.
LAPSED, RENEWED, WANTED, UNSURE, UNKNOWN = "111AAA02", "222BBB02", "333CCC02", "444DDD02", "555EEE02"
VALID: Final = "2025-06-01..2026-05-31"
TABLE: Final = f"""{",".join(COLUMNS)}
{LAPSED},car,LARGE_BUSINESS,Kia,white,{VALID},2025-01-01..2026-03-31,
{RENEWED},car,INDIVIDUAL,Kia,white,2025-04-01..2026-03-31 2026-04-01..2027-03-31,{VALID},
{WANTED},car,INDIVIDUAL,Lada,red,{VALID},{VALID},2026-03-20..
{UNSURE},car,INDIVIDUAL,Kia,white,,,
a bad line
"""


def road(camera_id: str, north_deg: float) -> Camera:
    """Return a camera that enforces."""
    here = camera(zone("road", "roadway"), calibration=calibration())
    return replace(here, camera_id=camera_id, latitude_deg=43.25 + north_deg, longitude_deg=76.92)


CAMERAS: Final = (road("cam-a", 0.0), road("cam-b", 0.2))


def seen(place: Camera, number: int, *plates: tuple[str, float]) -> Tracks:
    """Return a camera-second with a car for each plate, a plate's vote as given."""
    one = second(number, [car(f"{place.camera_id}-{number}-{n}", 100 * (n + 1), 500) for n in range(len(plates))])
    shift_us = BEGIN_US - EPOCH_US
    return replace(
        one,
        camera_id=place.camera_id,
        epoch_us=BEGIN_US,
        captured_at_us=one.captured_at_us + shift_us,
        sample_at_us=[at_us + shift_us for at_us in one.sample_at_us],
        frames_created_at_ms=(one.captured_at_us + shift_us) // 1_000,
        plates=[VotedPlate(n, [PlateCandidate(plate, ratio)], 3) for n, (plate, ratio) in enumerate(plates)],
    )


FIRST: Final = [seen(CAMERAS[0], 0, (LAPSED, 0.995), (RENEWED, 0.999), (WANTED, 0.993), (UNSURE, 0.97))]
THEN: Final = [
    seen(CAMERAS[1], 9, (WANTED, 0.999), (UNSURE, 0.989), (UNKNOWN, 0.999)),  # 22 km in 9 s
    seen(CAMERAS[1], 10, (LAPSED, 0.4)),
]


class Stages:
    """The two processes of leads."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start both."""
        self._running = [
            subprocess.Popen([sys.executable, "-m", "infra.cli", "run", name], env={**os.environ, **self._environment})
            for name in ("sightings", "leads")
        ]

    def kill(self) -> None:
        """Kill both as a power cut would."""
        for process in self._running:
            process.kill()
            process.wait(30)

    def stop(self) -> list[int]:
        """Stop both as a supervisor does; return their exit statuses."""
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        return [process.wait(30) for process in self._running]


def test_from_a_table_and_tracks_to_an_officers_decision(settings: Settings, tmp_path: Path) -> None:
    """Three leads, once, whatever came again; no plate in the clear anywhere; each look and decision is kept."""
    topics.apply(settings)
    store, officers, table = tmp_path / "keys", tmp_path / "officers.toml", tmp_path / "vehicles.csv"
    KeyStore(store).create("2026-q2")
    officers.write_text(OFFICERS)
    table.write_text(TABLE, encoding="utf-8")
    environment = {
        **settings.environment(), "VIGIL_KEY_STORE": str(store), "VIGIL_REVIEW_OFFICERS": str(officers)
    }  # fmt: skip

    def run(*arguments: str, expect: int = 0) -> Any:
        done = CliRunner().invoke(vigil, list(arguments), env=environment)
        assert done.exit_code == expect, done.output
        return json.loads(done.stdout) if "--json" in arguments else done.output

    found = run("vehicles", "import", str(table), "--known-on", "2026-04-01", "--json", expect=1)
    assert found == {
        "vehicles": 4, "bad_lines": 1, "periods": ["2026-q2"], "entries_written": 4, "entries_absent": 0,
        "entries_removed": 0,
    }  # fmt: skip
    kafka = Bench(settings.bootstrap_servers, tmp_path)
    kafka.prefix = settings.topic_prefix
    kafka.codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    send(kafka, "cameras", CAMERAS)
    send(kafka, "tracks", FIRST)
    stages = Stages(environment)
    try:
        stages.start()
        eventually(lambda: len(leads(kafka)) >= 2, "the first leads")
        send(kafka, "tracks", [*FIRST, *THEN, *THEN])
        eventually(lambda: len({lead.lead_id for lead in leads(kafka)}) == 3, "the lead of the second camera")
        taken_out(run, table)
        # a vehicle of each kind on the day after: who was taken out makes no lead, though the table had it as wanted
        time.sleep(2 * POLL_S)
        send(kafka, "tracks", [seen(CAMERAS[0], 86_400, (WANTED, 0.999), (LAPSED, 0.999))])
        eventually(lambda: len({lead.lead_id for lead in leads(kafka)}) == 4, "the lead of the day after")
        assert stages.stop() == [0, 0]
    finally:
        stages.kill()

    made = {lead.lead_id: lead for lead in leads(kafka)}.values()
    assert sorted((lead.kind.value, lead.camera_id) for lead in made) == [
        ("FALSE_PLATE", "cam-b"), ("NO_INSURANCE", "cam-a"), ("NO_INSURANCE", "cam-a"), ("WANTED", "cam-a")
    ]  # fmt: skip
    insurance = next(lead for lead in made if lead.kind.value == "NO_INSURANCE")
    assert (insurance.article, insurance.amount_kzt) == ("KoAP 230.2", 4_325_000)
    for topic in ("vehicle-registry", "sightings", "leads"):
        bytes_of = b"".join(record.value() or b"" for record in kafka.read(f"{kafka.prefix}{topic}"))
        assert bytes_of
        assert not [plate for plate in (LAPSED, RENEWED, WANTED, UNSURE, UNKNOWN) if plate.encode() in bytes_of]
    assert [record for record in kafka.dead_letters() if record.stage in ("sightings", "leads")] == []

    tables = Tables(settings)
    for lead in sorted(made, key=lambda lead: lead.seen_at_us)[:3]:
        land(tables, lead)
    listed = run("leads", "list", "--json")
    assert [one["kind"] for one in listed] == ["WANTED", "FALSE_PLATE", "NO_INSURANCE"]
    wanted = listed[0]["lead_id"]
    assert "has not looked at" in run("leads", "confirm", wanted, "--officer", "o1", "--why", "so", expect=1)
    opened = run("leads", "next", "--officer", "o1", "--json")
    assert (opened["lead_id"], opened["summary"]) == (wanted, "seen on 2026-04-02; wanted since 2026-03-20")
    assert (opened["plate"], opened["plate_note"]) == (WANTED, "")  # o1 has the role, and the process the key
    second = run("leads", "next", "--officer", "o2", "--json")
    assert (second["kind"], second["plate"]) == ("FALSE_PLATE", None)  # o1 looks at the first; o2 lacks the role
    assert "o2 lacks the role plates" in second["plate_note"]
    assert [one["act"] for one in run("leads", "audit", second["lead_id"], "--json")] == ["LOOKED"]
    run("leads", "dismiss", wanted, "--officer", "o1", "--why", "found yesterday")
    assert "was DISMISSED by o1" in run("leads", "confirm", wanted, "--officer", "o1", "--why", "so", expect=1)
    assert "is not in the tables" in run("leads", "show", "lead-0", "--officer", "o1", "--why", "so", expect=1)
    assert [(one["officer_id"], one["act"], one["why"]) for one in run("leads", "audit", wanted, "--json")] == [
        ("o1", "LOOKED", "queue"), ("o1", "PLATE", "queue"), ("o1", "DISMISSED", "found yesterday")
    ]  # fmt: skip
    assert [one["kind"] for one in run("leads", "list", "--json")] == ["FALSE_PLATE", "NO_INSURANCE"]


def taken_out(run: Callable[..., Any], table: Path) -> None:
    """Import the table without the wanted vehicle: only a complete one takes it out, and not unasked."""
    table.write_text(
        "\n".join(line for line in TABLE.splitlines() if WANTED not in line and line != "a bad line"), encoding="utf-8"
    )
    again = ("vehicles", "import", str(table), "--known-on", "2026-04-02", "--json")
    assert run(*again)["entries_removed"] == 0
    assert "lacks 1 of the 4 vehicles" in run(*again[:-1], "--complete", expect=1)
    older = (*again[:4], "2026-04-01", "--complete", "--most-removed", "1")
    assert "are known of 2026-04-02" in run(*older, expect=1)
    would = run(*again, "--complete", "--most-removed", "1", "--dry-run")
    assert (would["entries_absent"], would["entries_removed"]) == (1, 0)
    told = run(*again, "--complete", "--most-removed", "1")
    assert (told["entries_written"], told["entries_removed"]) == (3, 1)
    assert run(*again, "--complete")["entries_removed"] == 0
    assert "is looked up yet" in run("vehicles", "forget", "2099-q1", expect=1)
    assert run("vehicles", "forget", "2020-q1", "--json") == {"period": "2020-q1", "vehicles": 0, "removed": 0}


def land(tables: Tables, lead: Lead) -> None:
    """Write a lead as a row of its landing table, its sealed plate byte for byte."""
    row = {
        **asdict(lead),
        "plate_encrypted": lead.plate_encrypted.decode("latin-1"),
        "_topic_id": str(UUID(int=2)),
        "_partition": 0,
        "_offset": lead.sightings_offset,
        "_offset_end": lead.sightings_offset,
        "_create_time": "2026-11-27 00:00:00.000",
    }
    data = json.dumps(row, ensure_ascii=False).encode("latin-1")
    insert(tables.client, "INSERT INTO leads_messages FORMAT JSONEachRow", data)


def leads(kafka: Bench) -> list[Lead]:
    """Return the leads that Kafka has."""
    return [kafka.codec.decode("leads", record.value()) for record in kafka.read(f"{kafka.prefix}leads")]


def send(kafka: Bench, topic: str, messages: Sequence[Any]) -> None:
    """Write messages as their producers do, and wait until Kafka has them."""
    producer = Producer(
        {"bootstrap.servers": kafka.bootstrap, "partitioner": "murmur2_random", "enable.idempotence": True}
    )
    for message in messages:
        producer.produce(f"{kafka.prefix}{topic}", kafka.codec.encode(topic, message), message.camera_id.encode())
    assert producer.flush(30) == 0
