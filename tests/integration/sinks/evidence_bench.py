"""Frames, detections and findings on a real Kafka, and the evidence sink as a process."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.settings import Settings
from schemas.messages import Evidence, Frames
from sinks.evidence import verify
from sinks.evidence.object_store import ObjectStore
from tests.integration.sinks.conftest import Bench
from tests.unit.sinks.evidence import findings

#: Camera, sequence -> frames message, its partition, offset and CreateTime.
Places = dict[tuple[str, int], tuple[Frames, int, int, int]]


class EvidenceBench(Bench):
    """One prefix, one store, and the sink on them.

    Args:
        settings: with the store's address and the key's file.
        environment: what the sink's process needs beside the settings.
    """

    def __init__(self, settings: Settings, environment: dict[str, str] | None = None) -> None:
        super().__init__(settings)
        self._environment = {**os.environ, **settings.environment(), **(environment or {})}

    def sink(self) -> "subprocess.Popen[str]":
        """Start the evidence sink."""
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.cli", "run", "evidence"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._sinks.append(process)
        return process

    def film(self, camera_id: str, seconds: int, without: Sequence[int] = ()) -> Places:
        """Write a camera's frames, then their detections; `without`: groups that no detections message names."""
        places = self._write(camera_id, seconds)
        seen = []
        for (_, sequence), (frames, partition, offset, created_at_ms) in places.items():
            if sequence not in without:
                message = findings.detections_of(frames, offset, created_at_ms, partition)
                seen.append((camera_id, self.codec.encode("detections", message)))
        self.produce("detections", seen)
        return places

    def _write(self, camera_id: str, seconds: int) -> Places:
        out: Places = {}
        producer = Producer({
            "bootstrap.servers": self.settings.bootstrap_servers,
            "partitioner": "murmur2_random",
            "message.max.bytes": 1_048_576,
            "enable.idempotence": True,
        })  # fmt: skip
        for frames in findings.camera_frames(camera_id)[:seconds]:

            def delivered(error: KafkaError | None, message: Message, frames: Frames = frames) -> None:
                assert error is None
                place = (message.partition() or 0, message.offset() or 0, message.timestamp()[1])
                out[frames.camera_id, frames.sequence] = (frames, *place)

            value = self.codec.encode("frames", frames)
            producer.produce(self.settings.topic_prefix + "frames", value, camera_id.encode(), on_delivery=delivered)
        assert producer.flush(30) == 0
        return out

    def forget(self, partition: int, before: int) -> None:
        """Let retention drop a partition's frames before an offset."""
        admin = AdminClient({"bootstrap.servers": self.settings.bootstrap_servers})
        place = TopicPartition(self.settings.topic_prefix + "frames", partition, before)
        for future in admin.delete_records([place]).values():
            future.result(timeout=30)


def named(role: str, places: Places, camera_id: str, sequence: int) -> Evidence:
    """Name the middle of a written second."""
    frames, partition, offset, _ = places[camera_id, sequence]
    return findings.evidence(role, frames, offset, partition)


def created_ms(places: Places, camera_id: str, sequence: int) -> int:
    """CreateTime of a written second."""
    return places[camera_id, sequence][3]


def manifests(store: ObjectStore) -> dict[str, Any]:
    """Every manifest in a store by its name."""
    return {name: json.loads(store.get(name)) for name in store.names("") if name.endswith("/manifest.json")}


def assert_exactly_once(store: ObjectStore, expected: int) -> None:
    """Each case has one manifest, signature, pointer and log entry; no object is there that none of them names."""
    names = set(store.names(""))
    found = manifests(store)
    assert len(found) == expected
    wanted: set[str] = {name for name in names if name.startswith("keys/")}
    leaves = {name: json.loads(store.get(name))["leaf"] for name in names if name.startswith("log/")}
    wanted |= set(leaves)
    logged = Counter(leaf["object"] for leaf in leaves.values() if leaf["kind"] == "manifest")
    assert logged == Counter(dict.fromkeys(found, 1))
    for name, manifest in found.items():
        folder = name.removesuffix("manifest.json")
        digest = verify.sha256(store.get(name))
        wanted |= {name, f"{folder}log.json", f"{folder}signature-{digest}.json"}
        for file in manifest["files"]:
            wanted.add(file["object"])
            assert verify.sha256(store.get(file["object"])) == file["sha256"]
    assert names == wanted, sorted(names ^ wanted)[:10]
