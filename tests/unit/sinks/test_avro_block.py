"""Containers hold the datums as they are, between their coordinates."""

import io
import json
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.avro import reader_schema, schema_text
from schemas.codec import encode_datum
from schemas.messages import MESSAGES
from sinks.clickhouse.app import topics
from sinks.clickhouse.avro_block import BlockWriter, Row, zigzag
from tests.unit.schemas.random_messages import messages

TOPIC_ID = "8a7e6f1c-0000-0000-0000-000000000001"


@given(st.integers(-(2**63), 2**63 - 1))
def test_zigzag_is_avros(number: int) -> None:
    """The code of an integer is the one that fastavro writes."""
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, "long", number)
    assert zigzag(number) == buffer.getvalue()


@pytest.mark.parametrize("topic", topics())
@settings(max_examples=20)
@given(st.data())
def test_every_message_is_read_back_with_its_coordinates(topic: str, data: st.DataObject) -> None:
    """A standard Avro reader finds one block: each datum, its coordinates before it, its offset behind it."""
    found = data.draw(st.lists(messages(topic), max_size=3))
    writer = BlockWriter(json.loads(schema_text(topic)))
    rows = [Row(7 + i, 1_700_000_000_000 + i, encode_datum(topic, message)) for i, message in enumerate(found)]
    container = writer.write(TOPIC_ID, 3, rows)
    blocks = list(fastavro.block_reader(io.BytesIO(container)))
    assert [block.num_records for block in blocks] == [len(rows)]
    read: list[Any] = list(fastavro.reader(io.BytesIO(container)))
    for i, (row, record) in enumerate(zip(rows, read, strict=True)):
        assert (record["_topic_id"], record["_partition"]) == (TOPIC_ID, 3)
        assert (record["_offset"], record["_offset_end"]) == (7 + i, 7 + i)
        names = [field["name"] for field in reader_schema(topic)["fields"]]
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, reader_schema(topic), {name: record[name] for name in names})
        assert buffer.getvalue() == row.datum
        assert tuple(record) == writer.columns


def test_every_topic_but_frames_has_a_table() -> None:
    """`frames` holds the pictures; nothing else is left out."""
    assert set(topics()) == set(MESSAGES) - {"frames"}
