"""What an officer sees of a lead's plate, and what is on record before."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from clickhouse_connect.driver.client import Client

from infra.cli import leads
from infra.keys.key_store import KeyStore
from infra.leads.desk import LeadsDesk
from infra.review import looks as module
from infra.review.officers import Officer, Role

PLATE: Final = "123ABC02"
READER: Final = Officer("o1", frozenset({Role.REVIEWER, Role.PLATES}))
SENIOR: Final = Officer("o2", frozenset({Role.REVIEWER, Role.SENIOR}))


@dataclass
class Tables:
    """One lead, and the acts that were recorded."""

    sealed: bytes
    acts: list[str] = field(default_factory=list)

    def query(self, sql: str, parameters: dict[str, Any]) -> Any:
        """Answer as ClickHouse would; the list of those that wait is empty."""
        del parameters
        if "hex(plate_encrypted)" in sql:
            row = {"plate_encrypted": self.sealed.hex(), "key_period": "2026-q2", "track_id": "t1"}
            return SimpleNamespace(column_names=tuple(row), result_rows=[tuple(row.values())])
        known = "SELECT 1 FROM leads" in sql
        return SimpleNamespace(column_names=("1",), result_rows=[(1,)] if known else [])


@pytest.mark.parametrize(
    ("officer", "with_store", "text", "note", "acts"),
    [
        (READER, True, PLATE, "", ["LOOKED", "PLATE"]),
        (SENIOR, True, None, "o2 lacks the role plates", ["LOOKED"]),
        (READER, False, None, "no key store is named", ["LOOKED"]),
    ],
)
def test_a_plate_needs_role_and_key_and_is_on_record_before(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    officer: Officer,
    with_store: bool,  # noqa: FBT001
    text: str | None,
    note: str,
    acts: list[str],
) -> None:
    """Of a lead as of a case: the role senior opens nothing, a closed plate is said why, an opened one is an act."""
    store = KeyStore(tmp_path / "keys")
    tables = Tables(store.create("2026-q2").seal(PLATE, "t1"))

    def record(_client: Client, _sql: str, data: bytes, _settings: dict[str, Any]) -> None:
        tables.acts.append(json.loads(data)["act"])

    monkeypatch.setattr(module, "command", record)
    seen = LeadsDesk(cast("Client", tables), store if with_store else None).look(officer, "lead-1", "queue")
    assert seen["plate"] == text
    assert note in seen["plate_note"]
    assert tables.acts == acts


def test_what_cannot_be_recorded_is_not_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the act PLATE is refused, nothing is shown."""
    store = KeyStore(tmp_path / "keys")
    tables = Tables(store.create("2026-q2").seal(PLATE, "t1"))

    def record(_client: Client, _sql: str, data: bytes, _settings: dict[str, Any]) -> None:
        if json.loads(data)["act"] == "PLATE":
            raise ConnectionError("refused")

    monkeypatch.setattr(module, "command", record)
    with pytest.raises(ConnectionError):
        LeadsDesk(cast("Client", tables), store).look(READER, "lead-1", "queue")


def test_the_desk_does_not_promise_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    """Of some kinds none are kept, and of leads that were read too late; the desk does not look into the store."""
    leads._show({"lead_id": "lead-1", "plate": None, "plate_note": "-", "evidence_case": "leads/lead-1"}, as_json=False)
    assert "pictures, if kept: vigil evidence show leads/lead-1" in capsys.readouterr().out
