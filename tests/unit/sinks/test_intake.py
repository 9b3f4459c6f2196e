"""Ranges: contiguous, within their limits, one schema, one day; a pending range is cut again as it was."""

from hypothesis import given
from hypothesis import strategies as st

from sinks.clickhouse.intake import DAY_MS, PartitionIntake, Range
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.record import Record
from sinks.clickhouse.settings import BatchSettings

TOPIC = "8a7e6f1c-0000-0000-0000-000000000001"
NOON_MS = 20_000 * DAY_MS + DAY_MS // 2


def record(offset: int, *, size: int = 100, schema_id: int | None = 1, created_at_ms: int = NOON_MS) -> Record:
    """Return a record of a size."""
    return Record(offset, created_at_ms, None, bytes(size - 200) if size > 200 else b"", schema_id)


def cut_all(intake: PartitionIntake, now_s: float = 0.0) -> list[Range]:
    """Cut until nothing is left, without waiting."""
    out = []
    while (found := intake.cut(now_s, flush=True)) is not None:
        out.append(found)
    return out


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([None, 1, 2]), st.integers(0, 2)), min_size=1, max_size=60),
    st.integers(1, 10),
    st.integers(200, 5000),
)
def test_ranges_are_the_records_in_order(steps: list[tuple[int, int | None, int]], rows: int, most_bytes: int) -> None:
    """Every record is in exactly one range, in order; no range breaks a limit, mixes schemas or mixes days."""
    intake = PartitionIntake(TOPIC, BatchSettings(rows=rows, bytes=most_bytes, age_s=1.0))
    offset, records = 0, []
    for gap, schema_id, day in steps:
        offset += gap
        records.append(record(offset, size=400, schema_id=schema_id, created_at_ms=NOON_MS + day * DAY_MS))
        intake.add(records[-1], 0.0)
    ranges = cut_all(intake)
    assert [r for found in ranges for r in found.records] == records
    assert (len(intake), intake.size) == (0, 0)
    for found in ranges:
        assert (found.pending.first, found.pending.last) == (found.records[0].offset, found.records[-1].offset)
        assert len(found.records) <= rows
        assert found.size <= most_bytes or len(found.records) == 1
        assert len({r.schema_id for r in found.records}) == 1
        assert len({r.created_at_ms // DAY_MS for r in found.records}) == 1
        assert not found.recovered


def test_a_range_waits_for_its_age() -> None:
    """A range that is not full is cut when its oldest record has waited long enough, not before."""
    intake = PartitionIntake(TOPIC, BatchSettings(rows=10, age_s=1.0))
    intake.add(record(5), 100.0)
    intake.add(record(6), 100.9)
    assert intake.cut(100.99) is None
    found = intake.cut(101.0)
    assert found is not None
    assert [r.offset for r in found.records] == [5, 6]


def test_a_full_range_does_not_wait() -> None:
    """A full range, and one that another schema ends, is cut at once; the rest begins to wait then."""
    intake = PartitionIntake(TOPIC, BatchSettings(rows=2, age_s=1.0))
    for offset, schema_id in enumerate([1, 1, 1, 2]):
        intake.add(record(offset, schema_id=schema_id), 0.0)
    assert [r.offset for r in intake.cut(0.0).records] == [0, 1]  # type: ignore[union-attr]
    assert [r.offset for r in intake.cut(0.0).records] == [2]  # type: ignore[union-attr]
    assert intake.cut(0.5) is None


def test_pending_range_is_cut_with_its_own_boundaries() -> None:
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
    assert [r.offset for r in found.records] == [10, 11, 12, 13, 14]
    assert [r.offset for r in cut_all(intake)[0].records] == [15]


def test_pending_range_of_another_topic_is_forgotten() -> None:
    """A topic made anew begins at offset 0 again; what was under way in the old one is nothing to it."""
    intake = PartitionIntake(TOPIC, BatchSettings(), Pending("another", 0, 100))
    intake.add(record(0), 0.0)
    found = intake.cut(0.0, flush=True)
    assert found is not None
    assert not found.recovered


def test_pending_range_whose_records_kafka_deleted_is_passed_over() -> None:
    """Where retention took part of a pending range, what is left of it is recovered, and nothing blocks."""
    intake = PartitionIntake(TOPIC, BatchSettings(), Pending(TOPIC, 0, 9))
    intake.add(record(8), 0.0)
    intake.add(record(12), 0.0)
    assert [[r.offset for r in found.records] for found in cut_all(intake)] == [[8], [12]]
