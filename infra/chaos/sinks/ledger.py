"""What was produced: where every message lies in Kafka, and what it says. Arrays, for there may be a million."""

import zlib
from array import array
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: One message or row: partition, offset, CRC-32 of its content.
ENTRY: Final = np.dtype([("partition", "<i4"), ("offset", "<i8"), ("crc", "<u4")])
Entries = NDArray[np.void]


def crc(content: bytes | None) -> int:
    """Return the CRC-32 of a content, as ClickHouse's CRC32() of the same bytes; of nothing it is 0."""
    return zlib.crc32(content or b"")


def entries(rows: Any) -> Entries:
    """Return rows (partition, offset, crc) as entries."""
    return np.array([tuple(row) for row in rows], dtype=ENTRY)


class Ledger:
    """One topic's messages, in the order in which they were produced.

    Offsets are counted: production is idempotent, so they follow each other in each partition; Kafka's acknowledgements
    are held against them.

    Args:
        partitions: of the topic.
    """

    def __init__(self, partitions: int) -> None:
        self.ends = [0] * partitions
        self._partition = array("i")
        self._offset = array("q")
        self._crc = array("I")
        self._bad = array("b")
        self._copy = array("b")

    def __len__(self) -> int:
        return len(self._offset)

    def add(self, partition: int, content_crc: int, *, bad: bool, copy: bool) -> None:
        """Note the next message of a partition.

        Args:
            partition: where it goes.
            content_crc: of its content text; of its value where it is bad.
            bad: no table may hold it.
            copy: an earlier message of the partition says the same, under the same business key.
        """
        self._partition.append(partition)
        self._offset.append(self.ends[partition])
        self._crc.append(content_crc)
        self._bad.append(bad)
        self._copy.append(copy)
        self.ends[partition] += 1

    def good(self) -> Entries:
        """Return what the landing table must hold."""
        return self._entries()[~self._flags(self._bad)]

    def bad(self) -> Entries:
        """Return what must be dead-lettered, with the CRC-32 of the whole value."""
        return self._entries()[self._flags(self._bad)]

    def firsts(self) -> Entries:
        """Return what the people's view must hold: the first copy of each business key."""
        return self._entries()[~self._flags(self._bad) & ~self._flags(self._copy)]

    def _entries(self) -> Entries:
        out = np.empty(len(self), dtype=ENTRY)
        out["partition"] = np.frombuffer(self._partition, dtype=np.int32)
        out["offset"] = np.frombuffer(self._offset, dtype=np.int64)
        out["crc"] = np.frombuffer(self._crc, dtype=np.uint32)
        return out

    @staticmethod
    def _flags(flags: "array[int]") -> NDArray[np.bool_]:
        return np.frombuffer(flags, dtype=np.bool_)
