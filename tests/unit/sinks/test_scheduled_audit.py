"""The audit on a schedule: what it shows, and how it waits where it cannot look."""

import threading
from collections.abc import Sequence
from itertools import pairwise

from sinks.clickhouse.audit import Audit, PartitionAudit
from sinks.clickhouse.audit_app import scheduled
from sinks.clickhouse.audit_metrics import AuditMetrics
from sinks.clickhouse.clickhouse_client import ClickHouseError
from sinks.clickhouse.topic_ids import TopicsMissingError


class Pauses(threading.Event):
    """A stop that comes after so many pauses, which take no time."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self.lengths: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Note a pause."""
        self.lengths.append(timeout or 0.0)
        if len(self.lengths) == self._most:
            self.set()
        return self.is_set()


def partition(number: int, missing: Sequence[tuple[int, int]], dead: Sequence[tuple[int, int]]) -> PartitionAudit:
    """Return a partition's balance."""
    return PartitionAudit("v.tracks", number, 0, 100, 90, 10, 80, missing, dead, number, 2)


def value(metrics: AuditMetrics, name: str, topic: str | None = None) -> float | None:
    """Return a sample."""
    return metrics.registry.get_sample_value(name, {} if topic is None else {"topic": topic})


def test_14_metrics_show_the_sums_of_a_topics_partitions() -> None:
    """Missing, doubled, dead-lettered and lag by topic, and when it was."""
    metrics = AuditMetrics()
    metrics.show(Audit([partition(0, [(1, 3)], []), partition(1, [(5, 5)], [(7, 8)])]), 1, 1_000.0)
    topic = "v.tracks"
    assert value(metrics, "vigil_sink_audit_missing_messages", topic) == 4 + 2 * 2
    assert value(metrics, "vigil_sink_audit_duplicated_rows", topic) == 1
    assert value(metrics, "vigil_sink_audit_dead_lettered_messages", topic) == 2
    assert value(metrics, "vigil_sink_audit_lag_messages", topic) == 20
    assert value(metrics, "vigil_sink_audit_last_success_timestamp_seconds") == 1_000
    assert value(metrics, "vigil_sink_audit_exact") == 0
    assert value(metrics, "vigil_sink_replay_side_tables") == 1


def test_14_an_audit_that_cannot_look_is_tried_again_after_growing_capped_pauses() -> None:
    """Kafka or ClickHouse away, topics missing: counted, never the end, and the time of the last success stays."""
    metrics, stop = AuditMetrics(), Pauses(12)
    trouble = [ClickHouseError(None, "away")] * 9 + [TopicsMissingError("topics v.tracks are missing")]

    def look() -> tuple[Audit, int]:
        if trouble:
            raise trouble.pop()
        return Audit([]), 0

    scheduled(look, 900.0, metrics, stop)
    failed, done = stop.lengths[:10], stop.lengths[10:]
    assert value(metrics, "vigil_sink_audit_failures_total") == 10
    assert all(later > earlier * 0.99 for earlier, later in pairwise(failed[:6]))
    assert 30.0 <= failed[-1] <= 60.0
    assert all(899.0 < pause <= 900.0 for pause in done)
    assert (value(metrics, "vigil_sink_audit_last_success_timestamp_seconds") or 0) > 1.7e9
