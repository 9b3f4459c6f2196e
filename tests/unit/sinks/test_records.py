"""Columns say of each record what its own bytes say."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.wire import FramingError, frame, schema_id_of
from sinks.clickhouse.record import Record
from sinks.clickhouse.records import NO_SCHEMA, RECORD_BYTES, joined, records_of

VALUES = st.none() | st.binary(max_size=12) | st.builds(frame, st.integers(0, 2**32 - 1), st.binary(max_size=8))


@given(st.lists(st.tuples(st.none() | st.binary(max_size=4), VALUES), max_size=12), st.integers(0, 12))
def test_columns(pairs: list[tuple[bytes | None, bytes | None]], cut: int) -> None:
    """Schema ids are those that the codec reads, sizes those of key and value; a part and a whole are the same."""
    keys, values = [key for key, _ in pairs], [value for _, value in pairs]
    records = records_of(range(5, 5 + len(pairs)), range(100, 100 + len(pairs)), keys, values)
    assert records.schema_ids.tolist() == [_schema_id(value) for value in values]
    assert records.sizes.tolist() == [RECORD_BYTES + len(key or b"") + len(value or b"") for key, value in pairs]
    again = joined([records[:cut], records[cut:]])
    assert [again.record(i) for i in range(len(again))] == [
        Record(5 + i, 100 + i, key, value) for i, (key, value) in enumerate(pairs)
    ]
    assert (again.size, again.schema_ids.tolist()) == (records.size, records.schema_ids.tolist())


def _schema_id(value: bytes | None) -> int:
    try:
        return schema_id_of(value or b"")
    except FramingError:
        return NO_SCHEMA
