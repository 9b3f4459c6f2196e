"""The metrics of a stage: one registry, every series with its meaning."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

#: Upper bounds of the batch size buckets, messages.
BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


class StageMetrics:
    """One stage's metrics, in a registry of their own. Each carries the label `stage`.

    Args:
        stage: the stage's name.

    Attributes:
        registry: for an endpoint or a test.
        stage: the stage's name.
    """

    def __init__(self, stage: str) -> None:
        self.registry = CollectorRegistry()
        self.stage = stage
        of = self.registry
        self._messages = Counter("vigil_stage_messages", "Messages taken from the source topic", ["stage"], registry=of)
        self._replayed = Counter(
            "vigil_stage_replayed", "Messages dropped because the state had them applied", ["stage"], registry=of
        )
        self._batches = Counter(
            "vigil_stage_batches", "Batches finished: durable and acknowledged", ["stage"], registry=of
        )
        self._abandoned = Counter(
            "vigil_stage_batches_abandoned", "Batches given up in a rebalance; they come again", ["stage"], registry=of
        )
        self._batch_size = Histogram(
            "vigil_stage_batch_messages", "Messages a batch", ["stage"], buckets=BATCH_BUCKETS, registry=of
        )
        self._outputs = Counter("vigil_stage_outputs", "Messages produced, by topic", ["stage", "topic"], registry=of)
        self._dead_letters = Counter(
            "vigil_stage_dead_letters",
            "Messages sent to dead-letters, by class of error",
            ["stage", "error_class"],
            registry=of,
        )
        self._retries = Counter(
            "vigil_stage_retries", "Tries that met an absent service, by reason", ["stage", "reason"], registry=of
        )
        self._paused = Gauge(
            "vigil_stage_paused", "1 while the stage waits, by reason", ["stage", "reason"], registry=of
        )
        self._seconds = Counter(
            "vigil_stage_seconds",
            "Wall seconds by phase: decode, load, advance, encode, outputs, state, acknowledge",
            ["stage", "phase"],
            registry=of,
        )
        self._state_bytes = Counter("vigil_stage_state_bytes", "Bytes of state written", ["stage"], registry=of)
        self._states = Gauge("vigil_stage_states", "States in this process' table", ["stage"], registry=of)
        self._live = Gauge("vigil_stage_live_states", "State objects kept between batches", ["stage"], registry=of)
        self._lag = Gauge(
            "vigil_stage_lag_messages",
            "Messages not acknowledged yet, by partition",
            ["stage", "partition"],
            registry=of,
        )
        self._event_lag = Gauge(
            "vigil_stage_event_lag_seconds",
            "Age of the newest message of the last batch, by its capture time",
            ["stage"],
            registry=of,
        )
        self._gaps = Counter(
            "vigil_stage_offset_gaps",
            "Offsets that were gone when they were to be read (retention)",
            ["stage"],
            registry=of,
        )
        self._rereads = Counter(
            "vigil_stage_rereads",
            "Fetches read a second time because they did not follow on the last",
            ["stage"],
            registry=of,
        )
        self._stale_states = Counter(
            "vigil_stage_stale_states",
            "Changelog records older than the state at hand, ignored in recovery",
            ["stage"],
            registry=of,
        )
        self._checkpoints_skipped = Counter(
            "vigil_stage_checkpoints_skipped", "Checkpoints larger than their topic allows", ["stage"], registry=of
        )
        self._references = Gauge(
            "vigil_stage_reference_records", "Records read, by reference topic", ["stage", "topic"], registry=of
        )
        self._bad_references = Counter(
            "vigil_stage_reference_unreadable",
            "Unreadable records, by reference topic",
            ["stage", "topic"],
            registry=of,
        )
        self._assigned = Gauge(
            "vigil_stage_partitions", "Source partitions that this process holds", ["stage"], registry=of
        )

        self.messages = self._messages.labels(stage)
        self.replayed = self._replayed.labels(stage)
        self.batches = self._batches.labels(stage)
        self.abandoned = self._abandoned.labels(stage)
        self.batch_size = self._batch_size.labels(stage)
        self.state_bytes = self._state_bytes.labels(stage)
        self.states = self._states.labels(stage)
        self.live = self._live.labels(stage)
        self.event_lag = self._event_lag.labels(stage)
        self.gaps = self._gaps.labels(stage)
        self.rereads = self._rereads.labels(stage)
        self.stale_states = self._stale_states.labels(stage)
        self.checkpoints_skipped = self._checkpoints_skipped.labels(stage)
        self.assigned = self._assigned.labels(stage)

    def outputs(self, topic: str) -> Counter:
        """Return the counter of messages produced to a topic (without prefix)."""
        return self._outputs.labels(self.stage, topic)

    def dead_letters(self, error_class: str) -> Counter:
        """Return the counter of dead letters of a class."""
        return self._dead_letters.labels(self.stage, error_class)

    def retries(self, reason: str) -> Counter:
        """Return the counter of tries that failed for a reason: service, schema-registry, registry-version."""
        return self._retries.labels(self.stage, reason)

    def paused(self, reason: str) -> Gauge:
        """Return the gauge that is 1 while the stage waits for a reason."""
        return self._paused.labels(self.stage, reason)

    def seconds(self, phase: str) -> Counter:
        """Return the counter of wall seconds spent in a phase."""
        return self._seconds.labels(self.stage, phase)

    def lag(self, partition: int) -> Gauge:
        """Return the gauge of a partition's lag."""
        return self._lag.labels(self.stage, str(partition))

    def forget_lag(self, partition: int) -> None:
        """Drop the series of a partition that this process no longer holds."""
        self._lag.remove(self.stage, str(partition))

    def references(self, topic: str) -> Gauge:
        """Return the gauge of records read from a reference topic."""
        return self._references.labels(self.stage, topic)

    def bad_references(self, topic: str) -> Counter:
        """Return the counter of unreadable records of a reference topic."""
        return self._bad_references.labels(self.stage, topic)
