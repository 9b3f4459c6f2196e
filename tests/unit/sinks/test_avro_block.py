"""Containers hold the datums as they are, between their coordinates."""

import io
import json
from typing import Any

import fastavro
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.avro import reader_schema, schema_text
from schemas.codec import encode_datum
from schemas.messages import MESSAGES
from sinks.clickhouse.app import WITHOUT_TABLE, topics
from sinks.clickhouse.avro_block import SYNC, BlockWriter, Rows, zigzag
from tests.unit.schemas.random_messages import messages

TOPIC_ID = "8a7e6f1c-0000-0000-0000-000000000001"


@given(st.integers(-(2**63), 2**63 - 1))
def test_zigzag_is_avros(number: int) -> None:
    """The code of an integer is the one that fastavro writes."""
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, "long", number)
    assert zigzag(number) == buffer.getvalue()


@pytest.mark.parametrize("topic", topics())
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_05_every_message_is_read_back_with_its_coordinates(topic: str, data: st.DataObject) -> None:
    """A standard Avro reader finds one block: each datum, its coordinates before it, its offset behind it."""
    found = data.draw(st.lists(messages(topic), max_size=3))
    skip = data.draw(st.integers(0, 5))
    writer = BlockWriter(json.loads(schema_text(topic)))
    datums = [encode_datum(topic, message) for message in found]
    rows = rows_of([7 + i for i in range(len(found))], [bytes(skip) + datum for datum in datums], skip)
    container = writer.write(TOPIC_ID, 3, rows)
    blocks = list(fastavro.block_reader(io.BytesIO(container)))
    assert [block.num_records for block in blocks] == [len(rows)]
    read: list[Any] = list(fastavro.reader(io.BytesIO(container)))
    for i, (datum, record) in enumerate(zip(datums, read, strict=True)):
        assert (record["_topic_id"], record["_partition"]) == (TOPIC_ID, 3)
        assert (record["_offset"], record["_offset_end"]) == (7 + i, 7 + i)
        names = [field["name"] for field in reader_schema(topic)["fields"]]
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, reader_schema(topic), {name: record[name] for name in names})
        assert buffer.getvalue() == datum
        assert tuple(record) == writer.columns


def rows_of(offsets: list[int], datums: list[bytes], skip: int = 0) -> Rows:
    """Return rows; each was created as many milliseconds after an instant as its offset says."""
    numbers = np.array(offsets, np.int64)
    return Rows(numbers, numbers + 1_700_000_000_000, datums, skip)


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=5, unique=True), st.lists(st.binary(), min_size=5))
def test_05_rows_lie_as_avro_says(numbers: list[int], datums: list[bytes]) -> None:
    """Topic id, partition, offset, CreateTime, datum, offset: byte for byte, whatever the integers' lengths."""
    offsets = sorted(numbers)
    rows = rows_of(offsets, datums[: len(offsets)])
    before = zigzag(len(TOPIC_ID)) + TOPIC_ID.encode() + zigzag(3)
    body = b"".join(
        before + zigzag(offset) + zigzag(1_700_000_000_000 + offset) + datum + zigzag(offset)
        for offset, datum in zip(offsets, rows.datums, strict=True)
    )
    container = BlockWriter(json.loads(schema_text("payments"))).write(TOPIC_ID, 3, rows)
    assert container.endswith(SYNC + zigzag(len(offsets)) + zigzag(len(body)) + body + SYNC)


def test_a_value_shorter_than_its_framing_is_refused() -> None:
    """It would take bytes of its neighbour."""
    with pytest.raises(ValueError, match="4 bytes has no framing of 5"):
        BlockWriter(json.loads(schema_text("payments"))).write(TOPIC_ID, 3, rows_of([1, 2], [bytes(9), bytes(4)], 5))


def test_rows_without_some() -> None:
    """Only the offsets that are named go; what is left keeps its coordinates."""
    rows = rows_of([3, 5, 9], [b"a", b"b", b"c"]).without({5, 7})
    assert (rows.offsets.tolist(), rows.datums, rows.first, rows.last) == ([3, 9], [b"a", b"c"], 3, 9)


def test_every_topic_but_frames_and_passages_has_a_table() -> None:
    """`frames` holds the pictures, `passages` plates for hours only; nothing else is left out."""
    assert set(topics()) == set(MESSAGES) - WITHOUT_TABLE
