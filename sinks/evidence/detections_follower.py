"""Reads `detections` where findings wait for it, into the index of seconds."""

import contextlib
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

from schemas.wire import BadMessageError
from sinks.evidence.detections_head import DetectionsHead, head_of
from sinks.evidence.record_reader import KafkaSilentError
from sinks.evidence.scan import PartitionScan, Want
from sinks.evidence.seconds_index import CameraSecond, SecondsIndex

TAKE: Final = 500
ANSWER_S: Final = 10.0


class DetectionsFollower:
    """Follows the partitions of `detections` on which something is wanted; the others cost nothing.

    Args:
        bootstrap_servers: Kafka's addresses.
        topic: as named in the cluster; partitioned like `frames`.
        index: what is found goes there.
        security: what librdkafka needs to know of user and TLS; None: neither.
    """

    def __init__(
        self, bootstrap_servers: str, topic: str, index: SecondsIndex, security: Mapping[str, str] | None = None
    ) -> None:
        self._topic = topic
        self._index = index
        self._scans: dict[int, PartitionScan] = {}
        self._at: dict[int, int] = {}
        self._ended: set[int] = set()
        self._frames_read: dict[int, int] = {}
        self._partitions: frozenset[int] = frozenset()
        self._consumer = Consumer({
            "bootstrap.servers": bootstrap_servers,
            "group.id": "no-group",  # never joined: partitions are assigned by hand
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",  # what retention has dropped is recorded as missing
            "queued.max.messages.kbytes": 16_384,
            "fetch.wait.max.ms": 50,
            "log_level": 2,
            **(security or {}),
        })  # fmt: skip

    def offset_at(self, partition: int, created_at_ms: int) -> int:
        """Return the first offset with a CreateTime from here on.

        Raises:
            KafkaSilentError: Kafka does not answer.
        """
        try:
            (found,) = self._consumer.offsets_for_times(
                [TopicPartition(self._topic, partition, max(0, created_at_ms))], timeout=ANSWER_S
            )
            if found.error is not None:
                raise KafkaSilentError(f"{self._topic}[{partition}]: {found.error}")
            if found.offset >= 0:
                return int(found.offset)
            assert found.offset == OFFSET_END
            return self._end(partition)
        except KafkaException as error:
            raise KafkaSilentError(f"{self._topic}[{partition}]: {error.args[0]}") from error

    def has(self, partition: int) -> bool:
        """Return whether the topic has a partition.

        Raises:
            KafkaSilentError: Kafka does not answer.
        """
        if partition not in self._partitions:  # also where it is new
            try:
                topics = self._consumer.list_topics(self._topic, timeout=ANSWER_S).topics
            except KafkaException as error:
                raise KafkaSilentError(f"{self._topic}: {error.args[0]}") from error
            self._partitions = frozenset(topics[self._topic].partitions)
        return partition in self._partitions

    def want(self, partition: int, want: Want) -> None:
        """Read for a want until it is over or dropped."""
        self._scans.setdefault(partition, PartitionScan()).add(want)
        if partition not in self._at or want.cursor < self._at[partition]:
            self._ended.discard(partition)  # else its end stays reached, and Kafka would not say so twice

    def drop(self, ticket: int) -> None:
        """Forget a ticket's wants."""
        for scan in self._scans.values():
            scan.drop(ticket)

    def ended(self, partition: int) -> bool:
        """Return whether all that the partition holds has been read for its wants."""
        return partition in self._ended

    def frames_read(self, partition: int) -> int | None:
        """Return the offset of the newest frames of which a partition's detections were read; None: of none."""
        return self._frames_read.get(partition)

    def step(self, wait_s: float) -> int:
        """Read what is there; return how many records.

        Raises:
            KafkaException: an error that no waiting cures.
        """
        self._aim()
        if not self._at:
            return 0
        messages: list[Any] = self._consumer.consume(TAKE, wait_s)
        for message in messages:
            error = message.error()
            if error is None:
                self._take(message)
            elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                if message.offset() == self._at.get(message.partition()):
                    self._ended.add(message.partition())
            elif error.fatal() or (error.code() > 0 and not error.retriable()):
                raise KafkaException(error)
        return len(messages)

    def close(self) -> None:
        """Leave Kafka."""
        self._consumer.close()

    def _aim(self) -> None:
        """Put the consumer where the scans want it."""
        wanted: dict[int, int] = {}
        for partition, scan in self._scans.items():
            position = scan.position()
            if position is not None:
                wanted[partition] = position
        self._scans = {p: scan for p, scan in self._scans.items() if p in wanted}
        # behind where a want begins, or so far before it that a jump is worth it
        at: dict[int, int] = {}
        for partition, position in wanted.items():
            now = self._at.get(partition)
            stays = now is not None and now <= position <= now + TAKE
            at[partition] = now if stays and now is not None else position
        if at != self._at:
            # assigned anew rather than sought: a seek fails on a partition whose fetching has not begun
            self._at = at
            self._ended.clear()
            self._consumer.assign([TopicPartition(self._topic, p, offset) for p, offset in at.items()])

    def _take(self, message: Any) -> None:
        partition, offset = message.partition(), message.offset()
        scan = self._scans.get(partition)
        if scan is None or offset < self._at.get(partition, 0):
            return  # fetched before the last seek
        self._at[partition] = offset + 1
        self._ended.discard(partition)
        value = message.value() or b""
        head: DetectionsHead | None = None
        with contextlib.suppress(BadMessageError):  # tracking dead-letters it; the second shows as missing here
            head = head_of(value)
            self._frames_read[partition] = max(self._frames_read.get(partition, 0), head.frames_offset)
        if head is not None and self._index.follows(head.camera_id):
            self._index.add(
                CameraSecond(
                    head.camera_id,
                    head.epoch_us,
                    head.sequence,
                    head.captured_at_us,
                    head.duration_us,
                    head.frames_partition,
                    head.frames_offset,
                    head.frames_created_at_ms,
                    partition,
                    offset,
                    value,
                )
            )
        scan.take(offset, head)

    def _end(self, partition: int) -> int:
        _, high = self._consumer.get_watermark_offsets(
            TopicPartition(self._topic, partition), timeout=ANSWER_S, cached=False
        )
        return int(high)
