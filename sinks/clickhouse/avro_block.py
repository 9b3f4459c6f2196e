"""Kafka values into one Avro object container of one block, without decoding a message.

Each datum stands between its coordinates: topic id, partition, offset, CreateTime, the datum's own fields, the offset
again. Avro blocks carry no lengths of their rows, so a damaged datum would shift its neighbours without an error; the
table's constraint `_offset = _offset_end` finds that. Source of the layout: Apache Avro 1.12 specification, "Object
Container Files" and "Binary Encoding".
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Row:
    """One message of a block.

    Attributes:
        offset: its offset in the partition.
        created_at_ms: its Kafka timestamp, milliseconds since the Unix epoch.
        datum: its Avro datum, without framing.
    """

    offset: int
    created_at_ms: int
    datum: bytes | memoryview


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
        self._header = _MAGIC + zigzag(len(metadata)) + entries + b"\x00" + SYNC
        #: Columns of an insert, in the container's order.
        self.columns: tuple[str, ...] = tuple(field["name"] for field in (*_BEFORE, *fields, *_AFTER))

    def write(self, topic_id: str, partition: int, rows: Iterable[Row]) -> bytes:
        """Return a container whose single block holds the rows.

        Args:
            topic_id: the topic's UUID as text.
            partition: the partition that the rows are from.
            rows: messages of one schema, in the order of their offsets.
        """
        before = _bytes(topic_id.encode()) + zigzag(partition)
        parts: list[bytes | memoryview] = []
        count = 0
        for row in rows:
            offset = zigzag(row.offset)
            parts += (before, offset, zigzag(row.created_at_ms), row.datum, offset)
            count += 1
        body = b"".join(parts)
        return b"".join((self._header, zigzag(count), zigzag(len(body)), body, SYNC))


def _bytes(data: bytes) -> bytes:
    return zigzag(len(data)) + data


def _plain(schema: Any) -> Any:
    """Copy a schema without documentation, defaults and logical types: the engine needs none of them."""
    if isinstance(schema, Mapping):
        return {key: _plain(value) for key, value in schema.items() if key not in {"doc", "default", "logicalType"}}
    if isinstance(schema, list):
        return [_plain(entry) for entry in schema]
    return schema
