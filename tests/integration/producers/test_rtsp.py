"""A live camera on a real RTSP server: lost, stalled, and back; and credentials that nobody sees."""

import http.server
import logging
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from producers.camera_secrets import write_secrets
from producers.source_address import Credentials
from schemas.messages import CameraStatus, ClockSource
from tests.integration.producers.clips import access_units
from tests.integration.producers.conftest import Cluster, Running, wait_until

pytestmark = pytest.mark.integration

SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("rtsp_server.py")
SENTINEL = "s3ntinel"


class RtspServer:
    """The server script as a process."""

    def __init__(self, units: Path, port: str = "0") -> None:
        self.process = subprocess.Popen(
            [SYSTEM_PYTHON, str(SERVER), str(units), "10", port], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = self.process.stdout.readline().strip()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="module")
def units(clips: Path) -> Path:
    """Access units; the module is skipped where no RTSP server can run."""
    probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    if subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode:
        pytest.skip("needs GStreamer's RTSP server: apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi")
    return access_units(clips / "units.bin")


@pytest.fixture
def server(units: Path) -> Iterator[RtspServer]:
    """A running server."""
    running = RtspServer(units)
    yield running
    running.process.send_signal(signal.SIGCONT)
    running.kill()


def test_a_camera_whose_server_is_killed_comes_back_with_a_new_epoch_and_a_gap(
    cluster: Cluster, units: Path, server: RtspServer
) -> None:
    """Killed, restarted on the same port: new epoch from a keyframe, the gap and the reconnects in camera-health."""
    cluster.register("RTSP-1", f"rtsp://127.0.0.1:{server.port}/camera")
    with Running(cluster, ["RTSP-1"]):
        wait_until("three seconds", lambda: len(cluster.frames("RTSP-1")) >= 3)
        server.kill()
        wait_until("DOWN", lambda: cluster.health("RTSP-1")[-1].status in {CameraStatus.DOWN, CameraStatus.CONNECTING})
        second = RtspServer(units, server.port)
        try:
            assert second.port == server.port
            wait_until("a second epoch", lambda: len({m.epoch_us for m in cluster.frames("RTSP-1")}) >= 2)
            epochs = len(cluster.frames("RTSP-1"))
            wait_until("it goes on", lambda: len(cluster.frames("RTSP-1")) >= epochs + 2)
        finally:
            second.kill()
    found = cluster.frames("RTSP-1")
    for epoch in {m.epoch_us for m in found}:
        messages = [m for m in found if m.epoch_us == epoch]
        assert [m.sequence for m in messages] == list(range(len(messages)))
        assert messages[0].starts_with_keyframe
        captured = [m.captured_at_us for m in messages]
        assert captured == sorted(set(captured))
    assert [m.epoch_us for m in found] == sorted(m.epoch_us for m in found)
    assert ClockSource.RTCP in {m.clock_source for m in found}
    health = cluster.health("RTSP-1")
    assert any(h.status is CameraStatus.DOWN and "closed the connection" in (h.error or "") for h in health)
    assert sum(h.gaps for h in health) >= 1
    assert sum(h.gap_us for h in health) > 1_000_000
    assert health[-1].reconnects >= 1


def test_a_camera_that_falls_silent_is_stalled_and_comes_back(cluster: Cluster, server: RtspServer) -> None:
    """A server that keeps its connection and sends nothing: STALLED, then a new epoch once it speaks again."""
    cluster.register("RTSP-2", f"rtsp://127.0.0.1:{server.port}/camera")
    with Running(cluster, ["RTSP-2"]):
        wait_until("frames", lambda: len(cluster.frames("RTSP-2")) >= 2)
        server.process.send_signal(signal.SIGSTOP)
        wait_until("STALLED", lambda: any(h.status is CameraStatus.STALLED for h in cluster.health("RTSP-2")))
        server.process.send_signal(signal.SIGCONT)
        wait_until("a new epoch", lambda: len({m.epoch_us for m in cluster.frames("RTSP-2")}) >= 2)
    stalled = [h for h in cluster.health("RTSP-2") if h.status is CameraStatus.STALLED]
    assert "nothing came for 3 s" in (stalled[0].error or "")


class _Unauthorised(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Refuse, and repeat the request in the answer as careless devices do."""
        self.send_response(401, f"no {self.path}")
        self.send_header("WWW-Authenticate", "Basic realm=x")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Stay silent."""


def test_credentials_are_nowhere_but_in_their_file(
    cluster: Cluster, server: RtspServer, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Refused, unauthorised, unknown path, streaming: the password is in no log, message, error, output or registry."""
    caplog.set_level(logging.DEBUG)
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Unauthorised)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    user = f"admin:{SENTINEL}"
    sources = {
        "S-STREAMS": f"rtsp://{user}@127.0.0.1:{server.port}/camera?token={SENTINEL}",
        "S-UNKNOWN": f"rtsp://{user}@127.0.0.1:{server.port}/other",
        "S-REFUSED": f"rtsp://{user}@127.0.0.1:1/x",
        "S-401": f"http://{user}@127.0.0.1:{web.server_port}/v?pwd={SENTINEL}",
        "S-NO-HOST": f"http://{user}@host.invalid/v",
    }
    entry = '[[cameras]]\ncamera_id = "{}"\nsite_id = "S"\ndistrict = "D"\nlatitude_deg = 43\nlongitude_deg = 76\n'
    entry += 'width_px = 320\nheight_px = 240\nsource_uri = "{}"\n'
    text = "".join(entry.format(*item) for item in sources.items())
    text += entry.format("S-BAD", f"ftp://{user}@h/x")
    (tmp_path / "cameras.toml").write_text(text)
    outputs = []
    for arguments in (
        ["import", str(tmp_path / "cameras.toml")],
        ["list", "--json"],
        ["check", *(f"--camera={c}" for c in sources), "--json"],
    ):
        process = cluster.process("cameras", *arguments)
        outputs.append(process.communicate(timeout=90)[0])
    assert cluster.stack.camera_secrets_file.stat().st_mode & 0o777 == 0o600
    assert SENTINEL in cluster.stack.camera_secrets_file.read_text()
    write_secrets(cluster.settings.secrets_file, {c: Credentials("admin", SENTINEL) for c in sources})
    try:
        with Running(cluster, list(sources)):
            wait_until("frames", lambda: len(cluster.frames("S-STREAMS")) >= 2)
            for camera in ("S-UNKNOWN", "S-REFUSED", "S-401", "S-NO-HOST"):
                wait_until(camera, lambda c=camera: any(h.error for h in cluster.health(c)))  # type: ignore[misc]
    finally:
        web.shutdown()
        web.server_close()
    assert "S-STREAMS" in outputs[1]
    assert "ftp" in outputs[0]
    for output in outputs:
        assert SENTINEL not in output
    assert SENTINEL not in caplog.text
    for topic in ("cameras", "frames", "camera-health", "dead-letters"):
        assert not [value for _, value in cluster.raw(topic) if SENTINEL.encode() in value]
    errors = {c: [h.error for h in cluster.health(c) if h.error] for c in sources}
    assert any("401" in e for e in errors["S-401"])
    assert not errors["S-STREAMS"]
    assert os.environ.get("VIGIL_CAMERA_SECRETS") is None
