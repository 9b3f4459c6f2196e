"""What the sink needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """When a range is cut. The first limit that is reached counts.

    Attributes:
        rows: most rows of a range. Larger blocks insert faster a row (100: 9.5k rows/s, 10k: 607k rows/s measured).
        bytes: most bytes of a range's values. Small blocks cost the engine merges later.
        age_s: longest time a message waits for its range to fill; what a reader of the tables waits, at low rates.
    """

    rows: int = 50_000
    bytes: int = 32_000_000
    age_s: float = 1.0


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a topic's dead letters stop the sink.

    Attributes:
        window_messages: messages of one topic that are looked at.
        share_ratio: share of dead letters among them that is still allowed.
    """

    window_messages: int = 1_000
    share_ratio: float = 0.1


@dataclass(frozen=True, slots=True)
class SinkSettings:
    """Where everything is, and the limits.

    Attributes:
        bootstrap_servers: Kafka's addresses.
        schema_registry_url: the registry's Confluent-compatible URL.
        topic_prefix: prefix of topics and of the consumer group.
        clickhouse_url: ClickHouse's HTTP address.
        clickhouse_user: user.
        clickhouse_password: password; never shown.
        clickhouse_database: database of the tables.
        instance: name of this process among those of the group, stable over restarts: Kafka's static membership.
        batch: when a range is cut.
        breaker: when dead letters stop the sink.
        most_bytes: bytes of values held, waiting and under way; consumption pauses there.
        workers: ranges that are inserted at a time.
        query_s: longest time of one insert, at the server.
        settle_s: how long a rebalance or a stop waits for ranges under way.
        backoff_first_s: first pause before an insert is tried again; it doubles.
        backoff_most_s: longest pause.
        column_look_s: how often a partition is tried again whose messages have a field without a column.
        metrics_port: port of the metrics, or None.
        topic_profile: profile of topics.toml: which topics there are.
        security: what librdkafka needs to know of user and TLS; empty: a listener without both. Never printed.
    """

    bootstrap_servers: str
    schema_registry_url: str
    topic_prefix: str
    clickhouse_url: str
    clickhouse_user: str
    clickhouse_password: str = field(repr=False)
    clickhouse_database: str
    instance: str
    batch: BatchSettings = BatchSettings()
    breaker: BreakerSettings = BreakerSettings()
    most_bytes: int = 128_000_000
    workers: int = 2
    query_s: int = 60
    settle_s: float = 15.0
    backoff_first_s: float = 0.2
    backoff_most_s: float = 15.0
    column_look_s: float = 5.0
    metrics_port: int | None = None
    topic_profile: str = "local"
    security: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def group(self) -> str:
        """The consumer group."""
        return f"{self.topic_prefix}clickhouse-sink"
