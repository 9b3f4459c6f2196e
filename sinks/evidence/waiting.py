"""A finding on its way: read from Kafka, not yet stored."""

from dataclasses import dataclass

from sinks.clickhouse.record import Record
from sinks.evidence.finding import Finding
from sinks.evidence.gathering import Search


@dataclass(slots=True)
class Waiting:
    """One message.

    Attributes:
        ticket: its number in this process.
        topic: without prefix.
        partition: its partition.
        record: the record.
        message: decoded, once that has succeeded.
        search: what it waits for, once that has begun.
        attempts: that failed, one after the other.
        not_before_s: monotonic time of the next attempt.
    """

    ticket: int
    topic: str
    partition: int
    record: Record
    message: Finding | None = None
    search: Search | None = None
    attempts: int = 0
    not_before_s: float = 0.0

    @property
    def created_at_ms(self) -> int:
        """CreateTime of its frames, or of itself while that is not known, milliseconds since the Unix epoch."""
        return self.record.created_at_ms if self.message is None else self.message.frames_created_at_ms
