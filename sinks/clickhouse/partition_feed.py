"""One assigned partition: what waits, what is under way, what may be committed."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from confluent_kafka import TopicPartition

from sinks.clickhouse.commit_tracker import CommitTracker
from sinks.clickhouse.delivery import Delivery
from sinks.clickhouse.intake import PartitionIntake, Range
from sinks.clickhouse.pending import Pending


@dataclass(slots=True)
class PartitionFeed:
    """One assigned partition.

    Attributes:
        topic: name with prefix.
        partition: number.
        intake: waiting records.
        tracker: what may be committed.
        delivery: where its ranges go.
        work: the range that is cut or under way, or None.
        future: its delivery, once it has begun.
        gone: set when the partition is no longer ours; its range gives up.
    """

    topic: str
    partition: int
    intake: PartitionIntake
    tracker: CommitTracker
    delivery: Delivery
    work: Range | None = None
    future: "Future[None] | None" = None
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def held_bytes(self) -> int:
        """Bytes waiting and under way."""
        return self.intake.size + (self.work.size if self.work is not None else 0)

    def position(self) -> TopicPartition | None:
        """Return what to commit now: the range under way, or the position that Kafka does not know yet."""
        if self.work is not None:
            return self.offset_of(self.work.pending)
        if self.tracker.dirty and self.tracker.position is not None:
            return TopicPartition(self.topic, self.partition, self.tracker.position, metadata="")
        return None

    def offset_of(self, pending: Pending) -> TopicPartition:
        """Return what to commit for a range under way: its first offset, and the range beside it."""
        return TopicPartition(self.topic, self.partition, pending.first, metadata=pending.to_metadata())
