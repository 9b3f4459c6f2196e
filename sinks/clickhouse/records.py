"""Records of one partition in columns: what is looked at for each is an array, so that no step of the sink loops."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from confluent_kafka import Message
from numpy.typing import NDArray

from schemas.wire import HEADER, MAGIC
from sinks.clickhouse.record import Record

#: Stands for the schema id of a value whose framing is broken.
NO_SCHEMA: Final = -1
#: Bytes of memory that a record takes beside its value and key, nearly.
RECORD_BYTES: Final = 200
_HEAD: Final = np.dtype([("magic", "u1"), ("schema_id", ">u4")])
_BROKEN: Final = bytes([MAGIC + 1]) + bytes(HEADER.size - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Records of one partition in the order of their offsets; N of them.

    Attributes:
        offsets: (N,) int64.
        created_at_ms: (N,) int64, Kafka's timestamps, milliseconds since the Unix epoch.
        schema_ids: (N,) int64, what the framing names; NO_SCHEMA where it is broken.
        sizes: (N,) int64, bytes that each holds in memory, nearly.
        keys: N keys.
        values: N values.
    """

    offsets: NDArray[np.int64]
    created_at_ms: NDArray[np.int64]
    schema_ids: NDArray[np.int64]
    sizes: NDArray[np.int64]
    keys: Sequence[bytes | None]
    values: Sequence[bytes | None]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, part: slice) -> "Records":
        return Records(
            self.offsets[part],
            self.created_at_ms[part],
            self.schema_ids[part],
            self.sizes[part],
            self.keys[part],
            self.values[part],
        )

    def where(self, keep: NDArray[np.bool_]) -> "Records":
        """Return those of them that a mask keeps.

        Args:
            keep: (N,) bool.
        """
        indices = np.flatnonzero(keep)
        places = indices.tolist()
        return Records(
            self.offsets[indices],
            self.created_at_ms[indices],
            self.schema_ids[indices],
            self.sizes[indices],
            [self.keys[i] for i in places],
            [self.values[i] for i in places],
        )

    def record(self, index: int) -> Record:
        """Return one of them."""
        return Record(int(self.offsets[index]), int(self.created_at_ms[index]), self.keys[index], self.values[index])

    @property
    def size(self) -> int:
        """Bytes that they hold in memory, nearly."""
        return int(self.sizes.sum())


def records_of(
    offsets: Sequence[int],
    created_at_ms: Sequence[int],
    keys: Sequence[bytes | None],
    values: Sequence[bytes | None],
) -> Records:
    """Return records with their schema ids and sizes.

    Args:
        offsets: ascending.
        created_at_ms: Kafka's timestamps, milliseconds since the Unix epoch.
        keys: keys.
        values: framed values, or whatever is in the topic.
    """
    heads = b"".join([
        value[: HEADER.size] if value is not None and len(value) >= HEADER.size else _BROKEN for value in values
    ])  # fmt: skip
    found = np.frombuffer(heads, _HEAD)
    sizes = np.array([len(value) if value is not None else 0 for value in values], np.int64)
    sizes += np.array([len(key) if key is not None else 0 for key in keys], np.int64)
    return Records(
        np.array(offsets, np.int64),
        np.array(created_at_ms, np.int64),
        np.where(found["magic"] == MAGIC, found["schema_id"].astype(np.int64), NO_SCHEMA),
        sizes + RECORD_BYTES,
        keys,
        values,
    )


def records_of_messages(messages: Iterable[Message]) -> Records:
    """Return the records of a consumer's messages, of one partition and without errors."""
    messages = list(messages)
    return records_of(
        [message.offset() or 0 for message in messages],
        [message.timestamp()[1] for message in messages],
        [message.key() for message in messages],
        [message.value() for message in messages],
    )


def joined(parts: Sequence[Records]) -> Records:
    """Return records that follow on one another as one."""
    if len(parts) == 1:
        return parts[0]
    return Records(
        np.concatenate([part.offsets for part in parts]),
        np.concatenate([part.created_at_ms for part in parts]),
        np.concatenate([part.schema_ids for part in parts]),
        np.concatenate([part.sizes for part in parts]),
        [key for part in parts for key in part.keys],
        [value for part in parts for value in part.values],
    )
