"""Kafka values into one Avro object container of one block, without decoding a message.

Each datum stands between its coordinates: topic id, partition, offset, CreateTime, the datum's own fields, the offset
again. Avro blocks carry no lengths of their rows, so a damaged datum would shift its neighbours without an error; the
table's constraint `_offset = _offset_end` finds that. Source of the layout: Apache Avro 1.12 specification, "Object
Container Files" and "Binary Encoding".
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sinks.clickhouse.block_layout import MOST_LONG_BYTES, lay_out

#: Between header and block, and after the block. Any 16 bytes do; fixed ones keep the container reproducible.
SYNC: Final = b"vigil-avro-block"
_MAGIC: Final = b"Obj\x01"
_BEFORE: Final = (
    {"name": "_topic_id", "type": "string"},
    {"name": "_partition", "type": "int"},
    {"name": "_offset", "type": "long"},
    {"name": "_create_time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
)
_AFTER: Final = ({"name": "_offset_end", "type": "long"},)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Messages of one partition and one schema on their way into a block; N of them.

    Attributes:
        offsets: (N,) int64, ascending.
        created_at_ms: (N,) int64, Kafka's timestamps, milliseconds since the Unix epoch.
        datums: N Avro datums, each behind `skip` bytes that are not its own.
        skip: bytes of framing before each datum.
    """

    offsets: NDArray[np.int64]
    created_at_ms: NDArray[np.int64]
    datums: Sequence[bytes]
    skip: int = 0

    def __len__(self) -> int:
        return len(self.datums)

    def __getitem__(self, part: slice) -> "Rows":
        return Rows(self.offsets[part], self.created_at_ms[part], self.datums[part], self.skip)

    @property
    def first(self) -> int:
        """Offset of the first."""
        return int(self.offsets[0])

    @property
    def last(self) -> int:
        """Offset of the last."""
        return int(self.offsets[-1])

    def without(self, offsets: Collection[int]) -> "Rows":
        """Return those whose offsets are not among the given ones."""
        if not offsets:
            return self
        keep = np.flatnonzero(np.isin(self.offsets, list(offsets), invert=True)).tolist()
        return Rows(self.offsets[keep], self.created_at_ms[keep], [self.datums[i] for i in keep], self.skip)


def zigzag(number: int) -> bytes:
    """Return an integer as Avro's variable-length zig-zag code."""
    rest = (number << 1) ^ (number >> 63)
    out = bytearray()
    while rest > 0x7F:
        out.append((rest & 0x7F) | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


class BlockWriter:
    """Writes containers for one message schema.

    Args:
        schema: the message's schema, parsed from its JSON text; logical types of its own are dropped, so that instants
            stay the integers that the landing tables hold.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        fields = [_plain(field) for field in schema["fields"]]
        # the namespace is the message's own, so that its fields' short type names mean what they meant
        row = {
            "type": "record",
            "name": f"{schema['name']}Row",
            "namespace": schema.get("namespace", ""),
            "fields": [*_BEFORE, *fields, *_AFTER],
        }
        metadata = {"avro.schema": json.dumps(row).encode(), "avro.codec": b"null"}
        entries = b"".join(_bytes(key.encode()) + _bytes(value) for key, value in metadata.items())
        #: What a file of blocks begins with.
        self.header: bytes = _MAGIC + zigzag(len(metadata)) + entries + b"\x00" + SYNC
        #: Columns of an insert, in the container's order.
        self.columns: tuple[str, ...] = tuple(field["name"] for field in (*_BEFORE, *fields, *_AFTER))

    def write(self, topic_id: str, partition: int, rows: Rows) -> bytes:
        """Return a container whose single block holds the rows; arguments and errors as of `block`."""
        return self.header + self.block(topic_id, partition, rows)

    def block(self, topic_id: str, partition: int, rows: Rows) -> bytes:
        """Return one block; it belongs behind a header, or behind another block.

        Args:
            topic_id: the topic's UUID as text.
            partition: the partition that the rows are from.
            rows: messages of one schema, in the order of their offsets.

        Raises:
            ValueError: a datum is shorter than the framing that it is said to stand behind.
        """
        before = _bytes(topic_id.encode()) + zigzag(partition)
        joined = b"".join(rows.datums)
        lengths = np.fromiter(map(len, rows.datums), np.int64, len(rows))
        if len(rows) and lengths.min() < rows.skip:
            raise ValueError(f"a value of {lengths.min()} bytes has no framing of {rows.skip}")
        # three integers a row, at most ten bytes each
        body = np.empty(len(joined) + len(rows) * (len(before) + 3 * MOST_LONG_BYTES), np.uint8)
        end = lay_out(
            body,
            np.frombuffer(before, np.uint8),
            np.frombuffer(joined, np.uint8),
            lengths,
            rows.skip,
            rows.offsets,
            rows.created_at_ms,
        )
        return b"".join((zigzag(len(rows)), zigzag(end), body[:end].data, SYNC))


def _bytes(data: bytes) -> bytes:
    return zigzag(len(data)) + data


def _plain(schema: Any) -> Any:
    """Copy a schema without documentation, defaults and logical types: the engine needs none of them."""
    if isinstance(schema, Mapping):
        return {key: _plain(value) for key, value in schema.items() if key not in {"doc", "default", "logicalType"}}
    if isinstance(schema, list):
        return [_plain(entry) for entry in schema]
    return schema
