"""Incidents at the desk: on record before they are shown, decided once, and printed whole."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from click.testing import CliRunner
from clickhouse_connect.driver.client import Client

from infra.cli import review_incident, vigil
from infra.review import incident_desk, looks
from infra.review.desk import ReviewError
from infra.review.incident_desk import IncidentDesk
from infra.review.officers import Officer, OfficerError, Role
from infra.settings import Settings
from schemas.messages import Review, ReviewSubject, Verdict

OFFICER: Final = Officer("o1", frozenset({Role.INCIDENTS}))
AT: Final = datetime(2026, 11, 20, 5)  # noqa: DTZ001  as the client hands it over
FACTS: Final = {
    "incident_id": "crowd-1", "revision": 2, "phase": "CLOSE", "kind": "crowd", "severity": "HIGH",
    "summary": "41 people [where 30 may be]", "opened_at": AT, "started_at": AT, "updated_at": AT, "closed_at": AT,
    "close_reason": "ended", "district": "Almaly", "site_id": "S-1", "camera_id": "S-1-cam", "zone_id": None,
    "peak": 41.0, "measures": {"people": 41.0, "waiting_s": 3.0}, "limits": {"people": 30.0}, "tracks": 41,
    "evidence_roles": ["onset"], "evidence_cameras": ["S-1-cam"], "evidence_at_us": [1_795_000_000_000_000],
    "rule_version": "crowd/1", "model_version": "m", "registry_version": 1, "calibration_version": 0,
}  # fmt: skip


@dataclass
class Tables:
    """One incident that waits, its verdicts, and the looks that were recorded."""

    verdicts: list[dict[str, Any]] = field(default_factory=list)
    looked: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    def query(self, sql: str, parameters: dict[str, Any]) -> Any:
        """Answer as ClickHouse would."""
        rows: list[dict[str, Any]] = []
        if "max(looked_at)" in sql:
            mine = [one for one in self.looked if one["officer_id"] == parameters["officer_id"]]
            rows = [{"looked_at_us": 7}] if mine else []
        elif "AS looker" in sql:
            names = ("incident_id", "kind", "severity", "opened_at", "district", "camera_id")
            rows = [] if self.verdicts else [{**{name: FACTS[name] for name in names}, "still_open": 0, "looker": ""}]
        elif "FROM incidents\n" in sql:
            rows = [dict(FACTS)] if parameters["incident_id"] == FACTS["incident_id"] else []
        elif "FROM incident_reviews AS r" in sql:
            rows = self.verdicts
        else:
            rows = [{"at": AT, "officer_id": "o1", "login": "", "act": "rejected", "why": "not_there: [/dim] a shadow"}]
        return SimpleNamespace(
            column_names=tuple(rows[0]) if rows else (), result_rows=[tuple(row.values()) for row in rows]
        )

    def record(self, _client: Client, _sql: str, data: bytes, _settings: dict[str, Any]) -> None:
        """Take a look, or fail as a table that cannot be written."""
        if self.refuses:
            raise ConnectionError("refused")
        self.looked.append(json.loads(data))


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Tables:
    """The tables, in the place of the real ones."""
    made = Tables()
    monkeypatch.setattr(looks, "command", made.record)
    return made


def desk_on(tables: Tables) -> IncidentDesk:
    """Return a desk that reads these tables."""
    return IncidentDesk(Settings(), cast("Client", tables))


def test_a_look_is_on_record_with_its_revision_before_anything_is_shown(tables: Tables) -> None:
    """Where it cannot be recorded, or the role is missing, nothing is shown."""
    seen = desk_on(tables).look(OFFICER, "crowd-1", "queue")
    assert (seen["revision"], seen["evidence_case"]) == (2, "incidents/crowd-1@2")
    assert [(one["incident_id"], one["revision"], one["role"], one["why"]) for one in tables.looked] == [
        ("crowd-1", 2, "incidents", "queue")
    ]
    tables.refuses = True
    with pytest.raises(ConnectionError):
        desk_on(tables).look(OFFICER, "crowd-1", "queue")
    with pytest.raises(OfficerError, match="this needs incidents"):
        desk_on(tables).look(Officer("o3", frozenset({Role.REVIEWER, Role.SENIOR})), "crowd-1", "queue")
    assert len(tables.looked) == 1


def test_a_verdict_needs_a_look_and_a_reason_and_is_of_an_incident(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent names the incident, says so, and has one id however often it is sent; the rest is refused."""
    sent: list[Review] = []
    monkeypatch.setattr(incident_desk, "send_review", lambda _, review: sent.append(review))
    desk = desk_on(tables)
    with pytest.raises(ReviewError, match="has not looked at incident crowd-1"):
        desk.decide(OFFICER, "crowd-1", Verdict.CONFIRMED, "", "")
    with pytest.raises(ReviewError, match="is not in the tables"):
        desk.decide(OFFICER, "crowd-2", Verdict.CONFIRMED, "", "")
    with pytest.raises(ReviewError, match="expected one of not_there"):
        desk.decide(OFFICER, "crowd-1", Verdict.REJECTED, "no_offence", "")
    desk.look(OFFICER, "crowd-1", "queue")
    for _ in range(2):
        desk.decide(OFFICER, "crowd-1", Verdict.REJECTED, "not_there", "a shadow")
    assert {(one.case_id, one.subject, one.verdict, one.reason_code) for one in sent} == {
        ("crowd-1", ReviewSubject.INCIDENT, Verdict.REJECTED, "not_there")
    }
    assert (len(sent), len({one.review_id for one in sent}), sent[0].looked_at_us) == (2, 1, 7)
    tables.verdicts = [{"officer_id": "o2", "verdict": "CONFIRMED", "reason_code": "", "decided_at": "2026"}]
    with pytest.raises(ReviewError, match="it was CONFIRMED by o2"):
        desk.decide(OFFICER, "crowd-1", Verdict.REJECTED, "not_there", "")
    assert len(sent) == 2


def test_the_commands_print_what_there_is(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """For people and for programs; brackets in words are no markup, and an empty queue ends with 3."""
    senior = Officer("o1", frozenset({Role.INCIDENTS, Role.SENIOR}))
    monkeypatch.setattr(review_incident, "officer_named", lambda _: senior)
    monkeypatch.setattr(review_incident, "_desk", lambda: desk_on(tables))

    def run(*arguments: str, expect: int = 0) -> str:
        done = CliRunner().invoke(vigil, ["review", "incident", *arguments])
        assert done.exit_code == expect, (done.output, done.exception)
        return done.output

    shown = " ".join(run("next", "--officer", "o1").split())  # a narrow terminal breaks lines
    for part in ("crowd-1", "41 people [where 30 may be]", "closed 2026-11-20 10:00:00 (ended)", "incidents/crowd-1@2"):
        assert part in shown
    assert json.loads(run("show", "crowd-1", "--officer", "o1", "--why", "asked", "--json"))["limits"] == {"people": 30}
    assert [one["opened_at"] for one in json.loads(run("list", "--json"))] == ["2026-11-20T05:00:00+00:00"]
    assert "2026-11-20 10:00:00" in run("list")
    assert "[/dim]" in run("audit", "crowd-1", "--officer", "o1")
    assert json.loads(run("reasons", "--json"))["permitted"]["false_alarm"] is False
    tables.verdicts = [{"officer_id": "o2", "verdict": "CONFIRMED", "reason_code": "", "decided_at": "2026"}]
    assert run("next", "--officer", "o1", expect=3) == "nothing waits for o1\n"
