"""Finds where each file camera stopped: the last (epoch, sequence) that `frames` holds for it."""

import logging
import time
from collections.abc import Collection
from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from producers.kafka_partition import partition_of
from producers.settings import ProducerSettings
from schemas.codec import MessageCodec
from schemas.wire import BadMessageError

log = logging.getLogger(__name__)

BLOCK: Final = 500
TIMEOUT_S: Final = 30.0


def last_marks(settings: ProducerSettings, codec: MessageCodec, cameras: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the last (epoch_us, sequence) of each camera that the tails of its partitions hold.

    Each partition is read back in blocks until every camera of it was found, its start is reached, or `tail_messages`
    were seen. A camera that is not found is played from its start: its ids repeat, so the stages drop what they know.

    Raises:
        KafkaException: Kafka did not answer, or the topic is missing.
    """
    topic = f"{settings.topic_prefix}frames"
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": f"{settings.topic_prefix}producers-resume",  # never joined: partitions are assigned by hand
            "enable.auto.commit": False,
            "enable.partition.eof": False,
            "fetch.message.max.bytes": settings.message_max_bytes,
            "queued.max.messages.kbytes": 32_768,
            "log_level": 2,  # connection troubles come as errors; librdkafka would repeat each on stderr
            **settings.security,
        }
    )
    try:
        partitions = partitions_of(consumer, topic)
        wanted: dict[int, set[bytes]] = {}
        for camera in cameras:
            key = camera.encode()
            wanted.setdefault(partition_of(key, partitions), set()).add(key)
        found: dict[str, tuple[int, int]] = {}
        for partition, keys in sorted(wanted.items()):
            found |= _tail(consumer, TopicPartition(topic, partition), keys, settings.tail_messages, codec)
        return found
    finally:
        consumer.close()


def partitions_of(consumer: Consumer, topic: str) -> int:
    """Return how many partitions a topic has.

    Raises:
        KafkaException: Kafka did not answer, or the topic is missing.
    """
    metadata = consumer.list_topics(topic, timeout=TIMEOUT_S).topics[topic]
    if metadata.error is not None:
        raise KafkaException(metadata.error)
    return len(metadata.partitions)


def _tail(
    consumer: Consumer, where: TopicPartition, keys: set[bytes], most: int, codec: MessageCodec
) -> dict[str, tuple[int, int]]:
    low, high = consumer.get_watermark_offsets(where, timeout=TIMEOUT_S)
    low = max(low, high - most)
    found: dict[str, tuple[int, int]] = {}
    end = high
    while end > low and keys:
        begin = max(low, end - BLOCK)
        for key, value in _block(consumer, where, begin, end, keys).items():
            keys.discard(key)
            try:
                frames = codec.decode("frames", value)
            except BadMessageError as error:
                log.warning(
                    "%s[%d]: the last message of %s cannot be read: %s", where.topic, where.partition, key, error
                )
                continue
            found[frames.camera_id] = (frames.epoch_us, frames.sequence)
        end = begin
    return found


def _block(consumer: Consumer, where: TopicPartition, begin: int, end: int, keys: set[bytes]) -> dict[bytes, bytes]:
    """Return the last value of each wanted key among the offsets from begin up to end."""
    consumer.assign([TopicPartition(where.topic, where.partition, begin)])
    out: dict[bytes, bytes] = {}
    deadline = time.monotonic() + TIMEOUT_S
    position = begin
    while position < end:
        for message in consumer.consume(min(100, end - position), timeout=1.0):
            if message.error() is not None:
                raise KafkaException(message.error())
            position = int(message.offset() or 0) + 1
            if position > end:
                break
            key, value = message.key(), message.value()
            if key in keys and value is not None:
                out[key] = value
        known = consumer.position([where])[0].offset
        position = max(position, known)  # offsets at the end may hold no message (aborted, expired)
        if time.monotonic() > deadline:
            raise KafkaException(f"reading the tail of {where.topic}[{where.partition}] took over {TIMEOUT_S:.0f} s")
    return out
