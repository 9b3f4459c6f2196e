"""The demo accounts for every camera-second of what it plays, shows its findings, and does not hide a bad camera."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from rich.console import Console

from infra.demo.run import Demo, DemoError
from infra.demo.tables import TABLES
from infra.local.control import LocalStack
from tests.available import needs_stack
from tests.integration.conftest import settings_on_free_ports
from tests.integration.demo.short_clips import short_registry

pytestmark = [pytest.mark.integration, pytest.mark.slow, needs_stack]

SECONDS = 15.0


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of this module's own: its stages run on it, each demo with topics and a database of its own."""
    running = LocalStack(settings_on_free_ports(tmp_path_factory.mktemp("stack")), tied=True)
    running.up()
    yield running
    running.down()


def demo_on(servers: LocalStack, name: str, registry: Path, out: Path) -> Demo:
    """A demo that shares the servers."""
    settings = servers.settings.model_copy(update={"topic_prefix": f"{name}.", "clickhouse_database": name})
    out.mkdir()
    return Demo(settings, out, registry, pace="max", console=Console(quiet=True), evidence=True, cases=True)


@pytest.fixture(scope="module")
def out(servers: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report's folder after a demo on two short clips."""
    folder = tmp_path_factory.mktemp("demo")
    registry = short_registry(folder / "registry", ["plaza", "road"], SECONDS)
    demo = demo_on(servers, "short", registry, folder / "out")
    try:
        demo.lay_out()
        demo.play()
        report = demo.report()
    finally:
        demo.stop_stages()
    assert report.ok, report.problems
    return folder / "out"


@pytest.fixture(scope="module")
def content(out: Path) -> dict[str, Any]:
    """What report.json holds."""
    read: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return read


def test_every_second_is_accounted_for(content: dict[str, Any]) -> None:
    """All counts of camera-seconds are the number played; nothing is missing, doubled or refused."""
    produced = content["camera_seconds"]["produced"]
    assert produced == sum(camera["camera_seconds"] for camera in content["cameras"])
    assert produced > 0
    assert content["camera_seconds"] == {
        "produced": produced,
        "detected": produced,
        "tracked": produced,
        "stored": produced,
        "dead_lettered": 0,
    }
    assert (content["missing"], content["duplicated"]) == (0, 0)


def test_each_camera_is_named_with_its_file_and_length(content: dict[str, Any]) -> None:
    """Cameras come from the registry, lengths and seconds from the footage that was cut for them."""
    cameras = {camera["camera_id"]: camera for camera in content["cameras"]}
    assert {name: camera["file"] for name, camera in cameras.items()} == {
        "ALA-0002": "road.mp4",
        "ALA-0003": "plaza.mp4",
    }
    for camera in cameras.values():
        assert camera["duration_s"] == pytest.approx(SECONDS, abs=0.2)
        assert camera["camera_seconds"] >= SECONDS


def test_figures_are_whole_numbers(content: dict[str, Any]) -> None:
    """Programs that read the report find each count where it is documented, as an integer."""
    for name in ("missing", "duplicated", "incidents", "violations"):
        assert type(content[name]) is int, name
    latency = content["latency_ms"]
    assert set(latency) == {"p50", "p99"}
    assert 0 < latency["p50"] <= latency["p99"]
    rows = content["rows"]
    assert set(rows) == set(TABLES)
    assert rows["detections"] == rows["tracks"] == content["camera_seconds"]["produced"]
    assert rows["violations"] == content["violations"]


def test_each_finding_has_a_still(out: Path, content: dict[str, Any]) -> None:
    """Every incident and violation is shown by a picture of its camera's size or larger."""
    findings = content["findings"]
    assert findings, "the clips bring no finding"
    assert len(findings) == content["incidents"] + content["violations"]
    for finding in findings:
        assert finding["still_error"] is None
        with av.open(str(out / finding["still"])) as picture:
            assert picture.streams.video[0].width >= 320


def test_the_page_names_every_finding(out: Path, content: dict[str, Any]) -> None:
    """report.html shows the same findings as report.json."""
    page = (out / "report.html").read_text(encoding="utf-8")
    assert content["camera_seconds"]["produced"] > 0
    assert all(finding["still"] in page for finding in content["findings"])


def test_each_violation_opens_a_case_for_an_officer(out: Path, content: dict[str, Any]) -> None:
    """Cases stand before any review, none is of two violations, and the page says what they come to."""
    cases = content["cases"]
    violations = [finding["kind"] for finding in content["findings"] if finding["family"] == "violation"]
    assert bool(cases) == bool(violations)
    assert {case["step"] for case in cases} <= {"DETECTED"}
    assert {case["kind"] for case in cases} == set(violations)
    for case in cases:
        assert case["cases"] == case["violations"] <= violations.count(case["kind"])
    page = (out / "report.html").read_text(encoding="utf-8")
    assert all(f"{case['amount_kzt']:,}" in page for case in cases)


def test_each_finding_has_evidence_that_agrees_and_comes_out_again(out: Path, content: dict[str, Any]) -> None:
    """Every step of an incident and every violation is a case; the shown one's pictures and verdict are on the page."""
    kept = content["evidence"]
    assert kept["cases"] >= len(content["findings"])
    assert kept["recomputed"] == kept["cases"]
    assert kept["problems"] == []
    assert "Everything agrees" in kept["verdict"]
    page = (out / "report.html").read_text(encoding="utf-8")
    pictures = [file["path"] for file in kept["files"] if file["picture"]]
    assert len(pictures) >= 6
    for path in pictures:
        assert path in page
        assert (out / path).is_file()


def test_cameras_without_a_playable_file_are_an_error(
    servers: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera whose file is garbage and one whose file is not there end the demo with an error that names both."""
    registry = short_registry(tmp_path / "registry", ["plaza", "road"], 2.0)
    (registry.parent / "footage" / "road.mp4").write_bytes(b"not a video " * 1_000)
    (registry.parent / "footage" / "plaza.mp4").unlink()
    demo = demo_on(servers, "unplayable", registry, tmp_path / "out")
    monkeypatch.setattr(Demo, "_start_stages", lambda *_: None)  # no frame ever comes to them
    try:
        demo.lay_out()
        with pytest.raises(DemoError, match="producers gave up") as raised:
            demo.play()
    finally:
        demo.stop_stages()
    assert "ALA-0002" in str(raised.value)
    assert "ALA-0003" in str(raised.value)
