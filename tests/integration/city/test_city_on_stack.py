"""The test city into a real Kafka: every message arrives once, where its key belongs, and decodes."""

import json
import os
import subprocess
import sys
from collections import defaultdict

import pytest
from confluent_kafka import Consumer, TopicPartition

from infra import topics
from infra.settings import Settings
from producers.kafka_partition import partition_of
from schemas.codec import MessageCodec
from schemas.registry import RegistrySchemaIds

pytestmark = pytest.mark.integration

CAMERAS, SECONDS = 6, 15


def test_the_city_fills_its_topics(settings: Settings) -> None:
    """`vigil city run` writes exactly the messages that it counts; each key's in order, on murmur2's partition."""
    topics.apply(settings)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "infra.cli", "city", "run", "--json", "--seed", "101", "--traffic", "conveyor"),
            *("--cameras", str(CAMERAS), "--seconds", str(SECONDS)),
        ],
        env={**os.environ, **settings.environment()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)["topics"]
    assert said["detections"]["messages"] == said["truth-tracks"]["messages"] == CAMERAS * SECONDS
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    consumer = Consumer({"bootstrap.servers": settings.bootstrap_servers, "group.id": "none"})
    try:
        for topic, counted in said.items():
            name = settings.topic_prefix + topic
            partitions = len(consumer.list_topics(name, 20).topics[name].partitions)
            ends = {p: consumer.get_watermark_offsets(TopicPartition(name, p), 20)[1] for p in range(partitions)}
            consumer.assign([TopicPartition(name, p, 0) for p in ends])
            last: dict[bytes, int] = defaultdict(int)
            for _ in range(counted["messages"]):
                message = consumer.poll(30)
                assert message is not None, topic
                assert message.error() is None, message.error()
                key, value = message.key(), message.value()
                assert key is not None
                assert value is not None
                decoded = codec.decode(topic, value)
                assert message.partition() == partition_of(key, partitions)
                at_us = getattr(decoded, "captured_at_us", 0)
                assert at_us >= last[key]
                last[key] = at_us
            assert sum(ends.values()) == counted["messages"]
    finally:
        consumer.close()
