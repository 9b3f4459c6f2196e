"""The demo's clips as frames messages, grouped by the real producers."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from confluent_kafka import Consumer, TopicPartition

from infra.demo.run import REGISTRY
from producers.registry_file import parse
from producers.registry_topic import write_cameras
from producers.settings import ProducerSettings
from schemas.codec import MessageCodec
from schemas.messages import Camera, Frames
from tests.benchmarks.figure import BenchmarkError
from tests.benchmarks.fixed_ids import fixed_ids
from tests.benchmarks.producers.own_kafka import make_topics, own_kafka

PREFIX: Final = "footage."
WITHIN_S: Final = 120.0


def demo_footage() -> tuple[Mapping[str, Camera], Mapping[str, Sequence[Frames]]]:
    """Return the demo's cameras, and each one's whole clip as its groups in order.

    Raises:
        BenchmarkError: the registry or a clip is not as it must be.
    """
    entries, problems = parse(REGISTRY.read_text(encoding="utf-8"), REGISTRY.parent)
    if problems and not entries:
        raise BenchmarkError(f"{REGISTRY} has no camera that can be read: {problems[0]}")
    cameras = {entry.camera.camera_id: replace(entry.camera, version=1) for entry in entries}
    codec = MessageCodec(fixed_ids())
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as bootstrap:
        make_topics(bootstrap, PREFIX)
        settings = ProducerSettings(bootstrap_servers=bootstrap, schema_registry_url="", topic_prefix=PREFIX)
        write_cameras(settings, codec, list(cameras.values()))
        command = [sys.executable, "-m", "tests.benchmarks.producers.play", bootstrap, PREFIX]
        played = subprocess.run(command, check=False, timeout=WITHIN_S).returncode
        if played:
            raise BenchmarkError(f"the producers ended with {played} while playing the demo's clips; see above")
        groups = _read(bootstrap, codec)
    missing = sorted(set(cameras) - set(groups))
    if missing:
        raise BenchmarkError(f"the producers gave no frames of {', '.join(missing)}")
    return cameras, groups


def _read(bootstrap: str, codec: MessageCodec) -> Mapping[str, Sequence[Frames]]:
    """Return everything in the frames topic."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "footage", "auto.offset.reset": "earliest"})
    try:
        topic = PREFIX + "frames"
        partitions = [
            TopicPartition(topic, number, 0) for number in consumer.list_topics(topic).topics[topic].partitions
        ]
        left = sum(consumer.get_watermark_offsets(one)[1] for one in partitions)
        consumer.assign(partitions)
        out: dict[str, list[Frames]] = {}
        deadline = time.monotonic() + WITHIN_S
        while left > 0:
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{left} groups could not be read back from the benchmark's Kafka")
            message = consumer.poll(1.0)
            value = None if message is None or message.error() is not None else message.value()
            if value is None:
                continue
            frames = codec.decode("frames", value)
            out.setdefault(frames.camera_id, []).append(frames)
            left -= 1
    finally:
        consumer.close()
    return {camera: sorted(own, key=lambda one: one.sequence) for camera, own in out.items()}
