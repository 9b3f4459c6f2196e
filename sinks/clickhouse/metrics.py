"""What the sink tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class SinkMetrics:
    """The sink's metrics, in a registry of their own. Label topic: without prefix, those of the catalogue.

    Attributes:
        registry: for an endpoint or a test.
        rows: rows stored, by topic.
        bytes: bytes of the keys and values stored, by topic.
        dead_letters: messages refused, by topic and error class.
        failures: failed inserts, by topic and remedy (again, person, content).
        retries: further attempts, by topic and why (again, person; content: halves of a refused block).
        batch_rows: rows of one insert that succeeded.
        batch_bytes: bytes of its container.
        insert_s: duration of inserts that succeeded.
        row_age_s: age of a range's oldest message when it was stored, by its Kafka timestamp.
        newest_stored_s: CreateTime of the newest message stored, by topic, seconds since the Unix epoch.
        lag_s: age of the oldest message yet to be stored, by topic, in the partition that is worst; of the newest
            one stored where the former is not fetched yet; 0 where all that Kafka has is stored.
        lag_messages: messages that Kafka has and this process has yet to store, by topic, in its partitions.
        poll_to_commit_s: from a range's first message at this process until Kafka knows that it is stored.
        rebalances: changes of this process' partitions, by kind (assigned, revoked, lost).
        held_bytes: bytes of values waiting and under way.
        held_limit_bytes: bytes at which consumption pauses.
        ranges_under_way: ranges being inserted.
        paused: 1 while consumption is paused for held_bytes.
        missing_column: 1 while messages wait for a column that their topic's table lacks, by topic and column.
        waits_for_person: 1 while an error waits for a person, by topic.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.rows = Counter("vigil_sink_rows", "Rows stored.", ["topic"], registry=r)
        self.dead_letters = Counter(
            "vigil_sink_dead_letters", "Messages refused.", ["topic", "error_class"], registry=r
        )
        self.failures = Counter("vigil_sink_insert_failures", "Failed inserts.", ["topic", "remedy"], registry=r)
        self.bytes = Counter("vigil_sink_bytes", "Bytes of the keys and values stored.", ["topic"], registry=r)
        self.retries = Counter("vigil_sink_retries", "Further attempts.", ["topic", "remedy"], registry=r)
        self.batch_rows = Histogram(
            "vigil_sink_batch_rows",
            "Rows of a successful insert.",
            buckets=(1, 10, 100, 1_000, 5_000, 10_000, 25_000, 50_000),
            registry=r,
        )
        self.batch_bytes = Histogram(
            "vigil_sink_batch_bytes",
            "Bytes of a successful insert.",
            buckets=(1e3, 1e4, 1e5, 1e6, 2e6, 4e6, 8e6, 16e6),
            registry=r,
        )
        self.insert_s = Histogram("vigil_sink_insert_seconds", "Duration of successful inserts.", registry=r)
        self.row_age_s = Histogram(
            "vigil_sink_row_age_seconds",
            "Age of a range's oldest message when stored.",
            buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
            registry=r,
        )
        self.newest_stored_s = Gauge(
            "vigil_sink_newest_stored_timestamp_seconds",
            "CreateTime of the newest message stored.",
            ["topic"],
            registry=r,
        )
        self.lag_s = Gauge(
            "vigil_sink_lag_seconds", "Age of the oldest message yet to be stored.", ["topic"], registry=r
        )
        self.lag_messages = Gauge("vigil_sink_lag_messages", "Messages yet to be stored.", ["topic"], registry=r)
        self.poll_to_commit_s = Histogram(
            "vigil_sink_poll_to_commit_seconds",
            "From a range's first message until Kafka knows that it is stored.",
            buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
            registry=r,
        )
        self.rebalances = Counter("vigil_sink_rebalances", "Changes of the partitions.", ["kind"], registry=r)
        self.held_limit_bytes = Gauge("vigil_sink_held_limit_bytes", "Consumption pauses there.", registry=r)
        self.held_bytes = Gauge("vigil_sink_held_bytes", "Bytes waiting and under way.", registry=r)
        self.ranges_under_way = Gauge("vigil_sink_ranges_under_way", "Ranges being inserted.", registry=r)
        self.paused = Gauge("vigil_sink_paused", "1 while consumption is paused for memory.", registry=r)
        self.missing_column = Gauge(
            "vigil_sink_missing_column", "1 while messages wait for a column.", ["topic", "column"], registry=r
        )
        self.waits_for_person = Gauge(
            "vigil_sink_waits_for_person", "1 while an error waits for a person.", ["topic"], registry=r
        )
