"""What the evidence sink tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sinks.evidence.case_name import TOPICS
from sinks.evidence.settings import LeftOut


class EvidenceMetrics:
    """The evidence sink's metrics, in a registry of their own.

    Attributes:
        registry: for an endpoint or a test.
        findings: messages whose evidence is stored, by topic.
        left_out: leads of which nothing is kept, by reason (LeftOut).
        without_stills: messages whose evidence is stored and holds no still, by topic: nobody sees what they are about.
        clips: clips stored.
        stored_bytes: bytes of new objects.
        missing_s: seconds recorded as missing.
        problems: stills, crops and clips that could not be made, as manifests say.
        lag_s: from the frames that led to a finding (Kafka's CreateTime) to its evidence being stored.
        make_s: duration of reading, cutting and storing one finding's evidence.
        retries: attempts that failed and will be repeated, by remedy (again, person) and by what failed (kafka,
            registry, store, log, object: another one has the name).
        dead_letters: messages refused, by topic and error class.
        breaker_limit_ratio: share of a topic's last messages above which dead letters stop the sink.
        log_entries: manifests appended to the log.
        oldest_waiting_s: how long ago the frames of the oldest finding that waits were written (Kafka's CreateTime); 0:
            none waits.
        recomputable: findings by where `vigil replay` starts.
        waiting: findings that wait for their last second or for another attempt.
        held_bytes: bytes of detections held for them.
        paused: 1 while consumption is paused for either.
        waits_for_person: 1 while an error waits for a person.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.findings = Counter("vigil_evidence_findings", "Findings whose evidence is stored.", ["topic"], registry=r)
        self.without_stills = Counter(
            "vigil_evidence_without_stills", "Findings whose evidence holds no still.", ["topic"], registry=r
        )
        for topic in TOPICS:
            self.findings.labels(topic)  # 0 is told too, or a share of none would be nothing
            self.without_stills.labels(topic)
        self.left_out = Counter(
            "vigil_evidence_left_out", "Leads of which nothing is kept, by reason.", ["reason"], registry=r
        )
        for reason in LeftOut:
            self.left_out.labels(reason)  # 0 is told too
        self.clips = Counter("vigil_evidence_clips", "Clips stored.", registry=r)
        self.stored_bytes = Counter("vigil_evidence_stored_bytes", "Bytes of new objects.", registry=r)
        self.missing_s = Counter("vigil_evidence_missing_seconds", "Seconds recorded as missing.", registry=r)
        self.problems = Counter("vigil_evidence_problems", "Pictures and clips that could not be made.", registry=r)
        self.lag_s = Histogram(
            "vigil_evidence_lag_seconds",
            "From the frames that led to a finding to its stored evidence.",
            buckets=(1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 3600),
            registry=r,
        )
        self.make_s = Histogram("vigil_evidence_make_seconds", "Reading, cutting and storing a finding.", registry=r)
        self.retries = Counter("vigil_evidence_retries", "Attempts to be repeated.", ["remedy", "cause"], registry=r)
        self.dead_letters = Counter(
            "vigil_evidence_dead_letters", "Messages refused.", ["topic", "error_class"], registry=r
        )
        self.breaker_limit_ratio = Gauge(
            "vigil_evidence_breaker_limit_ratio", "Share of dead letters above which the sink stops.", registry=r
        )
        self.log_entries = Counter("vigil_evidence_log_entries", "Manifests appended to the log.", registry=r)
        self.oldest_waiting_s = Gauge(
            "vigil_evidence_oldest_waiting_seconds", "Age of the oldest finding that waits, by its frames.", registry=r
        )
        self.recomputable = Counter(
            "vigil_evidence_recomputable", "Findings by where a recomputation starts.", ["start"], registry=r
        )
        self.waiting = Gauge("vigil_evidence_waiting", "Findings that wait.", registry=r)
        self.held_bytes = Gauge("vigil_evidence_held_bytes", "Bytes of detections held.", registry=r)
        self.paused = Gauge("vigil_evidence_paused", "1 while consumption is paused for memory.", registry=r)
        self.waits_for_person = Gauge(
            "vigil_evidence_waits_for_person", "1 while an error waits for a person.", registry=r
        )
