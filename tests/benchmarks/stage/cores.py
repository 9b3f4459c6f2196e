"""Camera-seconds that a core of CPU handles in a second, for each whole stage: real harness, core, codec and Kafka.

    python -m tests.benchmarks.stage.cores

Each stage runs as a process of its own (`run_stage`, as `vigil run` does) with the camera registry, the state's
changelog, checkpoints and outputs in a Kafka of the benchmark's own. Its source topic holds the load before it starts:
seconds of 2,000 cameras with five sampled frames of ten boxes each, second by second. The violations stage's cameras
look where the test city's do (tests/benchmarks/stage/streets.py), for what its rules cost hangs on the zones; it is
measured with the city's own cameras and traffic as well (tests/benchmarks/stage/city_tracks.py). The process's CPU,
user and system, all threads, is taken from when the first 10,000 messages were applied until half a second after the
last one was, so that the last outputs, state and offsets are in it. Kafka is another process and is not counted. The
schema ids are fixed ones instead of the registry's, which a stage asks once for each schema.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn
from uuid import uuid4

import numpy as np
from confluent_kafka import Producer

from processors.incidents.core import IncidentsCore
from processors.stage import Parts, StageSettings, run_stage
from processors.stage_core import KeyBatch, KeyResult, Registry, StageCore
from processors.tracking.core import TrackingCore
from processors.violations.core import ViolationsCore
from schemas.codec import MessageCodec
from schemas.messages import Camera, Detections, Tracks
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_least, main
from tests.benchmarks.findings.stage_cores import roadside, traffic
from tests.benchmarks.fixed_ids import fixed_ids
from tests.benchmarks.producers.own_kafka import make_topics, own_kafka
from tests.benchmarks.stage import streets as city_streets
from tests.benchmarks.stage.city_tracks import city_tracks
from tests.benchmarks.tracking.mot import message

CORES: Final[Mapping[str, Callable[[], StageCore[Any, Any]]]] = {
    "tracking": TrackingCore,
    "incidents": IncidentsCore,
    "violations": ViolationsCore,
}
#: What is measured: a stage, or one with another load, by its figure's name.
LOADS: Final[Mapping[str, tuple[str, str]]] = {
    "tracking": ("tracking", "5 frames of 10 boxes"),
    "incidents": ("incidents", "5 frames of 10 boxes"),
    "violations": ("violations", "5 frames of 10 boxes, the city's zones"),
    "violations_city": ("violations", "the test city's cameras and traffic"),
}
CAMERAS: Final = 2_000
#: Messages whose CPU counts, and those before: compiled code, caches and connections are warm then.
MEASURED: Final = 30_000
WARM_UP: Final = 10_000
#: Different streets; the cameras take turns at them.
STREETS: Final = len(city_streets.VIEWS)
#: After the last message was applied, so that what it brought is durable.
SETTLE_S: Final = 0.5
WITHIN_S: Final = 240.0
#: A camera of each street, and the seconds that are seen there.
Streets = tuple[Sequence[Camera], Sequence[Sequence[Tracks]]]
OUTPUTS: Final = ("tracks", "incidents", "violations", "checkpoints", "dead-letters")


def run(
    say: Say,
    loads: Sequence[str] = tuple(LOADS),
    cameras: int = CAMERAS,
    measured: int = MEASURED,
    warm_up: int = WARM_UP,
) -> list[Figure]:
    """Return the figures.

    Args:
        say: takes lines of progress.
        loads: those to measure.
        cameras: keys of the messages.
        measured: messages whose CPU counts; more than one batch of the harness.
        warm_up: messages before them.

    Raises:
        BenchmarkError: a stage ended early or was not done in time.
    """
    figures = []
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as bootstrap:
        for name in loads:
            found = _measure(bootstrap, name, cameras, measured, warm_up)
            rate = found["applied"] / found["cpu_s"]
            cores, outputs = found["cpu_s"] / found["wall_s"], found["outputs"] / found["applied"]
            say(f"{name}: {rate:,.0f} camera-seconds a core-second, on {cores:.2f} cores, {outputs:.3f} outputs each")
            figures.append(
                Figure(
                    f"stage_{name}_camera_seconds_per_core_second",
                    rate,
                    "camera-s/core-s",
                    at_least(5_000),
                    f"{LOADS[name][1]}, {cameras} cameras, {found['applied']} messages from Kafka to Kafka",
                )
            )
    return figures


def _measure(bootstrap: str, name: str, cameras: int, measured: int, warm_up: int) -> Mapping[str, float]:
    stage = LOADS[name][0]
    core = CORES[stage]()
    prefix = f"bench{uuid4().hex[:8]}."
    make_topics(bootstrap, prefix, ["cameras", core.source, f"{stage}-state-changelog", *_outputs(core.source)])
    messages = warm_up + measured
    _fill(bootstrap, prefix, core.source, _streets(name, -(-messages // cameras)), cameras)
    command = [sys.executable, "-m", "tests.benchmarks.stage.cores", "--stage", stage, "--bootstrap", bootstrap]
    command += ["--prefix", prefix, "--warm-up", str(warm_up), "--messages", str(messages)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=WITHIN_S)
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"the stage {name} did not handle {messages} messages within {WITHIN_S:.0f} s") from error
    if done.returncode or not done.stdout.strip():
        raise BenchmarkError(f"the stage {name} ended with {done.returncode} before it was done; its log is above")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _outputs(source: str) -> list[str]:
    return [name for name in OUTPUTS if name != source]


def _streets(name: str, seconds: int) -> Streets:
    """Return a load of so many seconds."""
    rng = random.Random(1)
    if name == "violations_city":
        return city_tracks(seconds)
    if name == "violations":
        views = city_streets.VIEWS
        entries = [city_streets.watching(view, "camera") for view in views]
        return entries, [city_streets.traffic(view, number, rng, seconds) for number, view in enumerate(views)]
    return [roadside()] * STREETS, [traffic(number, rng, seconds) for number in range(STREETS)]


def _fill(bootstrap: str, prefix: str, source: str, on: Streets, cameras: int) -> None:
    """Write the registry and the load: the cameras take turns at the streets."""
    codec = MessageCodec(fixed_ids())
    entries, streets = on
    load: Sequence[Sequence[Tracks | Detections]] = streets
    if source == "detections":
        load = [[_detections(tracks) for tracks in street] for street in streets]
    # Idempotent: a new topic's first batches may be refused and tried again, and must not come after the next ones: the
    # harness would take the seconds that come late for replays and leave them out.
    producer = Producer(
        {"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "linger.ms": 50, "enable.idempotence": True}
    )

    def send(topic: str, key: str, value: bytes) -> None:
        while True:
            try:
                producer.produce(prefix + topic, value, key)
                break
            except BufferError:
                producer.poll(0.1)

    for number in range(cameras):
        entry: Camera = replace(entries[number % len(entries)], camera_id=f"camera-{number}")
        send("cameras", entry.camera_id, codec.encode("cameras", entry))
    for second in range(len(streets[0])):
        for number in range(cameras):
            key = f"camera-{number}"
            value = codec.encode(source, replace(load[number % len(load)][second], camera_id=key))
            send(source, key, value)
    left = producer.flush(60)
    if left:
        raise BenchmarkError(f"{left} messages of the load did not reach the benchmark's Kafka within a minute")


def _detections(tracks: Tracks) -> Detections:
    """Return the detections message that a tracks message could have been made of."""
    columns = (tracks.box_x1_px, tracks.box_y1_px, tracks.box_x2_px, tracks.box_y2_px)
    rows = np.column_stack([*columns, np.full(len(tracks.box_sample), 0.9)]).astype(float)
    of = np.array(tracks.box_sample)
    classes = np.array(tracks.track_class)[np.array(tracks.box_track)]
    samples = range(len(tracks.sample_at_us))
    return message(
        tracks.camera_id,
        tracks.sequence,
        tracks.sample_at_us,
        [rows[of == number] for number in samples],
        epoch_us=tracks.epoch_us,
        classes=[classes[of == number].tolist() for number in samples],
        registry_version=1,
        picture_px=(tracks.width_px, tracks.height_px),
    )


class _Counted:
    """A core that says what its process took once it has seen all messages; else it is the core."""

    def __init__(self, core: StageCore[Any, Any], warm_up: int, messages: int) -> None:
        self.name, self.source, self.version = core.name, core.source, core.version
        self.stamp, self.needs, self.initial = core.stamp, core.needs, core.initial
        self.to_bytes, self.from_bytes = core.to_bytes, core.from_bytes
        self._core = core
        self._warm_up, self._messages = warm_up, messages
        self._seen = self._counted_from = self._outputs = 0
        self._began: tuple[float, float] | None = None

    async def advance(self, batch: Sequence[KeyBatch[Any, Any]], registry: Registry) -> Sequence[KeyResult[Any]]:
        results = await self._core.advance(batch, registry)
        self._seen += sum(len(work.records) for work in batch)
        refused = next((refusal.error for result in results for refusal in result.refusals), None)
        if refused is not None:
            _give_up(f"{self.name} refused a message of the load: {refused}")
        if self._began is not None:
            self._outputs += sum(len(result.outputs) for result in results)
        elif self._warm_up <= self._seen < self._messages:
            # Only now: a batch is decoded before it is applied, and the next one's decoding must count. What this
            # batch has still to write counts as well, against us.
            self._began, self._counted_from = (time.process_time(), time.perf_counter()), self._seen
        if self._seen >= self._messages:
            asyncio.get_running_loop().call_later(SETTLE_S, self._report)
        return results

    def _report(self) -> None:
        if self._began is None:
            _give_up(f"{self.name} was still warming up when it had seen all {self._seen} messages")
        figures = {
            "cpu_s": time.process_time() - self._began[0],
            "wall_s": time.perf_counter() - self._began[1] - SETTLE_S,
            "applied": self._seen - self._counted_from,
            "outputs": self._outputs,
        }
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGTERM)


def _give_up(reason: str) -> NoReturn:
    """End the process at once: the harness would take an exception for trouble of its own."""
    sys.stderr.write(reason + "\n")
    sys.stderr.flush()
    os._exit(1)


def _be_the_stage(arguments: argparse.Namespace) -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    core = CORES[arguments.stage]()
    if isinstance(core, TrackingCore):
        core.warm_up()
    with tempfile.TemporaryDirectory() as folder:
        settings = StageSettings(arguments.bootstrap, "", arguments.prefix, Path(folder))
        run_stage(
            settings, _Counted(core, arguments.warm_up, arguments.messages), Parts(codec=MessageCodec(fixed_ids()))
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", choices=list(CORES), help=argparse.SUPPRESS)
    parser.add_argument("--bootstrap", help=argparse.SUPPRESS)
    parser.add_argument("--prefix", help=argparse.SUPPRESS)
    parser.add_argument("--warm-up", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--messages", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage is None:
        main(run)
    else:
        _be_the_stage(given)
