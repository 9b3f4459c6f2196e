"""`vigil run evidence`: the evidence sink as a process."""

import logging
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from prometheus_client import start_http_server

from schemas.codec import MessageCodec
from schemas.messages import LeadKind
from schemas.registry import RegistrySchemaIds, SchemaIds
from schemas.topics import catalogue
from sinks.clickhouse.backoff import pause_s
from sinks.clickhouse.breaker import BreakerOpenError
from sinks.clickhouse.dead_letters import DeadLetterError, DeadLetterWriter
from sinks.clickhouse.topic_ids import TopicsMissingError, topic_ids
from sinks.evidence import signing
from sinks.evidence.case_name import TOPICS
from sinks.evidence.consumer import EvidenceConsumer
from sinks.evidence.detections_follower import DetectionsFollower
from sinks.evidence.evidence_log import EvidenceLog
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.gathering import Gatherer
from sinks.evidence.lineage_reader import LineageReader
from sinks.evidence.lock import LockSettings
from sinks.evidence.metrics import EvidenceMetrics
from sinks.evidence.object_store import ObjectStore, StoreRefusedError, StoreUnavailableError
from sinks.evidence.record_reader import RecordReader
from sinks.evidence.seconds_index import SecondsIndex
from sinks.evidence.settings import EvidenceSettings
from sinks.evidence.store_address import open_store
from sinks.evidence.writer import EvidenceWriter

log = logging.getLogger(__name__)
STAGE = "evidence"


class Addresses(Protocol):
    """What the sink needs of infra.settings.Settings."""

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's addresses."""

    @property
    def schema_registry_url(self) -> str:
        """The registry's Confluent-compatible URL."""

    @property
    def topic_prefix(self) -> str:
        """Prefix of topics and groups."""

    @property
    def kafka_security(self) -> Mapping[str, str]:
        """What librdkafka needs to know of user and TLS; empty: neither."""

    @property
    def evidence_address(self) -> str:
        """The object store: a folder, or s3://BUCKET/PREFIX."""

    @property
    def evidence_key_file(self) -> Path:
        """File of the private key."""

    @property
    def evidence_gap_timeout_s(self) -> float:
        """How long a second that does not come is waited for."""

    @property
    def evidence_lead_kinds(self) -> Iterable[str]:
        """Kinds of leads of which pictures are kept."""

    @property
    def evidence_lock_days(self) -> Mapping[str, int]:
        """How long evidence is locked, by topic; what is not here is not locked."""


def evidence_settings(
    addresses: Addresses, *, instance: str | None = None, metrics_port: int | None = None
) -> EvidenceSettings:
    """Return the sink's settings.

    Args:
        addresses: where everything is.
        instance: name of this process in its group, stable over restarts; default: this machine's name.
        metrics_port: port of the metrics; None: no endpoint.
    """
    return EvidenceSettings(
        bootstrap_servers=addresses.bootstrap_servers,
        schema_registry_url=addresses.schema_registry_url,
        topic_prefix=addresses.topic_prefix,
        store=addresses.evidence_address,
        key=addresses.evidence_key_file,
        instance=re.sub(r"[^A-Za-z0-9._-]", "-", instance or socket.gethostname()),
        gap_timeout_s=addresses.evidence_gap_timeout_s,
        lock=LockSettings(addresses.evidence_lock_days),
        lead_kinds=frozenset(map(LeadKind, addresses.evidence_lead_kinds)),
        metrics_port=metrics_port,
        security=addresses.kafka_security,
    )


def serve(
    settings: EvidenceSettings,
    stop: threading.Event,
    metrics: EvidenceMetrics | None = None,
    schema_ids: SchemaIds | None = None,
) -> None:
    """Run the sink until `stop` is set.

    Args:
        settings: where everything is, and the limits.
        stop: set to end.
        metrics: what is counted; default: its own.
        schema_ids: default: the registry that the settings name.

    Raises:
        KeyFileError, TopicsMissingError, StoreRefusedError: something it needs is not there; nothing was read.
        BreakerOpenError, DeadLetterError, KafkaException: see each.
    """
    metrics = metrics or EvidenceMetrics()
    key = signing.load(settings.key)
    store = open_store(settings.store)
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr="127.0.0.1", registry=metrics.registry)
    settings.lock.check(store_locks=store.locks)
    evidence_log = EvidenceLog(store, key, settings.instance, settings.lock)
    writer = EvidenceWriter(store, key, evidence_log, lock=settings.lock)
    if not _until_ready(settings, store, writer, stop):
        return
    names = ("frames", "detections", "checkpoints", "cameras", *TOPICS)
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers, **settings.security})
    found = topic_ids(admin, [settings.topic_prefix + name for name in names])
    ids = {name: found[settings.topic_prefix + name] for name in names}
    if schema_ids is None:
        schema_ids = RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix)
    codec = MessageCodec(schema_ids)
    index = SecondsIndex()
    follower = DetectionsFollower(
        settings.bootstrap_servers, f"{settings.topic_prefix}detections", index, settings.security
    )
    most_bytes = catalogue().limits.message_max_bytes
    frames = RecordReader(settings.bootstrap_servers, f"{settings.topic_prefix}frames", most_bytes, settings.security)
    lineages = LineageReader(
        settings.bootstrap_servers,
        settings.topic_prefix,
        codec,
        schema_ids,
        most_bytes,
        settings.lineage,
        settings.security,
    )
    sources = {name: ids[name] for name in ("frames", "detections", "checkpoints", "cameras")}
    gatherer = Gatherer(
        index,
        follower,
        frames,
        lineages,
        codec,
        window=settings.window,
        lead_window=settings.lead_window,
        gap_timeout_s=settings.gap_timeout_s,
        topic_ids=sources,
    )
    dead_letters = DeadLetterWriter(
        settings.bootstrap_servers, settings.topic_prefix, schema_ids, STAGE, settings.security
    )
    log.info("evidence goes to %s, signed with key %s", settings.store, key.key_id)
    try:
        EvidenceConsumer(
            settings=settings,
            codec=codec,
            gatherer=gatherer,
            follower=follower,
            index=index,
            writer=writer,
            key_id=key.key_id,
            dead_letters=dead_letters,
            topic_ids=ids,
            metrics=metrics,
            stop=stop,
        ).run()
    finally:
        frames.close()
        lineages.close()


def _until_ready(settings: EvidenceSettings, store: ObjectStore, writer: EvidenceWriter, stop: threading.Event) -> bool:
    """Publish the key, waiting while the store is away."""
    attempt = 0
    while not stop.is_set():
        try:
            if isinstance(store, FolderStore):
                store.clear_parts()
            writer.publish_key()
        except StoreUnavailableError as error:
            attempt += 1
            log.warning("%s", error)
            stop.wait(pause_s(attempt, settings.backoff_first_s, settings.backoff_most_s, 0.5))
        else:
            return True
    return False


def run(settings: Addresses, *, instance: str | None = None, metrics_port: int | None = None) -> int:
    """Run the sink until SIGTERM or SIGINT and return the exit code.

    Returns:
        0 after a stop that was asked for; 2 where key, store or topics are not as they must be; 3 where the breaker
        opened or a dead letter could not be kept; 4 where Kafka refuses this process.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        serve(evidence_settings(settings, instance=instance, metrics_port=metrics_port), stop)
    except (signing.KeyFileError, TopicsMissingError, StoreRefusedError) as error:
        log.error("%s", error)  # noqa: TRY400  a person reads the sentence
        return 2
    except (BreakerOpenError, DeadLetterError) as error:
        log.error("%s", error)  # noqa: TRY400
        return 3
    except KafkaException as error:
        log.error("Kafka: %s", error)  # noqa: TRY400
        return 4
    return 0
