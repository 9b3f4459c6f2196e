"""What the evidence sink needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from schemas.messages import Lead, LeadKind
from schemas.topics import catalogue
from sinks.clickhouse.settings import BreakerSettings
from sinks.evidence.lineage_span import LineageSettings
from sinks.evidence.lock import LockSettings


class LeftOut(StrEnum):
    """Why nothing is kept of a lead."""

    KIND = "kind"
    FRAMES_GONE = "frames_gone"


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """How much of a camera's time is kept.

    Attributes:
        before_s: before the first named second; an officer needs to see how it came about.
        after_s: after the last named second.
        most_span_s: named seconds further apart have clips of their own, and what lies between is not kept. Larger:
            fewer and longer clips; an incident may last for hours.
        lookback_s: how far before a window its first keyframe is looked for: real cameras have GOPs of up to 20 s.
        most_bytes: packets of one finding; beyond it seconds are recorded as missing, with this as the reason. A camera
            of 8 Mbit/s fills 60 s with it.
    """

    before_s: float = 6.0
    after_s: float = 6.0
    most_span_s: float = 30.0
    lookback_s: float = 20.0
    most_bytes: int = 64_000_000


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """Where everything is, and the limits.

    Attributes:
        bootstrap_servers: Kafka's addresses.
        schema_registry_url: the registry's Confluent-compatible URL.
        topic_prefix: prefix of topics and of the consumer group.
        store: a folder, or s3://BUCKET/PREFIX.
        key: file of the private key.
        instance: name of this process among those of the group, stable over restarts: Kafka's static membership, and
            the name of its log.
        window: how much is kept.
        lead_window: how much of a lead: what it shows is one vehicle at one moment, and there are many of them.
        lead_kinds: kinds of leads of which anything is kept.
        lineage: how much is kept for a recomputation.
        lock: how long objects are locked.
        breaker: when dead letters stop the sink.
        gap_timeout_s: how long a second that does not come is waited for, beyond its time; larger: evidence of a camera
            that went away comes later. While perception has frames before it, it is waited for longer (gathering.py).
        most_waiting: findings held at a time; consumption pauses there.
        most_held_bytes: bytes of detections held for them; consumption pauses there.
        backoff_first_s: first pause before something is tried again; it doubles.
        backoff_most_s: longest pause.
        metrics_port: port of the metrics, or None.
        security: what librdkafka needs to know of user and TLS; empty: a listener without both. Never printed.
    """

    bootstrap_servers: str
    schema_registry_url: str
    topic_prefix: str
    store: str
    key: Path
    instance: str
    window: WindowSettings = WindowSettings()
    lead_window: WindowSettings = WindowSettings(before_s=1.0, after_s=1.0)
    lead_kinds: frozenset[LeadKind] = frozenset(LeadKind)
    lineage: LineageSettings = field(default_factory=LineageSettings)
    lock: LockSettings = field(default_factory=LockSettings)
    breaker: BreakerSettings = field(default_factory=BreakerSettings)
    gap_timeout_s: float = 60.0
    most_waiting: int = 256
    most_held_bytes: int = 64_000_000
    backoff_first_s: float = 0.2
    backoff_most_s: float = 15.0
    metrics_port: int | None = None
    security: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def group(self) -> str:
        """The consumer group."""
        return f"{self.topic_prefix}evidence"

    def leaves_out(self, lead: Lead, now_s: float) -> LeftOut | None:
        """Return why nothing is kept of a lead; None: its kind is asked for, and Kafka can still hold its frames.

        Older ones come when a sink reads the topic for the first time: three months of them, without a picture.

        Args:
            lead: the lead.
            now_s: the time, seconds since the Unix epoch.
        """
        if lead.kind not in self.lead_kinds:
            return LeftOut.KIND
        age_s = now_s - lead.frames_created_at_ms / 1000
        return LeftOut.FRAMES_GONE if age_s > catalogue().topics["frames"].retention_hours * 3_600 else None
