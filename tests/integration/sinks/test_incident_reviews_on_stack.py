"""From an incident to an officer's verdict and its share in the report, on a real Kafka, sink, relay and engine."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from infra.cli import vigil
from infra.review.incident_desk import verdicts_on
from infra.review.incident_verdict import held_back
from infra.review.login import login_name
from schemas.city_time import CITY
from schemas.messages import Evidence, Incident, IncidentPhase, Severity
from tests.integration.conftest import free_ports
from tests.integration.sinks.conftest import Bench, eventually
from tests.integration.stage.bench import Bench as Kafka
from tests.unit.sinks.evidence.findings import incident

pytestmark = pytest.mark.integration

DAY: Final = "2026-11-20"
OPENED_US: Final = int(datetime(2026, 11, 20, 10, tzinfo=CITY).timestamp()) * 1_000_000
OFFICERS: Final = """
[officer.o1]
roles = ["incidents"]
[officer.o2]
roles = ["incidents", "senior"]
[officer.o3]
roles = ["reviewer", "senior"]
"""
PICTURE: Final = Evidence("onset", "S-1-cam", OPENED_US, 1, 0, 1, OPENED_US, ["t"], [1.0, 2.0, 3.0, 4.0])
#: Incidents in the order of the queue: the most urgent first, then the newest.
URGENT, NEWER, OLDER, LAST = "crowd-1", "loitering-2", "crowd-3", "crowd-4"


def found(name: str, severity: Severity, minute: int, revision: int = 1) -> Incident:
    """Return a step of an incident that began half a minute before it was found."""
    opened_us = OPENED_US + minute * 60_000_000
    closed_us = opened_us + 90_000_000 if revision > 1 else None
    return replace(
        incident([PICTURE]),
        incident_id=name,
        revision=revision,
        phase=IncidentPhase.OPEN if closed_us is None else IncidentPhase.CLOSE,
        kind=name.partition("-")[0],
        severity=severity,
        started_at_us=opened_us - 30_000_000,
        opened_at_us=opened_us,
        updated_at_us=closed_us or opened_us,
        closed_at_us=closed_us,
        close_reason=None if closed_us is None else "ended",
        measures={"people": 41.0},
        limits={"people": 30.0},
    )


INCIDENTS: Final = (
    found(OLDER, Severity.LOW, 1),
    found(LAST, Severity.LOW, 0),
    found(NEWER, Severity.LOW, 5),
    found(URGENT, Severity.HIGH, 3),
    found(URGENT, Severity.HIGH, 3, revision=2),
)


class Relay:
    """The cases' relay beside it, which reads the same reviews."""

    def __init__(self, bench: Bench) -> None:
        self._port = free_ports(1)[0]
        argv = [sys.executable, "-m", "infra.cli", "run", "cases-relay", "--metrics-port", str(self._port)]
        self._process = subprocess.Popen(argv, env={**os.environ, **bench.settings.environment()})

    def told(self, name: str) -> float:
        """Return the sum of a metric; 0 before the relay serves any."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=10) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return 0.0
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    def stop(self) -> int:
        """Stop it as a supervisor does; return its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)


@pytest.fixture
def relay(bench: Bench) -> Iterator[Relay]:
    """The relay, ended with the test."""
    made = Relay(bench)
    yield made
    made.stop()


def test_from_an_incident_to_its_share_in_the_report(bench: Bench, relay: Relay, tmp_path: Path) -> None:
    """Each look is kept, each verdict is once in the report whatever came again, and no case hears of any."""
    officers = tmp_path / "officers.toml"
    officers.write_text(OFFICERS, encoding="utf-8")
    environment = {**bench.settings.environment(), "VIGIL_REVIEW_OFFICERS": str(officers)}

    def run(*arguments: str, expect: int = 0) -> Any:
        done = CliRunner().invoke(vigil, [*arguments], env=environment)
        assert done.exit_code == expect, (arguments, done.output)
        return json.loads(done.stdout) if "json" in " ".join(arguments) and not expect else done.output

    def review(*arguments: str, expect: int = 0) -> Any:
        return run("review", "incident", *arguments, expect=expect)

    def share() -> dict[str, tuple[Any, ...]]:
        answer = run("report", "incidents", "--from", DAY, "--to", DAY, "--by", "kind", "--format", "json")
        names = ("incidents", "delay_p50_s", "reviewed", "rejected", "false_alarms", "false_alarm_ratio")
        lines = {**{row["group"]: row for row in answer["rows"]}, "all": answer["totals"]}
        return {name: tuple(row[column] for column in names) for name, row in lines.items()}

    records = [(one.incident_id, bench.codec.encode("incidents", one)) for one in INCIDENTS]
    bench.produce("incidents", records)
    bench.sink()
    eventually("the incidents", lambda: bench.count("incidents_messages") == len(INCIDENTS))
    assert share()["all"] == (4, 30, 0, 0, 0, None)

    # looks: the queue's order, another's is left to them, nothing without the role, nothing decided unseen
    assert [one["incident_id"] for one in review("list", "--json")] == [URGENT, NEWER, OLDER, LAST]
    assert "this needs incidents" in review("next", "--officer", "o3", expect=1)
    seen = review("next", "--officer", "o1", "--json")
    assert (seen["incident_id"], seen["revision"], seen["close_reason"]) == (URGENT, 2, "ended")
    assert (seen["measures"], seen["limits"]) == ({"people": 41.0}, {"people": 30.0})
    assert seen["evidence_case"] == f"incidents/{URGENT}@2"
    assert NEWER in review("next", "--officer", "o2")
    assert "still open" in review("show", OLDER, "--officer", "o1", "--why", "asked")
    assert "has not looked at" in review("confirm", LAST, "--officer", "o1", expect=1)
    assert "is not in the tables" in review("show", "crowd-x", "--officer", "o1", "--why", "asked", expect=1)
    assert "expected one of not_there" in review("reject", OLDER, "--officer", "o1", "--reason", "no", expect=1)

    # verdicts
    assert review("confirm", URGENT, "--officer", "o1", "--json")["state"] == "sent"
    review("reject", OLDER, "--officer", "o1", "--reason", "not_there", "--remark", "a shadow")
    review("reject", NEWER, "--officer", "o2", "--reason", "permitted")
    eventually("the verdicts", lambda: bench.count("incident_reviews") == 3)
    told = {"crowd": (3, 30, 2, 1, 1, 0.5), "loitering": (1, 30, 1, 1, 0, 0), "all": (4, 30, 3, 2, 1, 0.3333)}
    assert share() == told
    assert [one["incident_id"] for one in review("list", "--json")] == [LAST]
    assert "has decided it" in review("reject", URGENT, "--officer", "o1", "--reason", "not_there", expect=1)
    review("show", NEWER, "--officer", "o1", "--why", "asked")
    assert "it was REJECTED by o2" in review("confirm", NEWER, "--officer", "o1", expect=1)

    # all of the day again at other offsets, and from the topic into tables that had lost it
    bench.produce("incidents", records)
    sent = Kafka(bench.settings.bootstrap_servers, tmp_path).read(f"{bench.settings.topic_prefix}reviews")
    bench.produce("reviews", [(record.key().decode(), record.value()) for record in sent])
    eventually("the incidents again", lambda: bench.count("incidents_messages") == 2 * len(INCIDENTS))
    eventually("the verdicts again", lambda: bench.count("reviews_messages") == 2 * len(sent))
    assert share() == told
    eventually("the position", lambda: bench.audit("reviews")["lag"] == 0)
    bench.rows("TRUNCATE TABLE incident_reviews_facts")
    for partition, last in bench.rows("SELECT _partition, max(_offset) FROM reviews_messages GROUP BY 1 ORDER BY 1"):
        done = bench.vigil("sink", "replay", "reviews", "--offsets", f"{partition}:0-{last}", "--json")
        assert json.loads(done[done.index("{") :])["exact"]
    assert bench.count("reviews_messages") == 2 * len(sent)
    assert share() == told

    # a senior decides anew: the last verdict stands, and what is confirmed may leave
    client = bench._client
    assert "rejected it" in str(held_back(verdicts_on(client, OLDER)))
    assert "no officer has reviewed it" in str(held_back(verdicts_on(client, LAST)))
    review("show", OLDER, "--officer", "o2", "--why", "the first officer was not sure")
    review("confirm", OLDER, "--officer", "o2")
    eventually("the second verdict", lambda: bench.count("incident_reviews") == 4)
    assert share()["crowd"] == (3, 30, 2, 0, 0, 0)
    assert held_back(verdicts_on(client, OLDER)) is None

    # the audit, and what the cases heard: nothing
    acts = [(one["officer_id"], one["act"], one["why"]) for one in review("audit", OLDER, "--officer", "o2", "--json")]
    assert acts == [
        ("o1", "opened revision 1", "asked"),
        ("o1", "rejected", "not_there: a shadow"),
        ("o2", "opened revision 1", "the first officer was not sure"),
        ("o2", "confirmed", ""),
    ]
    assert "needs senior" in review("audit", OLDER, "--officer", "o1", expect=1)
    assert bench.rows("SELECT DISTINCT login FROM incident_looks") == [(login_name(),)]
    eventually("the relay", lambda: relay.told("vigil_relay_passed_over_total") >= 2 * len(sent) + 1)
    assert relay.told("vigil_relay_dead_letters_total") == 0
    assert relay.stop() == 0
    assert [bench.count(table) for table in ("reviews", "case_commands", "dead_letters")] == [0, 0, 0]
