"""Detections a second through Triton against bare ONNX Runtime, on the same frames in the same layout of threads.

    python -m tests.benchmarks.perception.throughput

Our side is the perception stage's own client with its number of requests in flight, over gRPC to a Triton of the
benchmark's own with the shipped model repository: two instances of one thread each. The peer is a process of Triton's
own environment, so of the very same ONNX Runtime: two sessions of one thread each, with the same options, fed from
memory by two threads. Both get the same letterboxed frames of the demo's clips. The rounds alternate, so that a busy
machine meets both; the figure is the median of the rounds' ratios. On two cores the client and the server's gRPC
compete with the two model threads, which is in the figure.
"""

import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import unquote, urlparse

import av
import numpy as np
from numpy.typing import NDArray

from infra.demo.run import REGISTRY
from infra.settings import ROOT
from processors.perception.picture import sample_of
from processors.perception.settings import PerceptionSettings
from processors.perception.triton_client import TritonDetector
from processors.perception.views import views_of
from producers.registry_file import parse
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_least, main
from tests.benchmarks.perception.own_triton import OwnTriton, own_triton

FRAMES: Final = 64
ROUNDS: Final = 15
PEER: Final = Path(__file__).with_name("onnx_peer.py")
PYTHON: Final = ROOT / ".venv-triton" / "bin" / "python"
MODEL: Final = ROOT / "infra/triton/models/detector/1/model.onnx"
#: As infra/triton/models/detector/config.pbtxt has them.
INSTANCES: Final = 2


@dataclass(frozen=True, slots=True)
class Took:
    """What one round took.

    Attributes:
        wall_s: from its start to its last answer, seconds.
        cpu_s: of all processes that take part, user and system, seconds.
    """

    wall_s: float
    cpu_s: float


def run(say: Say, frames: int = FRAMES, rounds: int = ROUNDS) -> list[Figure]:
    """Return the figure.

    Args:
        say: takes lines of progress.
        frames: inferred in each round of each side.
        rounds: of each side.

    Raises:
        BenchmarkError: Triton or its environment is missing, or the peer failed.
    """
    if not PYTHON.exists():
        raise BenchmarkError(f"Triton's environment {PYTHON.parent.parent} is missing; run 'make setup'")
    settings = PerceptionSettings()
    canvases = demo_canvases(frames, settings.side_px)
    with (
        tempfile.TemporaryDirectory() as folder,
        own_triton(Path(folder)) as triton,
        _Peer(Path(folder), canvases) as peer,
    ):
        done = asyncio.run(_rounds(triton, triton.detector(settings), peer, canvases, rounds, say))
    return [
        Figure(
            "triton_vs_onnxruntime",
            statistics.median(bare.wall_s / one.wall_s for one, bare in done),
            "ratio",
            at_least(0.95),
            f"bare ONNX Runtime, {INSTANCES} sessions of one thread; median of {rounds} rounds of {frames} frames",
        ),
        Figure(
            "triton_cpu_vs_onnxruntime",
            statistics.median(one.cpu_s / bare.cpu_s for one, bare in done),
            "ratio",
            None,
            "CPU of client, server and model instances, to the peer's",
        ),
    ]


async def _rounds(
    triton: OwnTriton, detector: TritonDetector, peer: "_Peer", canvases: NDArray[np.uint8], rounds: int, say: Say
) -> Sequence[tuple[Took, Took]]:
    """Return what each round took through Triton and bare."""
    done = []
    try:
        await asyncio.gather(*(detector.infer(canvas) for canvas in canvases[:16]))
        peer.round()
        for number in range(rounds):
            served, client, began = triton.cpu_s(), time.process_time(), time.perf_counter()
            await asyncio.gather(*(detector.infer(canvas) for canvas in canvases))
            wall_s, client, served = (
                time.perf_counter() - began,
                time.process_time() - client,
                triton.cpu_s() - served,
            )
            bare = peer.round()
            done.append((Took(wall_s, client + served), bare))
            count, each_ms = len(canvases), 1000 / len(canvases)
            say(
                f"round {number + 1} of {rounds}: {count / wall_s:.1f} against {count / bare.wall_s:.1f}"
                f" frames a second; CPU a frame: client {client * each_ms:.1f}, Triton {served * each_ms:.1f}, bare"
                f" {bare.cpu_s * each_ms:.1f} ms"
            )
    finally:
        await detector.close()
    return done


def demo_canvases(count: int, side_px: int) -> NDArray[np.uint8]:
    """Return uint8 [count, side, side, 3]: frames spread over the demo's clips, letterboxed as perception does it."""
    entries, _ = parse(REGISTRY.read_text(encoding="utf-8"), REGISTRY.parent)
    each = -(-count // len(entries))
    out = [
        canvas
        for entry in entries
        for picture in _pictures(Path(unquote(urlparse(entry.camera.source_uri).path)), each)
        for _, canvas in sample_of(picture, 0, views_of(entry.camera, picture.width, picture.height), side_px).canvases[
            :1
        ]
    ]
    if len(out) < count:
        raise BenchmarkError(f"the demo's clips gave {len(out)} frames; expected {count}")
    return np.stack(out[:count])


def _pictures(path: Path, count: int) -> Iterator[Any]:
    with av.open(str(path)) as container:
        step = max(1, (container.streams.video[0].frames or count) // count - 1)
        for number, picture in enumerate(container.decode(video=0)):
            if number % step == 0 and count > 0:
                count -= 1
                yield picture
            if count == 0:
                return


class _Peer:
    """The peer's process, with the frames in its memory."""

    def __init__(self, folder: Path, canvases: NDArray[np.uint8]) -> None:
        path = folder / "canvases.npy"
        np.save(path, canvases)
        command = [str(PYTHON), str(PEER), str(MODEL), str(path), str(INSTANCES)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def round(self) -> Took:
        """Infer all frames once."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("{}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchmarkError(f"the peer {PEER.name} ended with {self._process.wait()}; its error is above")
        return Took(**json.loads(answer))


if __name__ == "__main__":
    main(run)
