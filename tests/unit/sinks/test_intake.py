"""Ranges: contiguous, within their limits, one schema, one day; a pending range is cut again as it was."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.wire import frame
from sinks.clickhouse.intake import DAY_MS, PartitionIntake, Range
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.records import Records, joined, records_of
from sinks.clickhouse.settings import BatchSettings

TOPIC = "8a7e6f1c-0000-0000-0000-000000000001"
NOON_MS = 20_000 * DAY_MS + DAY_MS // 2


def record(offset: int, *, size: int = 205, schema_id: int | None = 1, created_at_ms: int = NOON_MS) -> Records:
    """Return one record of a size."""
    value = bytes([9]) * (size - 200) if schema_id is None else frame(schema_id, bytes(size - 205))
    return records_of([offset], [created_at_ms], [None], [value])


def offsets(found: Range | None) -> list[int]:
    """Return the offsets of a range."""
    assert found is not None
    return [int(offset) for offset in found.records.offsets]


def cut_all(intake: PartitionIntake, now_s: float = 0.0) -> list[Range]:
    """Cut until nothing is left, without waiting."""
    out = []
    while (found := intake.cut(now_s, flush=True)) is not None:
        out.append(found)
    return out


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from([None, 1, 2]), st.integers(0, 2), st.integers(205, 900)),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 10),
    st.integers(200, 5000),
    st.lists(st.integers(1, 20), min_size=60, max_size=60),
)
def test_01_ranges_are_the_records_in_order(
    steps: list[tuple[int, int | None, int, int]], rows: int, most_bytes: int, reads: list[int]
) -> None:
    """However they are read, each record is in one range, in order; none breaks a limit or could have gone on."""
    intake = PartitionIntake(TOPIC, BatchSettings(rows=rows, bytes=most_bytes, age_s=1.0))
    offset, records = 0, []
    for gap, schema_id, day, size in steps:
        offset += gap
        records.append(record(offset, size=size, schema_id=schema_id, created_at_ms=NOON_MS + day * DAY_MS))
    left = list(records)
    for count in reads:
        if left:
            intake.add(joined(left[:count]), 0.0)
            left = left[count:]
    assert (len(intake), intake.size) == (len(records), sum(one.size for one in records))
    ranges = cut_all(intake)
    assert [value for found in ranges for value in found.records.values] == [one.values[0] for one in records]
    assert [o for found in ranges for o in offsets(found)] == [int(one.offsets[0]) for one in records]
    assert (len(intake), intake.size) == (0, 0)
    for found, after in zip(ranges, [*ranges[1:], None], strict=True):
        assert (found.pending.first, found.pending.last) == (offsets(found)[0], offsets(found)[-1])
        assert len(found.records) <= rows
        assert found.size <= most_bytes or len(found.records) == 1
        kinds = {*zip(found.records.schema_ids, found.records.created_at_ms // DAY_MS, strict=True)}
        assert len(kinds) == 1
        assert not found.recovered
        if after is not None:
            first = after.records
            assert (
                len(found.records) == rows
                or found.size + first.sizes[0] > most_bytes
                or (first.schema_ids[0], first.created_at_ms[0] // DAY_MS) not in kinds
            )


def test_01_a_range_waits_for_its_age() -> None:
    """A range that is not full is cut when its oldest record has waited long enough, not before."""
    intake = PartitionIntake(TOPIC, BatchSettings(rows=10, age_s=1.0))
    intake.add(record(5), 100.0)
    intake.add(record(6), 100.9)
    assert intake.cut(100.99) is None
    assert offsets(intake.cut(101.0)) == [5, 6]


def test_06_a_full_range_does_not_wait() -> None:
    """A full range, and one that another schema ends, is cut at once; the rest begins to wait then."""
    intake = PartitionIntake(TOPIC, BatchSettings(rows=2, age_s=1.0))
    for offset, schema_id in enumerate([1, 1, 1, 2]):
        intake.add(record(offset, schema_id=schema_id), 0.0)
    assert offsets(intake.cut(0.0)) == [0, 1]
    assert offsets(intake.cut(0.0)) == [2]
    assert intake.cut(0.5) is None


def test_01_pending_range_is_cut_with_its_own_boundaries() -> None:
    """After a restart the range under way has the boundaries it had, whatever the limits say; then it goes on."""
    pending = Pending(TOPIC, 10, 14, 2)
    intake = PartitionIntake(TOPIC, BatchSettings(rows=2, age_s=1.0), pending)
    for offset in range(10, 14):
        intake.add(record(offset), 0.0)
    assert intake.cut(99.0, flush=True) is None, "its last record has not arrived"
    intake.add(record(14), 0.0)
    intake.add(record(15), 0.0)
    found = intake.cut(0.0)
    assert found is not None
    assert (found.pending, found.recovered) == (pending, True)
    assert offsets(found) == [10, 11, 12, 13, 14]
    assert offsets(cut_all(intake)[0]) == [15]


def test_02_pending_range_of_another_topic_is_forgotten() -> None:
    """A topic made anew begins at offset 0 again; what was under way in the old one is nothing to it."""
    intake = PartitionIntake(TOPIC, BatchSettings(), Pending("another", 0, 100))
    intake.add(record(0), 0.0)
    found = intake.cut(0.0, flush=True)
    assert found is not None
    assert not found.recovered


def test_01_pending_range_whose_records_kafka_deleted_is_passed_over() -> None:
    """Where retention took part of a pending range, what is left of it is recovered, and nothing blocks."""
    intake = PartitionIntake(TOPIC, BatchSettings(), Pending(TOPIC, 0, 9))
    intake.add(record(8), 0.0)
    intake.add(record(12), 0.0)
    assert [offsets(found) for found in cut_all(intake)] == [[8], [12]]
