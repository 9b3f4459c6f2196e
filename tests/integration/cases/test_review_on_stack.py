"""`vigil review` on real tables and a real topic: the look before the facts, the verdict after the look."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from click.testing import CliRunner

from infra import topics
from infra.cli import vigil
from infra.keys.key_store import KeyStore
from infra.settings import Settings
from processors.cases.opening import case_id_of
from schemas.codec import MessageCodec
from schemas.messages import CaseEvent
from schemas.registry import RegistrySchemaIds
from sinks.clickhouse import migration
from sinks.clickhouse.clickhouse_client import command, connect, query
from tests.integration.stage.bench import Bench
from tests.unit.processors.cases.desk import Desk, violation

pytestmark = pytest.mark.integration

NAMES: Final = ("speeding-a", "speeding-b", "speeding-c")
OFFICERS: Final = '[officer.o1]\nroles = ["reviewer", "plates"]\n[officer.o2]\nroles = ["reviewer", "senior"]\n'
PLATE: Final = "123ABC02"
PERIOD: Final = "2024-q2"


def _text(value: Any) -> Any:
    """Return a value for JSONEachRow, which takes bytes as they are."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


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
        found = violation(name, f"2024-05-06T1{n}:00")
        sealed = key.seal(PLATE, found.track_id)
        tables.land("violations", replace(found, key_period=PERIOD, plate_encrypted=sealed))
        desk.violate(name, f"2024-05-06T1{n}:00")
    for event in desk.events:
        assert isinstance(event, CaseEvent)
        tables.land("case_events", event)
    officers = tmp_path / "officers.toml"
    officers.write_text(OFFICERS)
    environment = {
        **settings.environment(),
        "VIGIL_REVIEW_OFFICERS": str(officers),
        "VIGIL_KEY_STORE": str(keys.folder),
    }

    def review(*arguments: str, expect: int = 0) -> Any:
        done = CliRunner().invoke(vigil, ["review", *arguments], env=environment)
        assert done.exit_code == expect, done.output
        return json.loads(done.stdout) if "--json" in arguments and not expect else done.output

    first, second, third = (case_id_of(name) for name in NAMES)
    assert [case["case_id"] for case in review("list", "--json")] == [first, second, third]
    assert "has not looked at" in review("confirm", first, "--officer", "o1", expect=1)
    assert "o3 is not in" in review("next", "--officer", "o3", expect=1)
    seen: Mapping[str, Any] = review("next", "--officer", "o1", "--json")
    assert (seen["case_id"], seen["summary"]) == (first, "88 km/h where 60 is allowed")
    assert (seen["plate"], seen["plate_note"]) == (PLATE, "")
    closed = review("next", "--officer", "o2", "--json")
    assert closed["case_id"] == second  # the first is looked at by another
    assert closed["plate"] is None
    assert "o2 lacks the role plates" in closed["plate_note"]
    shown = review("show", third, "--officer", "o2", "--why", "the owner called")
    assert "measured 88" in shown
    assert PLATE not in shown
    keys.destroy(PERIOD)
    assert f"no key of {PERIOD}" in review("next", "--officer", "o1")
    assert tables.looks() == [
        (first, "o1", "reviewer", "queue", "case"),
        (first, "o1", "reviewer", "queue", "plate"),
        (second, "o2", "senior", "queue", "case"),
        (third, "o2", "senior", "the owner called", "case"),
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
    }
    assert all(r.looked_at_us <= r.decided_at_us for r in written)
    for one in written:
        tables.land("reviews", one)
    assert "has given a verdict" in review("confirm", first, "--officer", "o1", expect=1)
    assert "needs senior" in review(
        "agreement", "--officer", "o1", "--from", "2024-01-01", "--to", "2024-12-31", expect=1
    )
    differs = {**asdict(written[0]), "review_id": "rev-x", "officer_id": "o9"}
    tables.land("reviews", type(written[0])(**differs))
    share = review("agreement", "--officer", "o2", "--from", "2024-01-01", "--to", "2030-12-31", "--json")
    assert [(row["doubly_reviewed"], row["agreed"]) for row in share] == [(1, 1)]
