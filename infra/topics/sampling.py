"""Reads the last records of a topic without a consumer group, within a bound of records and time."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from infra.topics.connection import KafkaAwayError

WAIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class SampledRecord:
    """One record as it lies in Kafka.

    Attributes:
        topic: its topic, with prefix.
        partition: its partition.
        offset: its offset.
        created_at_ms: its timestamp, milliseconds since the Unix epoch.
        key: its key.
        value: its value.
    """

    topic: str
    partition: int
    offset: int
    created_at_ms: int
    key: bytes | None
    value: bytes | None


def last_records(
    bootstrap_servers: str,
    security: Mapping[str, str],
    starts: Sequence[tuple[str, int, int, int]],
    fetch_bytes: int,
    wait_s: float = WAIT_S,
) -> Sequence[SampledRecord]:
    """Return records of some partitions.

    Args:
        bootstrap_servers: Kafka's addresses.
        security: what librdkafka needs to know of user and TLS; empty: neither.
        starts: (topic, partition, first offset wanted, end offset); all records in between are read.
        fetch_bytes: largest record that may come.
        wait_s: after so many seconds, what has come is returned.

    Raises:
        KafkaAwayError: Kafka does not answer.
    """
    todo = {(topic, p): end for topic, p, first, end in starts if first < end}
    if not todo:
        return ()
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap_servers,
            "group.id": f"unused-{uuid4().hex}",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "message.max.bytes": max(fetch_bytes, 1_000_000),
            "log_level": 0,
            **security,
        }
    )
    out: list[SampledRecord] = []
    try:
        consumer.assign([TopicPartition(topic, p, first) for topic, p, first, end in starts if first < end])
        deadline = time.monotonic() + wait_s
        while todo and time.monotonic() < deadline:
            for message in consumer.consume(500, timeout=0.5):
                where = (str(message.topic()), int(message.partition() or 0))
                error = message.error()
                if error is not None:
                    if error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001  it has no other name
                        raise KafkaAwayError(bootstrap_servers, error.str())
                    todo.pop(where, None)
                elif int(message.offset() or 0) < todo.get(where, 0):
                    offset = int(message.offset() or 0)
                    key, value = message.key(), message.value()
                    out.append(SampledRecord(*where, offset, message.timestamp()[1], _raw(key), _raw(value)))
                    if offset + 1 >= todo[where]:
                        todo.pop(where)
    except KafkaException as error:
        raise KafkaAwayError(bootstrap_servers, error) from error
    finally:
        consumer.close()
    return tuple(sorted(out, key=lambda r: (r.topic, r.partition, r.offset)))


def _raw(data: str | bytes | None) -> bytes | None:
    return data.encode() if isinstance(data, str) else data
