"""Reads a whole topic from its beginning to its present end, without a group."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, TopicPartition

IDLE_S = 20.0
POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as Kafka holds it."""

    partition: int
    offset: int
    created_at_ms: int
    key: bytes | None
    value: bytes | None


class TopicReader:
    """Reads topics of one cluster.

    Args:
        bootstrap_servers: Kafka's addresses.
        message_max_bytes: the largest message of any topic.
    """

    def __init__(self, bootstrap_servers: str, message_max_bytes: int) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap_servers,
                "group.id": "vigil.topic-reader",  # never committed: librdkafka wants a name
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": False,
                "fetch.message.max.bytes": message_max_bytes,
                "queued.max.messages.kbytes": 65_536,
                "fetch.wait.max.ms": 10,  # a new assignment waits for the request under way
                "reconnect.backoff.max.ms": 1_000,
                "log_level": 2,  # troubles come as errors; librdkafka would repeat each on stderr
            }
        )

    def ends(self, topic: str) -> dict[int, tuple[int, int]]:
        """Return the first and the next offset of each partition.

        Raises:
            LookupError: there is no such topic.
        """
        found = self._consumer.list_topics(topic, timeout=10).topics[topic]
        if found.error is not None:
            raise LookupError(f"topic {topic}: {found.error}; run 'vigil topics apply'")
        return {
            partition: self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            for partition in sorted(found.partitions)
        }

    def count(self, topic: str) -> int:
        """Return how many records a topic holds (no topic of Vigil is transactional or, save state, compacted)."""
        return sum(end - begin for begin, end in self.ends(topic).values())

    def read(self, topic: str) -> Iterator[RawRecord]:
        """Yield every record that the topic holds now.

        Raises:
            TimeoutError: Kafka gave nothing for a while although records are left.
        """
        left = {p: (begin, end) for p, (begin, end) in self.ends(topic).items() if begin < end}
        self._consumer.assign([TopicPartition(topic, p, begin) for p, (begin, _) in left.items()])
        heard = time.monotonic()
        while left:
            records = self._consumer.consume(500, POLL_S)  # waits for all 500 or the whole of its time
            if records:
                heard = time.monotonic()
            elif time.monotonic() - heard > IDLE_S:
                raise TimeoutError(
                    f"topic {topic}: nothing came for {IDLE_S:.0f} s, partitions {sorted(left)} are not at their end"
                )
            for record in records:
                error = record.error()
                if error is not None:
                    if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  librdkafka's own name for it
                        continue
                    raise ConnectionError(f"topic {topic}: {error}")
                partition, offset = record.partition(), record.offset()
                if partition is None or offset is None or partition not in left or offset >= left[partition][1]:
                    continue
                yield RawRecord(partition, offset, record.timestamp()[1], record.key(), record.value())
                if offset + 1 >= left[partition][1]:
                    del left[partition]
        self._consumer.unassign()

    def close(self) -> None:
        """Leave Kafka."""
        self._consumer.close()
