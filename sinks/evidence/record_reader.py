"""Reads single records of a topic by partition and offset, without a group."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

READ_TIMEOUT_S: Final = 15.0
#: A record this few offsets ahead is reached sooner by reading on than by asking again.
NEAR: Final = 8


class RecordGoneError(LookupError):
    """The record is no longer in the topic."""


class KafkaSilentError(ConnectionError):
    """Kafka did not answer in time; try again."""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record's value and CreateTime, milliseconds since the Unix epoch."""

    value: bytes
    created_at_ms: int


class RecordReader:
    """Reads one topic.

    Args:
        bootstrap_servers: Kafka's addresses.
        topic: as named in the cluster.
        message_max_bytes: the topic's size limit.
        security: what librdkafka needs to know of user and TLS; None: neither.
    """

    def __init__(
        self, bootstrap_servers: str, topic: str, message_max_bytes: int, security: Mapping[str, str] | None = None
    ) -> None:
        self._topic = topic
        self._at: tuple[int, int] | None = None
        self._consumer = Consumer({
            "bootstrap.servers": bootstrap_servers,
            "group.id": "no-group",  # never joined: partitions are assigned by hand
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "fetch.message.max.bytes": message_max_bytes,
            "queued.max.messages.kbytes": 8_192,
            "fetch.wait.max.ms": 10,  # a new place waits for the request under way
            "log_level": 2,
            **(security or {}),
        })  # fmt: skip

    def read(self, partition: int, offset: int) -> FoundRecord:
        """Return the record at an offset.

        Raises:
            RecordGoneError: retention has dropped it, or the topic never held it.
            KafkaSilentError: no answer within 15 s.
            KafkaException: an error that no waiting cures.
        """
        at, self._at = self._at, None
        if at is None or at[0] != partition or not 0 <= offset - at[1] <= NEAR:
            self._consumer.assign([TopicPartition(self._topic, partition, offset)])
        deadline = time.monotonic() + READ_TIMEOUT_S
        while True:
            message: Any = self._consumer.poll(max(0.0, min(1.0, deadline - time.monotonic())))
            if message is None:
                self._look_whether_gone(partition, offset)
                if time.monotonic() >= deadline:
                    raise KafkaSilentError(f"{self._topic}[{partition}]@{offset}: Kafka gave nothing in time")
                continue
            error = message.error()
            if error is not None:
                self._raise(error, partition, offset)
                continue
            if message.offset() > offset:
                raise RecordGoneError(f"{self._topic}[{partition}]@{offset}: retention has dropped it")
            if message.offset() == offset:
                self._at = (partition, offset + 1)
                return FoundRecord(message.value() or b"", message.timestamp()[1])

    def end(self, partition: int) -> int:
        """Return the offset behind a partition's last record.

        Raises:
            KafkaSilentError: Kafka does not answer.
        """
        place = TopicPartition(self._topic, partition)
        try:
            _, high = self._consumer.get_watermark_offsets(place, timeout=READ_TIMEOUT_S, cached=False)
        except KafkaException as error:
            raise KafkaSilentError(f"{self._topic}[{partition}]: {error.args[0]}") from error
        return int(high)

    def close(self) -> None:
        """Leave Kafka."""
        self._consumer.close()

    def _look_whether_gone(self, partition: int, offset: int) -> None:
        try:
            low, high = self._consumer.get_watermark_offsets(
                TopicPartition(self._topic, partition), timeout=READ_TIMEOUT_S, cached=False
            )
        except KafkaException as error:
            self._raise(error.args[0], partition, offset)
            return
        if not low <= offset < high:
            raise RecordGoneError(f"{self._topic}[{partition}]@{offset}: the topic holds {low} to {high - 1}")

    def _raise(self, error: KafkaError, partition: int, offset: int) -> None:
        gone = (
            KafkaError._AUTO_OFFSET_RESET,  # noqa: SLF001
            KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001
            KafkaError.OFFSET_OUT_OF_RANGE,
            KafkaError.UNKNOWN_TOPIC_OR_PART,
        )
        if error.code() in gone:
            raise RecordGoneError(f"{self._topic}[{partition}]@{offset}: {error.str()}")
        if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
            return
        if error.fatal() or (error.code() > 0 and not error.retriable()):
            raise KafkaException(error)
        raise KafkaSilentError(f"{self._topic}[{partition}]@{offset}: {error}")
