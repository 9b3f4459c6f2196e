"""Cuts one partition's records into contiguous ranges. Pure: no clock, no Kafka."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from sinks.clickhouse.pending import Pending
from sinks.clickhouse.records import NO_SCHEMA, Records, joined
from sinks.clickhouse.settings import BatchSettings

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """Records of one partition without a gap, of one schema and one day.

    Attributes:
        pending: its boundaries and token.
        records: its records in the order of their offsets; never empty.
        recovered: an earlier process fixed the boundaries and may have inserted it.
    """

    pending: Pending
    records: Records
    recovered: bool = False

    @property
    def schema_id(self) -> int | None:
        """The schema of all its records; None: their framing is broken."""
        schema_id = int(self.records.schema_ids[0])
        return None if schema_id == NO_SCHEMA else schema_id

    @property
    def size(self) -> int:
        """Bytes held."""
        return self.records.size


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
        self._waiting: deque[Records] = deque()
        self._count = 0
        self._next = _Extent(limits)
        self.since_s = 0.0
        self.size = 0

    def __len__(self) -> int:
        return self._count

    @property
    def oldest_ms(self) -> int | None:
        """CreateTime of the first waiting record, milliseconds since the Unix epoch."""
        return int(self._waiting[0].created_at_ms[0]) if self._waiting else None

    def add(self, records: Records, now_s: float) -> None:
        """Take the partition's next records.

        Args:
            records: at least one; their offsets ascend, above all before them.
            now_s: monotonic time.
        """
        if not self._waiting:
            self.since_s = now_s
        self._waiting.append(records)
        self._count += len(records)
        self.size += records.size
        self._next.grow(records)

    def cut(self, now_s: float, *, flush: bool = False) -> Range | None:
        """Return the next range if it is time for it.

        Args:
            now_s: monotonic time.
            flush: do not wait for a range to fill.
        """
        if self._pending is not None:
            return self._cut_pending(self._pending)
        if not self._waiting or not (
            self._next.complete or flush or now_s - self.since_s >= self._limits.age_s
        ):  # fmt: skip
            return None
        records = self._take(self._next.count, now_s)
        return Range(Pending(self._topic_id, int(records.offsets[0]), int(records.offsets[-1])), records)

    def _cut_pending(self, pending: Pending) -> Range | None:
        """Cut with known boundaries; records that Kafka has deleted since are gone for good."""
        if not self._waiting or self._waiting[-1].offsets[-1] < pending.last:
            return None
        self._pending = None
        count = sum(int(np.searchsorted(part.offsets, pending.last, "right")) for part in self._waiting)
        if not count:
            return None
        return Range(pending, self._take(count, self.since_s), recovered=True)

    def _take(self, count: int, now_s: float) -> Records:
        parts = []
        left = count
        while left:
            part = self._waiting.popleft()
            if len(part) > left:
                self._waiting.appendleft(part[left:])
                part = part[:left]
            parts.append(part)
            left -= len(part)
        records = joined(parts)
        self._count -= count
        self.size -= records.size
        self.since_s = now_s
        self._next = _Extent(self._limits)
        for part in self._waiting:
            if self._next.complete:
                break
            self._next.grow(part)
        return records


class _Extent:
    """How far the next range reaches.

    Attributes:
        count: its records so far.
        complete: no further record could join it.
    """

    def __init__(self, limits: BatchSettings) -> None:
        self._limits = limits
        self._size = 0
        self._schema_id = self._day = 0
        self.count = 0
        self.complete = False

    def grow(self, records: Records) -> None:
        """Look at the records that follow those looked at so far; nothing where it is complete."""
        if self.complete:
            return
        days = records.created_at_ms // DAY_MS
        if not self.count:
            self._schema_id, self._day = int(records.schema_ids[0]), int(days[0])
        others = np.flatnonzero((records.schema_ids != self._schema_id) | (days != self._day))
        alike = int(others[0]) if len(others) else len(records)
        self.complete = bool(len(others))
        sizes = self._size + np.cumsum(records.sizes[:alike])
        taken = alike
        full = int(np.searchsorted(sizes, self._limits.bytes, "left"))
        if full < alike:
            # the record that goes beyond the limit stays out, unless it is alone
            alone = self.count + full == 0
            taken = full + 1 if sizes[full] == self._limits.bytes or alone else full
            self.complete = True
        if self.count + taken >= self._limits.rows:
            taken = self._limits.rows - self.count
            self.complete = True
        if taken:
            self._size = int(sizes[taken - 1])
        self.count += taken
