"""What a camera costs the producers, against ffmpeg's plain copy and against decoding it to JPEG.

    python -m tests.benchmarks.producers.ingest

Every figure is CPU seconds of a whole process by its resource usage, at two lengths; their difference leaves the
start-up of either side out. All read the same recording as fast as they can; Kafka and the socket's reader are other
processes and are not counted, on either side.
"""

import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from producers.registry_file import ANALYSIS
from producers.registry_topic import write_cameras
from producers.settings import ProducerSettings
from schemas.codec import MessageCodec
from schemas.messages import Camera, Owner
from schemas.registry import FixedSchemaIds
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_least, at_most, main
from tests.benchmarks.producers.clip import SECONDS, clip
from tests.benchmarks.producers.own_kafka import make_topics, own_kafka
from tests.benchmarks.producers.process_cpu import cpu_s

FEW, MANY = 2, 12
ROUNDS = 3
HOUR_S = 3600


def run(say: Say) -> list[Figure]:
    """Return the figures.

    Raises:
        BenchmarkError: a process failed, or ffmpeg is missing.
    """
    if shutil.which("ffmpeg") is None:
        raise BenchmarkError("the benchmark compares with ffmpeg, which is missing; run 'make setup' or install it")
    path = clip()
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as bootstrap:
        ours, copies = [], []
        for number in range(ROUNDS):  # side by side in time, so that a busy machine meets both
            ours.append(_slope(partial(_producers, bootstrap, path, f"bench{number}")))
            copies.append(_slope(partial(_ffmpeg_copy, path)))
            say(f"round {number + 1} of {ROUNDS}: {ours[-1] * HOUR_S:.1f} against {copies[-1] * HOUR_S:.1f} s an hour")
        jpeg = _slope(partial(_ffmpeg_jpeg, path), few=5, many=15, seconds_each=1)
    producer, copy = min(ours), min(copies)
    if min(producer, copy) <= 0:
        raise BenchmarkError(
            f"the CPU of {MANY} cameras was measured as no more than that of {FEW}: too busy a machine"
        )
    return [
        Figure(
            "producer_vs_ffmpeg_copy",
            producer / copy,
            "ratio",
            at_most(2),
            "ffmpeg -c copy -f mpegts to a local TCP socket",
        ),
        Figure(
            "producer_vs_decode_jpeg", jpeg / producer, "ratio", at_least(100), "ffmpeg decode and JPEG of each frame"
        ),
        Figure("producer_cpu_s_per_camera_hour", producer * HOUR_S, "s", None, "nothing"),
        Figure("ffmpeg_copy_cpu_s_per_camera_hour", copy * HOUR_S, "s", None, "nothing"),
    ]


def _slope(measure: Callable[[int], float], few: int = FEW, many: int = MANY, seconds_each: int = SECONDS) -> float:
    """Return CPU seconds per camera-second, start-up left out."""
    return (measure(many) - measure(few)) / ((many - few) * seconds_each)


def _producers(bootstrap: str, path: Path, mark: str, cameras: int) -> float:
    prefix = f"{mark}x{cameras}."
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
    main(run)
