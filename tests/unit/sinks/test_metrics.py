"""Every metric of the sink moves with what it measures, under Prometheus' names."""

import time

import pytest

from sinks.clickhouse.clickhouse_client import ClickHouseError
from sinks.clickhouse.commit_tracker import CommitTracker
from sinks.clickhouse.intake import PartitionIntake
from sinks.clickhouse.metrics import SinkMetrics
from sinks.clickhouse.partition_feed import PartitionFeed
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.settings import BatchSettings
from tests.unit.sinks.test_delivery import TOPIC_ID, Case, Table, work

AT_MS = 1_795_000_000_000


def value(metrics: SinkMetrics, name: str, **labels: str) -> float:
    """Return a sample; 0 where it is not there."""
    return metrics.registry.get_sample_value(f"vigil_sink_{name}", labels) or 0.0


def delivered(table: Table) -> SinkMetrics:
    """Return the metrics after ten reviews were delivered into a table."""
    case = Case(table)
    case.deliver(work(10, 19))
    return case.delivery._metrics


def test_a_delivery_moves_rows_bytes_batches_and_the_newest_instant() -> None:
    """What is stored is counted once."""
    metrics = delivered(Table())
    part = work(10, 19).records
    size = sum(len(value or b"") for value in part.values) + sum(len(key or b"") for key in part.keys)
    assert value(metrics, "rows_total", topic="reviews") == 10
    assert value(metrics, "bytes_total", topic="reviews") == size
    assert value(metrics, "batch_rows_sum") == 10
    assert value(metrics, "batch_bytes_sum") > size
    assert value(metrics, "insert_seconds_count") == 1
    assert value(metrics, "row_age_seconds_count") == 1
    assert value(metrics, "newest_stored_timestamp_seconds", topic="reviews") == AT_MS / 1000


@pytest.mark.parametrize(("code", "remedy"), [(None, "again"), (516, "person"), (469, "content")])
def test_retries_are_counted_by_their_class(code: int | None, remedy: str) -> None:
    """Once each for trouble that passes or waits for a person; halves of a refused block are two further attempts."""
    metrics = delivered(Table(script=[ClickHouseError(code, "trouble")]))
    assert value(metrics, "retries_total", topic="reviews", remedy=remedy) == (2 if remedy == "content" else 1)
    assert value(metrics, "insert_failures_total", topic="reviews", remedy=remedy) == 1
    assert value(metrics, "waits_for_person", topic="reviews") == 0


def test_dead_letters_are_no_rows() -> None:
    """A refused message is counted with its class, and neither as a row nor in the bytes."""
    whole, metrics = delivered(Table()), delivered(Table(bad={12}))
    assert value(metrics, "rows_total", topic="reviews") == 9
    assert value(metrics, "dead_letters_total", topic="reviews", error_class="CONTENT") == 1
    size = value(whole, "bytes_total", topic="reviews") / 10
    assert value(metrics, "bytes_total", topic="reviews") == pytest.approx(9 * size)


def test_lag_is_the_age_of_the_oldest_message_not_stored() -> None:
    """None at the end; of what is held where something is, else of the newest stored; an idle topic has none."""
    tracker = CommitTracker(10)
    feed = PartitionFeed(
        "v.reviews", 0, PartitionIntake(TOPIC_ID, BatchSettings()), tracker, Case(Table()).delivery, newest_ms=AT_MS
    )
    now_ms = AT_MS + 60_000.0
    assert feed.lag(10, now_ms) == (0, 0.0)
    assert feed.lag(-1001, now_ms) == (0, 0.0)
    assert feed.lag(15, now_ms) == (5, 60.0)
    feed.intake.add(work(10, 14).records, time.monotonic())
    feed.newest_ms = 1
    assert feed.lag(15, now_ms) == (5, 60.0)
    feed.work = work(10, 14)
    tracker.begin(Pending(TOPIC_ID, 10, 14))
    assert feed.lag(15, now_ms) == (5, 60.0)


def test_names_are_of_base_units_and_labels_bounded() -> None:
    """Seconds and bytes, no scaled units; labels are topics of the catalogue, classes and kinds."""
    for family in SinkMetrics().registry.collect():
        assert not family.name.endswith(("_ms", "_us", "_kb", "_minutes")), family.name
    metrics = delivered(Table(bad={12}, script=[ClickHouseError(None, "trouble")]))
    labels = {label for family in metrics.registry.collect() for s in family.samples for label in s.labels}
    assert labels <= {"topic", "remedy", "error_class", "kind", "le"}
