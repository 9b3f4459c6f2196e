"""Which vehicles the topic vehicle-registry holds, by their sealed keys."""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from infra.settings import Settings
from infra.topic_writer import STEP
from infra.vehicles.vehicle_topic import TOPIC
from processors.vehicles.by_period import sealed_key
from schemas.codec import MessageCodec
from schemas.registry import RegistrySchemaIds
from schemas.wire import BadMessageError

TAKE: Final = 1_000
POLL_S: Final = 0.5
ANSWER_S: Final = 20.0
#: A topic that brings nothing for so long before its end is given up.
SILENT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Held:
    """What the topic holds.

    Attributes:
        keys: sealed keys of the vehicles, 32 bytes each.
        known_at_us: moment at which the newest of their tables was drawn, Unix time in us; 0 where none is held.
    """

    keys: frozenset[bytes]
    known_at_us: int


def held(settings: Settings, periods: Collection[str], say: Callable[[int], None] = lambda _: None) -> Held:
    """Return the vehicles that the topic now holds under these quarters' keys.

    What cannot be read, and what has no sealed key, is left out: no process holds it either.

    Args:
        settings: where everything is.
        periods: quarters such as 2026-q4.
        say: told how many records were read, every STEP.

    Raises:
        KafkaException: Kafka does not answer, or the topic is not there.
        RegistryUnavailableError: the schema registry does not answer.
    """
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": f"{settings.topic_prefix}no-group",  # never joined: partitions are assigned by hand
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "log_level": 0,
            **settings.kafka_security,
        }
    )
    found: dict[bytes, int] = {}
    try:
        read = 0
        for key, value in _records(consumer, f"{settings.topic_prefix}{TOPIC}"):
            read += 1
            if read % STEP == 0:
                say(read)
            name = sealed_key(key.decode(errors="replace"))
            if name is None:
                continue
            if value is None:
                found.pop(name, None)
                continue
            try:
                entry = codec.decode(TOPIC, value)
            except BadMessageError:
                continue
            if entry.key_period in periods:
                found[name] = entry.known_at_us
    finally:
        consumer.close()
    return Held(frozenset(found), max(found.values(), default=0))


def _records(consumer: Consumer, topic: str) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield key and value of every record that the topic holds at the start, in each partition's order."""
    ends = _ends(consumer, topic)
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in ends])
    heard = time.monotonic()
    while ends:
        messages = consumer.consume(TAKE, POLL_S)
        if messages:
            heard = time.monotonic()
        elif time.monotonic() - heard > SILENT_S:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001  librdkafka's own code
        for message in messages:
            error = message.error()
            if error is not None and not error.retriable():
                raise KafkaException(error)
            key, value = message.key(), message.value()
            if error is None and isinstance(key, bytes) and not isinstance(value, str):
                yield key, value
        # a compacted topic's end may hold no record: what counts is how far reading has come
        for place in consumer.position([TopicPartition(topic, partition) for partition in ends]):
            if place.offset >= ends[place.partition]:
                del ends[place.partition]


def _ends(consumer: Consumer, topic: str) -> dict[int, int]:
    """Return the end of each partition that holds anything."""
    metadata = consumer.list_topics(topic, timeout=ANSWER_S).topics[topic]
    if metadata.error is not None:
        raise KafkaException(metadata.error)
    ends: dict[int, int] = {}
    for partition in metadata.partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_S)
        if high > low:
            ends[partition] = high
    return ends
