"""What the scheduler tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class SchedulerMetrics:
    """The scheduler's metrics, in a registry of their own.

    Attributes:
        registry: for an endpoint or a test.
        fired: commands of deadlines that passed, by deadline; after a crash some come twice.
        overdue_s: how long ago the oldest deadline passed whose command is not durable yet; 0: none has.
        waiting: cases that wait for a deadline.
        looked_at: when the scheduler last had read what there was of case-events and fired what was due, by this
            machine's clock.
        kafka_errors: errors of Kafka that were waited for.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.fired = Counter("vigil_deadlines_fired", "Commands of deadlines that passed.", ["deadline"], registry=r)
        self.overdue_s = Gauge("vigil_deadlines_overdue_seconds", "Age of the oldest unserved deadline.", registry=r)
        self.waiting = Gauge("vigil_deadlines_waiting_cases", "Cases that wait for a deadline.", registry=r)
        self.looked_at = Gauge(
            "vigil_deadlines_last_look_timestamp_seconds", "When the scheduler last fired what was due.", registry=r
        )
        self.kafka_errors = Counter("vigil_deadlines_kafka_errors", "Errors of Kafka waited for.", registry=r)
