"""Cuts one partition's records into contiguous ranges. Pure: no clock, no Kafka."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sinks.clickhouse.pending import Pending
from sinks.clickhouse.record import Record
from sinks.clickhouse.settings import BatchSettings

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Range:
    """Records of one partition without a gap, of one schema and one day.

    Attributes:
        pending: its boundaries and token.
        records: its records in the order of their offsets; never empty.
        recovered: an earlier process fixed the boundaries and may have inserted it.
    """

    pending: Pending
    records: Sequence[Record]
    recovered: bool = False

    @property
    def schema_id(self) -> int | None:
        """The schema of all its records; None: their framing is broken."""
        return self.records[0].schema_id

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(record.size for record in self.records)


class PartitionIntake:
    """Waiting records of one partition.

    A range ends at a limit of its size or age, where the schema changes, and where the day of the CreateTime changes:
    the landing tables are partitioned by that day, so a range is one part and is there whole or not at all.

    Args:
        topic_id: UUID of the topic.
        limits: when a range is cut.
        pending: the range that an earlier process had under way; it is cut again with the same boundaries.
    """

    def __init__(self, topic_id: str, limits: BatchSettings, pending: Pending | None = None) -> None:
        self._topic_id = topic_id
        self._limits = limits
        # a topic made anew has nothing to do with what was under way
        self._pending = pending if pending is not None and pending.topic_id == topic_id else None
        self._waiting: deque[Record] = deque()
        self.since_s = 0.0
        self.size = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, record: Record, now_s: float) -> None:
        """Take the partition's next record.

        Args:
            record: its offset is above all before it.
            now_s: monotonic time.
        """
        if not self._waiting:
            self.since_s = now_s
        self._waiting.append(record)
        self.size += record.size

    def cut(self, now_s: float, *, flush: bool = False) -> Range | None:
        """Return the next range if it is time for it.

        Args:
            now_s: monotonic time.
            flush: do not wait for a range to fill.
        """
        if self._pending is not None:
            return self._cut_pending(self._pending)
        if not self._waiting:
            return None
        count, complete = self._extent()
        if not (complete or flush or now_s - self.since_s >= self._limits.age_s):
            return None
        records = self._take(count, now_s)
        return Range(Pending(self._topic_id, records[0].offset, records[-1].offset), records)

    def _extent(self) -> tuple[int, bool]:
        """Return how many records the next range has, and whether no further one could join it."""
        first = self._waiting[0]
        day = first.created_at_ms // DAY_MS
        size = 0
        for count, record in enumerate(self._waiting):
            if record.schema_id != first.schema_id or record.created_at_ms // DAY_MS != day:
                return count, True
            size += record.size
            if count and size > self._limits.bytes:
                return count, True
            if count + 1 >= self._limits.rows or size >= self._limits.bytes:
                return count + 1, True
        return len(self._waiting), False

    def _cut_pending(self, pending: Pending) -> Range | None:
        """Cut with known boundaries; records that Kafka has deleted since are gone for good."""
        if not self._waiting or self._waiting[-1].offset < pending.last:
            return None
        self._pending = None
        count = sum(record.offset <= pending.last for record in self._waiting)
        if not count:
            return None
        return Range(pending, self._take(count, self.since_s), recovered=True)

    def _take(self, count: int, now_s: float) -> Sequence[Record]:
        records = [self._waiting.popleft() for _ in range(count)]
        self.size -= sum(record.size for record in records)
        self.since_s = now_s
        return records
