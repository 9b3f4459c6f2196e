"""What the sink tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class SinkMetrics:
    """The sink's metrics, in a registry of their own.

    Attributes:
        registry: for an endpoint or a test.
        rows: rows stored, by topic.
        dead_letters: messages refused, by topic and error class.
        failures: failed inserts, by topic and remedy (again, person, content).
        insert_s: duration of inserts that succeeded.
        row_age_s: age of a range's oldest message when it was stored, by its Kafka timestamp.
        held_bytes: bytes of values waiting and under way.
        ranges_under_way: ranges being inserted.
        paused: 1 while consumption is paused for held_bytes.
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
        self.insert_s = Histogram("vigil_sink_insert_seconds", "Duration of successful inserts.", registry=r)
        self.row_age_s = Histogram(
            "vigil_sink_row_age_seconds",
            "Age of a range's oldest message when stored.",
            buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
            registry=r,
        )
        self.held_bytes = Gauge("vigil_sink_held_bytes", "Bytes waiting and under way.", registry=r)
        self.ranges_under_way = Gauge("vigil_sink_ranges_under_way", "Ranges being inserted.", registry=r)
        self.paused = Gauge("vigil_sink_paused", "1 while consumption is paused for memory.", registry=r)
        self.waits_for_person = Gauge(
            "vigil_sink_waits_for_person", "1 while an error waits for a person.", ["topic"], registry=r
        )
