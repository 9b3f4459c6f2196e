"""What the harness itself costs: its loop under a trivial core and a codec that does nothing.

    python -m tests.benchmarks.stage.loop --bootstrap HOST:PORT

prints the camera-seconds one core handles in a second: fetch, group, one state and one output for each message, all
durable and acknowledged. What a real stage adds is its codec (about 100 us a message) and its core.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from processors.stage import Parts, StageSettings, run_stage
from processors.stage_core import KeyBatch, KeyResult, Output, Registry
from schemas.codec import MessageCodec
from schemas.registry import FixedSchemaIds

PARTITIONS = 4
#: Messages before the clock starts.
WARM_UP = 10_000


class _Bytes(MessageCodec):
    """Hands bytes through, so that only the loop is measured."""

    def __init__(self) -> None:
        super().__init__(FixedSchemaIds())

    def decode(self, topic: str, data: bytes) -> Any:
        del topic
        return data

    def encode(self, topic: str, message: object) -> bytes:
        del topic
        assert isinstance(message, bytes)
        return message


class _Trivial:
    """One output of 300 bytes and a state of 200 bytes for each message; says when it has seen them all."""

    name = "loop"
    source = "frames"
    version = "1"

    def __init__(self, messages: int) -> None:
        self._left = messages - WARM_UP
        self._warm_up = WARM_UP
        self._began = (0.0, 0.0)
        self._batches = 0

    def stamp(self, message: bytes) -> tuple[int, int]:
        return 1, int.from_bytes(message[:8], "big")

    def needs(self, message: bytes) -> tuple[str, int] | None:
        del message
        return None

    def initial(self, key: str) -> bytes:
        del key
        return b"\x01" * 200

    def to_bytes(self, state: bytes) -> bytes:
        return state

    def from_bytes(self, key: str, data: bytes) -> bytes:
        del key
        return data

    async def advance(self, batch: Sequence[KeyBatch[bytes, bytes]], registry: Registry) -> Sequence[KeyResult[bytes]]:
        del registry
        count = sum(len(key.records) for key in batch)
        if self._warm_up > 0:
            self._warm_up -= count
            if self._warm_up <= 0:
                self._began = (time.process_time(), time.perf_counter())
                self._left += self._warm_up
        else:
            self._left -= count
            self._batches += 1
            if self._left <= 0:
                asyncio.get_running_loop().call_later(0.5, self._report)  # the last batches become durable first
        return [
            KeyResult(
                key.state, [Output("payments", key.key, record.message, same_partition=True) for record in key.records]
            )
            for key in batch
        ]

    def _report(self) -> None:
        cpu_s = time.process_time() - self._began[0]
        wall_s = time.perf_counter() - self._began[1] - 0.5
        sys.stdout.write(json.dumps({"cpu_s": cpu_s, "wall_s": wall_s, "batches": self._batches}) + "\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGTERM)


def measure(bootstrap: str, messages: int = 110_000, cameras: int = 2_000) -> dict[str, float]:
    """Return what the loop costs on a running Kafka.

    Args:
        bootstrap: Kafka's address.
        messages: messages to work through, the warm-up included.
        cameras: keys they belong to; one state is written for each key and batch.

    Returns:
        camera_seconds_per_core_second; us_per_message (CPU); camera_seconds_per_second (wall); messages_per_batch.
    """
    prefix = f"bench{uuid4().hex[:8]}."
    admin = AdminClient({"bootstrap.servers": bootstrap})
    names = [f"{prefix}{name}" for name in ("frames", "payments", "dead-letters", "cameras", "loop-state-changelog")]
    try:
        for made in admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names]).values():
            made.result()
        _fill(bootstrap, f"{prefix}frames", messages, cameras)
        command = [sys.executable, "-m", "tests.benchmarks.stage.loop", "--bootstrap", bootstrap, "--prefix", prefix]
        done = subprocess.run(
            [*command, "--messages", str(messages)], capture_output=True, text=True, check=True, timeout=300
        )
    finally:
        for gone in admin.delete_topics(names).values():
            gone.result()
    figures = json.loads(done.stdout.splitlines()[-1])
    measured = messages - WARM_UP
    return {
        "camera_seconds_per_core_second": measured / figures["cpu_s"],
        "us_per_message": 1e6 * figures["cpu_s"] / measured,
        "camera_seconds_per_second": measured / figures["wall_s"],
        "messages_per_batch": measured / max(1, figures["batches"]),
    }


def _fill(bootstrap: str, topic: str, messages: int, cameras: int) -> None:
    producer = Producer(
        {"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "linger.ms": 50, "enable.idempotence": True}
    )
    for index in range(messages):
        value = (index // cameras).to_bytes(8, "big") + bytes(292)
        while True:
            try:
                producer.produce(topic, value, f"camera-{index % cameras}")
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, or be the process that is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", required=True, help="Kafka's address")
    parser.add_argument("--messages", type=int, default=110_000)
    parser.add_argument("--prefix", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.prefix is None:
        sys.stdout.write(json.dumps(measure(arguments.bootstrap, arguments.messages)) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = StageSettings(arguments.bootstrap, "", arguments.prefix, Path(folder), checkpoint_interval_s=None)
        run_stage(settings, _Trivial(arguments.messages), Parts(codec=_Bytes()))


if __name__ == "__main__":
    main()
