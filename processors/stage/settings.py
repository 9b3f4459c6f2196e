"""Settings of a stage's harness: where everything is, how much it takes at once, when it gives up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Flow:
    """How much a stage takes at once; one of METADATA and FRAMES fits all stages so far.

    Attributes:
        batch_messages: most messages in one batch; larger batches cost less a message and wait longer for their flush.
        intake_messages: fetched messages held for the next batches; fetching pauses above it.
        poll_messages: most messages in one fetch.
        partition_fetch_bytes: most bytes fetched at once from one partition.
        live_states: state objects kept between batches, the least recently used leave first.
    """

    batch_messages: int
    intake_messages: int
    poll_messages: int
    partition_fetch_bytes: int
    live_states: int

    def __post_init__(self) -> None:
        for name in ("batch_messages", "intake_messages", "poll_messages", "partition_fetch_bytes", "live_states"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; expected a whole number from 1 on")


#: Messages of a few kilobytes. Eight batches wait at most: then a batch finds several messages of each key (intake.py).
METADATA: Final = Flow(2_000, 16_384, 4_096, 4_194_304, 20_000)
#: Messages of up to 900 kB: default buffers took 528 MB for 500 kB messages, these about 90 MB.
FRAMES: Final = Flow(8, 16, 8, 1_048_576, 4_096)


@dataclass(frozen=True, slots=True)
class StageSettings:
    """Everything that a stage's harness needs to know beside its core.

    Attributes:
        bootstrap_servers: Kafka's addresses, host:port, separated by commas.
        schema_registry_url: the registry's Confluent-compatible URL.
        topic_prefix: prefix of topics and of the consumer group.
        datadir: folder for local files; created where it is missing.
        store: where the state table lives; "memory://" (recovered from its changelog at each start).
        instance_id: name of this process in its group (static membership: a restart within the session timeout moves
            no partition), one per process; None: dynamic membership.
        flow: batch and buffer sizes.
        in_flight_batches: batches whose outputs may be in flight while the next one is worked on.
        message_max_bytes: largest message this stage produces or fetches; each topic's own limit goes before it.
        compression: compression of what is produced.
        linger_ms: how long the producer waits for more messages before it sends, milliseconds.
        commit_interval_s: how often acknowledged offsets are committed, seconds.
        session_timeout_s: a process silent for so long loses its partitions, seconds.
        rebalance_timeout_s: how long a rebalance waits for this process to finish its batch, seconds. A batch that
            waits for a service is given up at once, one at work after half of this.
        delivery_timeout_s: how long the producer tries to deliver before the stage exits to be restarted, seconds.
        stop_timeout_s: how long SIGTERM lets the batch at hand take, seconds.
        broker_wait_s: how long the start waits for Kafka to answer, seconds.
        breaker_window_messages: the breaker looks at so many messages.
        breaker_share_ratio: dead letters among them above which the stage stops, 0 to 1. Higher lets more of a broken
            topic drain into dead-letters before anybody is told.
        retry_first_s: first pause when a service is away, seconds; it doubles, with jitter.
        retry_most_s: longest pause between two tries, seconds.
        checkpoint_interval_s: event time between two checkpoints of a key, seconds; None: none are written.
        metrics_port: port of the Prometheus endpoint; None: none; 0: a free one, which the log names.
        metrics_host: address it binds.
        fence_age_s: a batch older than this proves its group membership before it writes state, seconds.
        security: what librdkafka needs to know of user and TLS; empty: a listener without both. Never printed.
    """

    bootstrap_servers: str
    schema_registry_url: str
    topic_prefix: str
    datadir: Path
    store: str = "memory://"
    instance_id: str | None = None
    flow: Flow = field(default=METADATA)
    in_flight_batches: int = 2
    message_max_bytes: int = 1_048_576
    compression: str = "lz4"
    linger_ms: int = 5
    commit_interval_s: float = 1.0
    session_timeout_s: float = 10.0
    rebalance_timeout_s: float = 60.0
    delivery_timeout_s: float = 120.0
    stop_timeout_s: float = 20.0
    broker_wait_s: float = 60.0
    breaker_window_messages: int = 1_000
    breaker_share_ratio: float = 0.1
    retry_first_s: float = 0.2
    retry_most_s: float = 15.0
    checkpoint_interval_s: float | None = 60.0
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    fence_age_s: float = 5.0
    security: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.store != "memory://":
            raise ValueError(f"store is {self.store!r}; only 'memory://' has been proved exact (docs/decisions/0022)")
        if not 0.0 < self.breaker_share_ratio <= 1.0:
            raise ValueError(f"breaker_share_ratio is {self.breaker_share_ratio}; expected above 0, at most 1")
        if self.in_flight_batches < 1:
            raise ValueError(f"in_flight_batches is {self.in_flight_batches}; expected a whole number from 1 on")
        if self.checkpoint_interval_s is not None and self.checkpoint_interval_s <= 0:
            raise ValueError(f"checkpoint_interval_s is {self.checkpoint_interval_s}; expected above 0, or None")
        if not self.session_timeout_s < self.rebalance_timeout_s:
            raise ValueError(
                f"session_timeout_s is {self.session_timeout_s}; expected below rebalance_timeout_s,"
                f" which is {self.rebalance_timeout_s}"
            )

    def app_id(self, stage: str) -> str:
        """Return the Faust app id, which is the consumer group too."""
        return f"{self.topic_prefix}{stage}"

    def topic(self, name: str) -> str:
        """Return a topic's name in the cluster."""
        return f"{self.topic_prefix}{name}"

    def changelog(self, stage: str) -> str:
        """Return the changelog topic of the state table, as Faust names it."""
        return f"{self.app_id(stage)}-{TABLE}-changelog"


#: Name of the state table of every stage.
TABLE: Final = "state"
