"""Writes refused messages to dead-letters, and waits until Kafka has them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Final

from confluent_kafka import KafkaError, Message, Producer

from schemas.codec import MessageCodec
from schemas.messages import DeadLetter, ErrorClass
from schemas.registry import SchemaIds
from schemas.topics import catalogue
from sinks.clickhouse.record import Record

STAGE: Final = "clickhouse-sink"
TOPIC: Final = "dead-letters"
DELIVERY_S: Final = 60.0


class DeadLetterError(RuntimeError):
    """A refused message could not be kept; the sink stops, for it must not be lost."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record and why it was refused."""

    record: Record
    error_class: ErrorClass
    reason: str


class DeadLetterWriter:
    """Writes to the topic dead-letters.

    Args:
        bootstrap_servers: Kafka's addresses.
        topic_prefix: prefix of topics.
        ids: the registry.
        stage: who refuses.
        security: what librdkafka needs to know of user and TLS; None: neither.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        topic_prefix: str,
        ids: SchemaIds,
        stage: str = STAGE,
        security: Mapping[str, str] | None = None,
    ) -> None:
        self._stage = stage
        self._topic = topic_prefix + TOPIC
        self._prefix = topic_prefix
        self._codec = MessageCodec(ids)
        self._version = metadata.version("vigil")
        self._producer = Producer({
            "bootstrap.servers": bootstrap_servers,
            "enable.idempotence": True,
            "partitioner": "murmur2_random",
            "message.max.bytes": catalogue().limits.largest_message_bytes,
            "message.timeout.ms": int(DELIVERY_S * 1000),
            "linger.ms": 5,
            **(security or {}),
        })  # fmt: skip

    def write(self, topic: str, topic_id: str, partition: int, refused: Sequence[Refused]) -> None:
        """Write refused records and wait until Kafka has acknowledged them all.

        Args:
            topic: name without prefix.
            topic_id: its UUID.
            partition: the records' partition.
            refused: the records.

        Raises:
            DeadLetterError: one was not acknowledged.
            SchemaNotRegisteredError, RegistryUnavailableError: see SchemaIds.
        """
        errors: list[str] = []

        def delivered(error: KafkaError | None, _message: Message) -> None:
            if error is not None:
                errors.append(str(error))

        for entry in refused:
            record = entry.record
            letter = DeadLetter(
                stage=self._stage,
                stage_version=self._version,
                topic=self._prefix + topic,
                topic_id=topic_id,
                partition=partition,
                offset=record.offset,
                created_at_ms=record.created_at_ms,
                key=record.key,
                value=record.value,
                error_class=entry.error_class,
                error=entry.reason[:2000],
                failed_at_us=time.time_ns() // 1000,
            )
            value = self._codec.encode(TOPIC, letter)
            self._produce(record.key, value, delivered)
        left = self._producer.flush(DELIVERY_S)
        if errors or left:
            reason = errors[0] if errors else f"no acknowledgement within {DELIVERY_S:.0f} s"
            raise DeadLetterError(
                f"{self._topic}: {len(errors) + left} of {len(refused)} dead letters of {topic}/{partition} were not"
                f" kept: {reason}"
            )

    def _produce(self, key: bytes | None, value: bytes, delivered: Any) -> None:
        while True:
            try:
                self._producer.produce(self._topic, value, key, on_delivery=delivered)
            except BufferError:
                self._producer.poll(0.1)
            except Exception as error:  # too large, or another refusal of the client
                raise DeadLetterError(f"{self._topic}: {error}") from error
            else:
                return
