"""`vigil evidence export` of an incident: only what an officer confirmed leaves the house."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli import evidence, vigil
from infra.review.incident_verdict import IncidentVerdict
from sinks.evidence import signing
from sinks.evidence.evidence_log import EvidenceLog
from sinks.evidence.exhibit import make
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.writer import EvidenceWriter
from tests.unit.sinks.evidence.findings import incident, material, speeding

AT = "2026-11-27 10:00:00.000000"
CONFIRMED = IncidentVerdict("officer-1", "CONFIRMED", "", AT)
REJECTED = IncidentVerdict("officer-2", "REJECTED", "not_there", AT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with an incident's evidence in it."""
    made = tmp_path_factory.mktemp("kept")
    key, store, shown = signing.generate(made / "key.pem"), FolderStore(made / "store"), speeding()
    writer = EvidenceWriter(store, key, EvidenceLog(store, key, "one"), lambda: 1_790_000_000_000_000)
    writer.publish_key()
    writer.write(make(material(incident(shown.message.evidence), shown.groups), key.key_id))
    return made


def export(folder: Path, target: Path, expect: int, **further: str) -> str:
    """Export the incident; return what was said."""
    environment = {"VIGIL_EVIDENCE_STORE": str(folder / "store"), **further}
    arguments = [
        "evidence",
        "export",
        "incidents/stopped_vehicle-00000000000000000001",
        "--to",
        str(target),
        "--unblurred",
        "order 1",
    ]
    done = CliRunner().invoke(vigil, arguments, env=environment)
    assert done.exit_code == expect, done.output
    return done.output


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [([], "no officer has reviewed it"), ([REJECTED, CONFIRMED], "officer-2 rejected it"), ([CONFIRMED], "files in")],
)
def test_only_a_confirmed_incident_leaves(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdicts: list[IncidentVerdict], said: str
) -> None:
    """The last verdict counts; where it is no confirmation no file is written."""
    asked: list[str] = []
    monkeypatch.setattr(evidence, "tables", lambda _: None)

    def answer(_: object, incident_id: str) -> list[IncidentVerdict]:
        asked.append(incident_id)
        return verdicts

    monkeypatch.setattr(evidence, "verdicts_on", answer)
    confirmed = verdicts == [CONFIRMED]
    assert said in export(folder, tmp_path / "case.zip", 0 if confirmed else 1)
    assert (tmp_path / "case.zip").exists() is confirmed
    assert asked == ["stopped_vehicle-00000000000000000001"]


def test_where_the_tables_do_not_answer_it_stays(folder: Path, tmp_path: Path) -> None:
    """Not to know is no confirmation; the sentence says which server it was."""
    said = export(folder, tmp_path / "case.zip", 1, VIGIL_CLICKHOUSE_URL="http://127.0.0.1:1")
    assert "is not known, so it stays: ClickHouse at http://127.0.0.1:1 does not answer" in " ".join(said.split())
    assert not (tmp_path / "case.zip").exists()
