"""The evidence sink on a real Kafka and registry: what it keeps, what it says is missing, and kill -9."""

import json
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from infra import topics
from infra.local.control import LocalStack
from schemas.messages import LeadKind
from sinks.evidence import signing, verify
from sinks.evidence.archive import Archive, check_stored
from sinks.evidence.case_name import CaseName
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.missing import GONE, LOST
from sinks.evidence.object_store import ObjectStore
from tests.contract.test_object_store import VERSITYGW, needs_versitygw, s3, versitygw
from tests.integration.conftest import free_ports
from tests.integration.sinks.conftest import eventually
from tests.integration.sinks.evidence_bench import (
    EvidenceBench,
    assert_exactly_once,
    created_ms,
    manifests,
    named,
)
from tests.unit.sinks.evidence import findings

pytestmark = pytest.mark.integration
KILLS = 3


@pytest.fixture
def bench(brokers: LocalStack, tmp_path: Path) -> Iterator[EvidenceBench]:
    """Topics, a folder and a key of this test's own."""
    own = EvidenceBench(
        brokers.settings.model_copy(
            update={
                "topic_prefix": f"e{uuid4().hex[:8]}.",
                "evidence_store": str(tmp_path / "store"),
                "evidence_key": tmp_path / "key.pem",
                "evidence_gap_timeout_s": 2.0,
                "evidence_leads": "WANTED FALSE_PLATE",
            }
        )
    )
    topics.apply(own.settings)
    signing.generate(tmp_path / "key.pem")
    yield own
    own.close()


def test_findings_become_evidence_that_says_what_is_missing(bench: EvidenceBench, tmp_path: Path) -> None:
    """A whole violation; an incident of which a group was lost; one whose frames are gone; rubbish as a dead letter."""
    store = FolderStore(tmp_path / "store")
    a = bench.film("ALA-0001", 40)
    b = bench.film("ALA-0002", 40, without=[18])
    c = bench.film("ALA-0003", 30)
    whole = findings.violation(
        [named("onset", a, "ALA-0001", 20), named("peak", a, "ALA-0001", 22)], 1, created_ms(a, "ALA-0001", 22)
    )
    holed = findings.incident([named("onset", b, "ALA-0002", 20)], 1, created_ms(b, "ALA-0002", 20))
    gone = findings.violation([named("peak", c, "ALA-0003", 15)], 2, created_ms(c, "ALA-0003", 15))
    late = findings.violation([named("peak", c, "ALA-0003", 29)], 3, created_ms(c, "ALA-0003", 29))
    _, partition, offset, _ = c["ALA-0003", 17]
    bench.forget(partition, offset)
    bench.produce("violations", [("v", bench.codec.encode("violations", one)) for one in (whole, gone, late)])
    nowhere = replace(whole, violation_id="x-4", evidence=[replace(whole.evidence[0], frames_partition=99)])
    nameless = replace(whole, violation_id="..")
    bench.produce("violations", [("v", bench.codec.encode("violations", one)) for one in (nowhere, nameless)])
    bench.produce("incidents", [("i", bench.codec.encode("incidents", holed)), ("i", b"rubbish")])
    wanted = findings.lead([named("peak", a, "ALA-0001", 25)], 1, created_ms(a, "ALA-0001", 25))
    uninsured = replace(wanted, lead_id="lead-2", kind=LeadKind.NO_INSURANCE)
    bench.produce("leads", [("l", bench.codec.encode("leads", one)) for one in (wanted, uninsured)])
    bench.produce("incidents", [("i", bench.codec.encode("incidents", replace(holed, revision=2, evidence=[])))])
    sink = bench.sink()
    eventually("five cases", lambda: len(manifests(store)) >= 5, 90)
    eventually("all committed", lambda: len(store.names("log/")) >= 6, 30)
    time.sleep(1.0)
    log = bench.stop(sink)
    assert sink.returncode == 0, log
    assert log.count("is a dead letter") == 3, log
    assert "partition 99 of frames" in log
    assert_exactly_once(store, 5)
    found = {m["case"]["event_id"]: m for m in manifests(store).values()}
    assert found[whole.violation_id]["missing"] == []
    assert found[whole.violation_id]["problems"] == []
    clip = next(f for f in found[whole.violation_id]["files"] if f["kind"] == "clip")
    assert (clip["first_sequence"], clip["last_sequence"]) == (14, 28)
    source = found[whole.violation_id]["sources"][0]
    assert source["sha256"] == verify.sha256(bench.codec.encode("frames", a["ALA-0001", 14][0]))
    assert [(m["sequence"], m["reason"]) for m in found[holed.incident_id]["missing"]] == [(18, LOST)]
    assert [m["reason"] for m in found[gone.violation_id]["missing"] if "offset" in m] == [GONE] * 8
    assert found[gone.violation_id]["sources"]
    # the camera ended: what does not come is waited for, then said
    (ending,) = found[late.violation_id]["missing"]
    assert (ending["to_us"] - ending["from_us"]) / 1e6 == pytest.approx(5.5, abs=0.2)
    shown = bench.vigil("evidence", "show", holed.incident_id)
    assert "missing: 1.00 s" in shown
    assert "Everything agrees" in bench.vigil("evidence", "verify", whole.violation_id)
    target = tmp_path / "case.zip"
    bench.vigil("evidence", "export", gone.violation_id, "--to", str(target))
    assert "Everything agrees" in bench.vigil("evidence", "verify", str(target))
    again = bench.sink()
    time.sleep(3)
    bench.stop(again)
    assert_exactly_once(store, 5)
    # of a lead a moment, and nothing to recompute it from; of a kind that is not asked for, nothing
    files = [file["kind"] for file in found[wanted.lead_id]["files"]]
    assert sorted(set(files)) == ["clip", "crop", "detections", "still"]
    assert (found[wanted.lead_id]["missing"], found[wanted.lead_id]["problems"]) == ([], [])
    assert len(found[wanted.lead_id]["sources"]) < len(found[whole.violation_id]["sources"])
    assert uninsured.lead_id not in found
    assert json.loads(bench.vigil("evidence", "expire", "--dry-run", "--json"))["removed"] == 0
    assert "wanted since" in bench.vigil("evidence", "show", f"leads/{wanted.lead_id}")


def s3_environment(port: int) -> dict[str, str]:
    """The usual variables for a gateway."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "access",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }


def pointers(store: ObjectStore) -> int:
    """How many cases are finished."""
    return sum(name.endswith("/log.json") for name in store.names("violations/"))


def kill_at_random(bench: EvidenceBench, store: ObjectStore, key: signing.SigningKey, seed: int) -> None:
    """Kill the sink at seeded moments while it works; in the end each finding's evidence is there once, and whole."""
    rng = random.Random(seed)
    places = bench.film("ALA-0001", 50)
    total = 12
    messages = [
        findings.violation(
            [named("onset", places, "ALA-0001", 8 + n), named("peak", places, "ALA-0001", 9 + n)],
            n,
            created_ms(places, "ALA-0001", 9 + n),
        )
        for n in range(total)
    ]
    bench.produce("violations", [(f"v{n}", bench.codec.encode("violations", m)) for n, m in enumerate(messages)])
    for _ in range(KILLS):
        before = len(store.names(""))
        sink = bench.sink()
        enough = before + rng.randrange(1, 30)
        deadline = time.monotonic() + 60
        while len(store.names("")) < enough and len(manifests(store)) < total and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(rng.random() / 5)
        bench.stop(sink, signal.SIGKILL)
    sink = bench.sink()
    eventually("all cases", lambda: pointers(store) >= total, 120)
    bench.stop(sink)
    assert_exactly_once(store, total)
    for n in range(total):
        lines = check_stored(Archive(store), CaseName("violations", messages[n].violation_id, 1), key.key_id)
        assert verify.agrees(lines), verify.report(lines)
        assert not any(line.what == "missing" for line in lines)


@pytest.mark.slow
@needs_versitygw
def test_a_killed_sink_writes_nothing_twice_on_s3(bench: EvidenceBench, tmp_path: Path) -> None:
    """On S3 by a real gateway."""
    assert VERSITYGW is not None
    (port,) = free_ports(1)
    settings = bench.settings.model_copy(update={"evidence_store": "s3://evidence/city"})
    with versitygw(tmp_path, port):
        own = EvidenceBench(settings, s3_environment(port))
        try:
            kill_at_random(own, s3(port, "city"), signing.load(tmp_path / "key.pem"), seed=9)
        finally:
            own.close()


@pytest.mark.slow
@needs_versitygw
def test_a_store_that_is_away_is_waited_for(bench: EvidenceBench, tmp_path: Path) -> None:
    """At the start, and between two findings: the sink stays, says so, and goes on where it was."""
    (port,) = free_ports(1)
    settings = bench.settings.model_copy(update={"evidence_store": "s3://evidence/city"})
    own = EvidenceBench(settings, s3_environment(port))
    places = own.film("ALA-0001", 40)
    messages = [
        findings.violation([named("peak", places, "ALA-0001", 10 + n)], n, created_ms(places, "ALA-0001", 10 + n))
        for n in range(6)
    ]
    encoded = [(f"v{n}", own.codec.encode("violations", message)) for n, message in enumerate(messages)]
    store = s3(port, "city")
    try:
        sink = own.sink()
        own.produce("violations", encoded[:3])
        time.sleep(4)
        with versitygw(tmp_path, port):
            eventually("the first", lambda: pointers(store) == 3, 60)
        own.produce("violations", encoded[3:])
        time.sleep(4)
        assert sink.poll() is None
        with versitygw(tmp_path, port):
            eventually("the others", lambda: pointers(store) == 6, 60)
            log = own.stop(sink)
            assert_exactly_once(store, 6)
        assert "again in" in log
        assert "dead letter" not in log
    finally:
        own.close()


def test_what_it_needs_is_said_before_it_reads(bench: EvidenceBench, tmp_path: Path) -> None:
    """No key, a key that others may read, a store that cannot be: status 2 and a sentence each."""
    (tmp_path / "key.pem").chmod(0o644)
    output, _ = (first := bench.sink()).communicate(timeout=60)
    assert (first.returncode, "chmod 600" in output) == (2, True)
    (tmp_path / "key.pem").unlink()
    output, _ = (second := bench.sink()).communicate(timeout=60)
    assert (second.returncode, "vigil evidence keygen" in output) == (2, True)
    signing.generate(tmp_path / "new.pem")
    (tmp_path / "file").write_text("x")
    changes = {"evidence_store": str(tmp_path / "file"), "evidence_key": tmp_path / "new.pem"}
    own = EvidenceBench(bench.settings.model_copy(update=changes))
    output, _ = (third := own.sink()).communicate(timeout=60)
    assert (third.returncode, "evidence folder" in output) == (2, True)
