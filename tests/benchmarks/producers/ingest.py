"""What a camera costs the producers, against ffmpeg's plain copy and against decoding it to JPEG.

    python -m tests.benchmarks.producers.ingest

Every figure is CPU seconds of a whole process by its resource usage, at two lengths; their difference leaves the
start-up of either side out. All read the same recording as fast as they can; Kafka and the socket's reader are other
processes
and are not counted, on either side.
"""

import json
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from producers.registry_file import ANALYSIS
from producers.registry_topic import write_cameras
from producers.settings import ProducerSettings
from schemas.codec import MessageCodec
from schemas.messages import Camera, Owner
from schemas.registry import FixedSchemaIds
from tests.benchmarks.figure import BenchmarkError
from tests.benchmarks.producers.clip import SECONDS, clip
from tests.benchmarks.producers.own_kafka import make_topics, own_kafka
from tests.benchmarks.producers.process_cpu import cpu_s

FEW, MANY = 2, 12
ROUNDS = 3
HOUR_S = 3600


def run() -> list[dict[str, Any]]:
    """Return the figures: {name, value, unit, goal, compared_with}.

    Raises:
        BenchmarkError: a process failed, or ffmpeg is missing.
    """
    if shutil.which("ffmpeg") is None:
        raise BenchmarkError("the benchmark compares with ffmpeg, which is missing; run 'make setup' or install it")
    path = clip()
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as bootstrap:
        ours, copies = [], []
        for number in range(ROUNDS):  # side by side in time, so that a busy machine meets both
            ours.append(_slope(lambda n, r=number: _producers(bootstrap, path, n, f"bench{r}x{n}.")))  # type: ignore[misc]
            copies.append(_slope(lambda n: _ffmpeg_copy(path, n)))
        jpeg = _slope(lambda n: _ffmpeg_jpeg(path, n), few=5, many=15, seconds_each=1)
    producer, copy = min(ours), min(copies)
    return [
        _figure(
            "producer_vs_ffmpeg_copy",
            producer / copy,
            "ratio",
            "<= 2",
            "ffmpeg -c copy -f mpegts to a local TCP socket",
        ),
        _figure("producer_vs_decode_jpeg", jpeg / producer, "ratio", ">= 100", "ffmpeg decode and JPEG of each frame"),
        _figure("producer_cpu_s_per_camera_hour", producer * HOUR_S, "s", None, "nothing"),
        _figure("ffmpeg_copy_cpu_s_per_camera_hour", copy * HOUR_S, "s", None, "nothing"),
    ]


def _figure(name: str, value: float, unit: str, goal: str | None, compared_with: str) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "compared_with": compared_with}


def _slope(measure: Callable[[int], float], few: int = FEW, many: int = MANY, seconds_each: int = SECONDS) -> float:
    """Return CPU seconds per camera-second, start-up left out."""
    return (measure(many) - measure(few)) / ((many - few) * seconds_each)


def _producers(bootstrap: str, path: Path, cameras: int, prefix: str) -> float:
    make_topics(bootstrap, prefix)
    settings = ProducerSettings(bootstrap_servers=bootstrap, schema_registry_url="", topic_prefix=prefix)
    write_cameras(settings, MessageCodec(FixedSchemaIds()), [_camera(n, path) for n in range(cameras)])
    return cpu_s([sys.executable, "-m", "tests.benchmarks.producers.play", bootstrap, prefix])


def _camera(number: int, path: Path) -> Camera:
    return Camera(
        camera_id=f"BENCH-{number:04}",
        version=1,
        name="",
        site_id="",
        district="",
        owner=Owner.PUBLIC,
        latitude_deg=0.0,
        longitude_deg=0.0,
        height_m=None,
        heading_deg=None,
        source_uri=path.as_uri(),
        source_start_us=1_700_000_000_000_000,
        enabled=True,
        width_px=1920,
        height_px=1080,
        calibration=None,
        zones=(),
        speed_limit_kmh=None,
        junction_id=None,
        capabilities=(),
        analysis=ANALYSIS,
        rules=(),
        updated_at_us=1,
    )


def _ffmpeg_copy(path: Path, times: int) -> float:
    with _drain() as port:
        loop = ["-stream_loop", str(times - 1)]
        target = ["-c", "copy", "-f", "mpegts", f"tcp://127.0.0.1:{port}"]
        return cpu_s(["ffmpeg", "-nostdin", "-v", "error", *loop, "-i", str(path), *target])


def _ffmpeg_jpeg(path: Path, seconds: int) -> float:
    jpeg = ["-an", "-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", "-f", "mjpeg", "/dev/null"]
    return cpu_s(
        ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-t", str(seconds), "-i", str(path), "-y", *jpeg]
    )


@contextmanager
def _drain() -> Iterator[int]:
    """Yield a port whose one connection is read and thrown away."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def read() -> None:
            connection, _ = server.accept()
            with connection:
                buffer = bytearray(1 << 20)
                while connection.recv_into(buffer):
                    pass

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        yield int(server.getsockname()[1])
        reader.join(10)


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))  # noqa: T201
