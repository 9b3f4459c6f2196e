"""A Kafka of the benchmark's own, so that nothing else loads it."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from infra.local import kafka
from infra.settings import Settings
from schemas.topics import catalogue
from tests.integration.conftest import free_ports

READY_WITHIN_S = 60.0


@contextmanager
def own_kafka(folder: Path) -> Iterator[str]:
    """Start Kafka in a folder and yield its address."""
    client, controller = free_ports(2)
    settings = Settings(data_dir=folder, kafka_port=client, kafka_controller_port=controller, kafka_heap="512m")
    spec = kafka.spec(settings, folder)
    assert spec.prepare is not None
    assert spec.ready is not None
    spec.prepare()
    with (folder / "kafka.log").open("wb") as log:
        process = subprocess.Popen(spec.argv, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                if spec.ready():
                    break
            except Exception:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)
        yield f"127.0.0.1:{client}"
    finally:
        process.kill()
        process.wait()


def make_topics(
    bootstrap: str,
    prefix: str,
    names: Sequence[str] = ("cameras", "frames", "camera-health", "dead-letters"),
    partitions: int = 4,
) -> None:
    """Make topics, by default the producers'."""
    limit = str(catalogue().limits.message_max_bytes)
    wanted = [NewTopic(prefix + n, partitions, 1, config={"max.message.bytes": limit}) for n in names]
    admin = AdminClient({"bootstrap.servers": bootstrap})  # held: its answers die with it
    for future in admin.create_topics(wanted).values():
        future.result()
