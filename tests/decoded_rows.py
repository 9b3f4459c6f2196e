"""Framed messages as decoded columns: the way into ClickHouse that the sink does not take, and is held against."""

import io
from collections.abc import Sequence
from typing import Any

from fastavro import schemaless_reader

from schemas.avro import reader_schema
from schemas.wire import HEADER


def decoded_columns(
    topic: str,
    topic_id: str,
    partition: int,
    offsets: Sequence[int],
    created_at_ms: Sequence[int],
    values: Sequence[bytes],
) -> dict[str, Sequence[Any]]:
    """Return the landing table's columns of N messages, each decoded by fastavro.

    Args:
        topic: name without prefix.
        topic_id: its UUID.
        partition: of all of them.
        offsets: N offsets.
        created_at_ms: N Kafka timestamps, milliseconds since the Unix epoch.
        values: N framed messages of the current schema.
    """
    schema = reader_schema(topic)
    records: list[Any] = []
    for value in values:
        buffer = io.BytesIO(value)
        buffer.seek(HEADER.size)
        records.append(schemaless_reader(buffer, schema, None))
    count = len(records)
    columns: dict[str, Sequence[Any]] = {
        "_topic_id": [topic_id] * count,
        "_partition": [partition] * count,
        "_offset": offsets,
        "_create_time": created_at_ms,
    }
    for field in schema["fields"]:
        name = field["name"]
        columns[name] = [record[name] for record in records]
    columns["_offset_end"] = offsets
    return columns
