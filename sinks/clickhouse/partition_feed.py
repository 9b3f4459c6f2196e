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
        since_s: when the first message of the range under way was taken from Kafka, monotonic.
        stored_since_s: the same of a range that is stored and not yet committed.
        held_until_s: its messages wait in Kafka for a column until then, monotonic; None: they do not.
        newest_ms: CreateTime of the newest message that was stored here, milliseconds since the Unix epoch.
    """

    topic: str
    partition: int
    intake: PartitionIntake
    tracker: CommitTracker
    delivery: Delivery
    work: Range | None = None
    future: "Future[None] | None" = None
    gone: threading.Event = field(default_factory=threading.Event)
    since_s: float = 0.0
    stored_since_s: float | None = None
    held_until_s: float | None = None
    newest_ms: int | None = None

    @property
    def held_bytes(self) -> int:
        """Bytes waiting and under way."""
        return self.intake.size + (self.work.size if self.work is not None else 0)

    def lag(self, end: int, now_ms: float) -> tuple[int, float]:
        """Return how far what is stored is behind: messages, and seconds of event time.

        Args:
            end: offset after the last one that Kafka has; negative where the client does not know it yet.
            now_ms: milliseconds since the Unix epoch.
        """
        stored = self.tracker.position
        behind = max(0, end - stored) if stored is not None else max(0, end)
        if not behind:
            return 0, 0.0
        oldest = int(self.work.records.created_at_ms[0]) if self.work is not None else self.intake.oldest_ms
        reference = oldest if oldest is not None else self.newest_ms
        return behind, 0.0 if reference is None else max(0.0, (now_ms - reference) / 1000)

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
