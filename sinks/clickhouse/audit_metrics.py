"""What the scheduled audit tells Prometheus."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from sinks.clickhouse.audit import Audit, PartitionAudit, length


class AuditMetrics:
    """The audit's metrics, in a registry of their own. Label topic: with prefix, those of the catalogue.

    Attributes:
        registry: for an endpoint or a test.
        missing: messages without a row and without a dead letter, by topic.
        duplicated: rows beyond one a message, by topic.
        dead_lettered: messages that the sink refused and Kafka still holds, by topic.
        lag: messages that the sink has yet to store, by topic.
        success: when the last audit that could look ended, seconds since the Unix epoch; 0 before the first.
        exact: 1 where that audit found nothing missing and nothing doubled.
        failures: audits that could not look, for Kafka or ClickHouse was away.
        side_tables: side tables of replays that are there.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r, by_topic = self.registry, ["topic"]
        self.missing = Gauge("vigil_sink_audit_missing_messages", "Messages without a row.", by_topic, registry=r)
        self.duplicated = Gauge("vigil_sink_audit_duplicated_rows", "Rows beyond one a message.", by_topic, registry=r)
        self.dead_lettered = Gauge("vigil_sink_audit_dead_lettered_messages", "Refused.", by_topic, registry=r)
        self.lag = Gauge("vigil_sink_audit_lag_messages", "Messages yet to be stored.", by_topic, registry=r)
        self.success = Gauge("vigil_sink_audit_last_success_timestamp_seconds", "End of the last audit.", registry=r)
        self.exact = Gauge("vigil_sink_audit_exact", "1 where the last audit found all stored once.", registry=r)
        self.failures = Counter("vigil_sink_audit_failures", "Audits that could not look.", registry=r)
        self.side_tables = Gauge("vigil_sink_replay_side_tables", "Side tables of replays.", registry=r)

    def show(self, found: Audit, side_tables: int, now_s: float) -> None:
        """Show an audit that succeeded.

        Args:
            found: the audit.
            side_tables: side tables of replays that are there.
            now_s: seconds since the Unix epoch.
        """
        by_topic: dict[str, list[PartitionAudit]] = {}
        for partition in found.partitions:
            by_topic.setdefault(partition.topic, []).append(partition)
        for topic, partitions in by_topic.items():
            self._show_topic(topic, partitions)
        self.side_tables.set(side_tables)
        self.exact.set(found.exact)
        self.success.set(now_s)

    def _show_topic(self, topic: str, partitions: Sequence[PartitionAudit]) -> None:
        self.missing.labels(topic).set(sum(length(p.missing) + p.unlisted for p in partitions))
        self.duplicated.labels(topic).set(sum(p.duplicated for p in partitions))
        self.dead_lettered.labels(topic).set(sum(length(p.dead_lettered) for p in partitions))
        self.lag.labels(topic).set(sum(p.lag for p in partitions))
