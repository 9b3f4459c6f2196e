"""A cluster of this module's own topics, and a way to run producers against it."""

import dataclasses
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from confluent_kafka import Consumer, TopicPartition

from infra.settings import ROOT, Settings
from infra.topics.application import apply
from producers.app import run_producers
from producers.registry_file import ANALYSIS
from producers.registry_topic import write_cameras
from producers.resume import partitions_of
from producers.settings import ProducerSettings, producer_settings
from schemas.codec import MessageCodec
from schemas.messages import Camera, CameraHealth, Frames, Owner
from schemas.registry import RegistrySchemaIds

START_US = 1_700_000_000_000_000


class Cluster:
    """The topics of one test module."""

    def __init__(self, settings: Settings) -> None:
        self.stack = settings
        self.settings: ProducerSettings = dataclasses.replace(
            producer_settings(settings),
            stall_s=3.0,
            backoff_base_s=0.2,
            backoff_cap_s=0.5,
            health_s=1.0,
            stagger_s=0.1,
            secrets_file=settings.data_dir / f"{settings.topic_prefix}secrets.json",
        )
        self.ids = RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix)
        self.codec = MessageCodec(self.ids)

    def register(self, camera_id: str, uri: str, *, version: int = 1, enabled: bool = True) -> None:
        """Write a registry entry."""
        camera = Camera(
            camera_id=camera_id,
            version=version,
            name=camera_id,
            site_id="S",
            district="D",
            owner=Owner.PUBLIC,
            latitude_deg=43.0,
            longitude_deg=76.0,
            height_m=None,
            heading_deg=None,
            source_uri=uri,
            source_start_us=START_US if uri.startswith("file:") else None,
            enabled=enabled,
            width_px=320,
            height_px=240,
            calibration=None,
            zones=(),
            speed_limit_kmh=None,
            junction_id=None,
            capabilities=(),
            analysis=ANALYSIS,
            rules=(),
            updated_at_us=1,
        )
        write_cameras(self.settings, self.codec, [camera])

    def raw(self, topic: str) -> Sequence[tuple[bytes, bytes]]:
        """Every key and value that a topic holds, partition by partition."""
        name = f"{self.settings.topic_prefix}{topic}"
        # A new assignment waits for the fetch under way, half a second by default.
        consumer = Consumer(
            {
                "bootstrap.servers": self.settings.bootstrap_servers,
                "group.id": f"{name}-test",
                "fetch.wait.max.ms": 10,
            }
        )
        try:
            out = []
            for partition in range(partitions_of(consumer, name)):
                where = TopicPartition(name, partition)
                low, high = consumer.get_watermark_offsets(where, timeout=10)
                consumer.assign([TopicPartition(name, partition, low)])
                position = low
                while position < high:
                    for message in consumer.consume(min(100, high - position), timeout=1.0):
                        assert message.error() is None, message.error()
                        position = (message.offset() or 0) + 1
                        out.append((message.key() or b"", message.value() or b""))
            return out
        finally:
            consumer.close()

    def messages(self, topic: str, camera_id: str) -> Sequence[Any]:
        """Every message of a camera, in order."""
        return [self.codec.decode(topic, value) for key, value in self.raw(topic) if key == camera_id.encode()]

    def frames(self, camera_id: str) -> Sequence[Frames]:
        """Every frames message of a camera, in order."""
        return self.messages("frames", camera_id)

    def health(self, camera_id: str) -> Sequence[CameraHealth]:
        """Every health message of a camera, in order."""
        return self.messages("camera-health", camera_id)

    def process(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the command line against this cluster."""
        return subprocess.Popen(
            [sys.executable, "-m", "infra.cli", *arguments],
            env={**os.environ, **self.stack.environment(), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


class Running:
    """Producers in a thread, stopped at the end of the block."""

    def __init__(self, cluster: Cluster, cameras: Sequence[str]) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=run_producers,
            args=(cluster.settings, cluster.ids),
            kwargs={"cameras": cameras, "stop": self._stop},
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


def wait_until(what: str, true: Callable[[], bool], within_s: float = 60.0) -> None:
    """Wait for something that must come; the bound is for a broken run, no measure."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def cluster(settings: Settings) -> Cluster:
    """Topics and schemas of this module's own."""
    apply(settings)
    return Cluster(settings)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for recordings."""
    return tmp_path_factory.mktemp("clips")
