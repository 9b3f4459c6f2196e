"""A stage as a Faust app: the settings that were proved exact, and the harness' parts put together."""

import logging
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import faust

from processors.stage.batch_loop import BatchLoop, StateTable
from processors.stage.camera_registry import CameraRegistry
from processors.stage.consumer import StageConsumer, StageTransport
from processors.stage.failures import EXIT_CRASH, StageStoppedError
from processors.stage.intake import Intake
from processors.stage.metrics import StageMetrics
from processors.stage.outbox import Outbox
from processors.stage.recovery import StageTableManager
from processors.stage.reference_reader import ReferenceReader
from processors.stage.settings import TABLE, StageSettings
from processors.stage.topic_facts import TopicFacts, observe
from processors.stage_core import Registry, StageCore
from schemas.codec import MessageCodec
from schemas.registry import RegistrySchemaIds

log = logging.getLogger(__name__)

#: Faust's settings that every stage shares; what each answers is in docs/decisions/0020.
FAUST: Final[Mapping[str, Any]] = {
    "autodiscover": False,
    "key_serializer": "raw",
    "value_serializer": "raw",
    "topic_disable_leader": True,
    "topic_allow_declare": False,
    "table_standby_replicas": 0,
    "stream_wait_empty": True,
    "broker_heartbeat_interval": 1.0,
    "web_enabled": False,
    "TableManager": StageTableManager,
}
#: A paused stage must stay in its group: its own metrics show a stage that does not move, not the broker's patience.
FOR_EVER_S: Final = 10.0 * 365 * 86_400
#: Faust must find the version it was proved with: its internals are overridden.
FAUST_VERSION: Final = "0.15.3"
#: What Faust's driver logs in by.
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


@dataclass(frozen=True)
class Parts:
    """What a stage is made with beside its settings and core; a test may give its own.

    Attributes:
        codec: the wire codec; None: one on the settings' schema registry.
        registry: cameras' registry; None: read from the cameras topic.
        references: further readers to start and to wait for before the first batch.
        outputs: output topics (without prefix) to look for before the start; others are looked at when first used.
        metrics: the stage's metrics; None: new ones.
        facts: what the cluster says about the topics; None: asked.
    """

    codec: MessageCodec | None = None
    registry: Registry | None = None
    references: Sequence[ReferenceReader] = ()
    outputs: Sequence[str] = ()
    metrics: StageMetrics | None = None
    facts: TopicFacts | None = field(default=None)


class StageApp(faust.App):
    """A Faust app that carries the parts of its stage."""

    logger = logging.getLogger("faust.stage.app")

    intake: Intake
    metrics: StageMetrics
    loop_of_batches: BatchLoop
    references: Sequence[ReferenceReader]
    outbox: Outbox
    consumer: StageConsumer


def make_app(settings: StageSettings, core: StageCore[Any, Any], parts: Parts | None = None) -> StageApp:
    """Make a stage's app. Looks at the cluster's topics; joins and reads nothing yet.

    Raises:
        NotReadyError: Kafka is away, or topics are missing or of another shape.
        RuntimeError: another version of Faust is installed than this harness was proved with.
    """
    if faust.__version__ != FAUST_VERSION:
        raise RuntimeError(
            f"Faust {faust.__version__} is installed; the harness overrides internals of {FAUST_VERSION} and is proved"
            f" with it alone: install faust-streaming=={FAUST_VERSION}"
        )
    parts = parts or Parts()
    facts = parts.facts or observe(settings, core.name, core.source)
    metrics = parts.metrics or StageMetrics(core.name)
    outputs = [*parts.outputs, *(["checkpoints"] if settings.checkpoint_interval_s is not None else [])]
    facts.check_all(outputs, _co_partitioned(outputs, core.source))
    codec = parts.codec or new_codec(settings)
    codec.warm_up()
    registry, references = parts.registry, list(parts.references)
    if registry is None:
        cameras = CameraRegistry(codec)
        # The reader decodes in a thread of its own, so it has a codec of its own.
        reader_codec = parts.codec or new_codec(settings)
        references.append(ReferenceReader(settings, CameraRegistry.TOPIC, reader_codec, cameras.add, metrics))
        registry = cameras
    settings.datadir.mkdir(parents=True, exist_ok=True)
    app = _faust_app(settings, core.name)
    table = StateTable()
    app.metrics = metrics
    app.references = references
    app.intake = Intake(settings.flow.intake_messages)
    app.outbox = Outbox(settings, settings.app_id(core.name))
    app.loop_of_batches = BatchLoop(
        settings=settings,
        core=core,
        codec=codec,
        registry=registry,
        facts=facts,
        intake=app.intake,
        outbox=app.outbox,
        metrics=metrics,
        table=table,
    )
    raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    state = app.Table(TABLE, key_type=bytes, value_type=bytes, partitions=facts.partitions)

    @app.agent(app.topic(settings.topic(core.source), **raw), name="stage")
    async def stage(stream: Any) -> None:
        del stream  # the consumer hands its fetches to the loop; the stream only subscribes to the topic
        table.bind(state.data)
        try:
            await app.loop_of_batches.run(app.consumer)
        except StageStoppedError as error:
            log.critical("%s", error)
            leave(error.status)
        except Exception:
            log.exception("%s met something unexpected; exiting to be restarted", core.name)
            leave(EXIT_CRASH)

    return app


def new_codec(settings: StageSettings) -> MessageCodec:
    """Return a codec on the settings' schema registry; no request is sent yet."""
    return MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))


def leave(status: int) -> None:
    """End the process at once: a Faust that goes on after an exception in its agent loses messages."""
    logging.shutdown()
    os._exit(status)


def credentials(security: Mapping[str, str]) -> Mapping[str, Any]:
    """Return Faust's settings of a user and of TLS, from librdkafka's; empty: neither.

    Raises:
        ValueError: Faust cannot log in by this mechanism.
    """
    if not security:
        return {}
    authority = security.get("ssl.ca.location")
    context = None if authority is None else ssl.create_default_context(cafile=authority)
    user = security.get("sasl.username")
    if user is None:
        return {"broker_credentials": context}
    mechanism = security["sasl.mechanism"]
    if mechanism not in MECHANISMS:
        raise ValueError(f"VIGIL_KAFKA_MECHANISM is {mechanism}; Faust logs in by {', '.join(MECHANISMS)}")
    return {
        "broker_credentials": faust.SASLCredentials(
            username=user, password=security["sasl.password"], mechanism=mechanism, ssl_context=context
        )
    }


def _faust_app(settings: StageSettings, stage: str) -> StageApp:
    brokers = ";".join(f"kafka://{server.strip()}" for server in settings.bootstrap_servers.split(","))
    flow = settings.flow
    app = StageApp(
        settings.app_id(stage),
        broker=brokers,
        datadir=str(settings.datadir),
        store=settings.store,
        stream_buffer_maxsize=flow.intake_messages,
        broker_max_poll_records=flow.poll_messages,
        broker_max_poll_interval=FOR_EVER_S,
        broker_commit_interval=settings.commit_interval_s,
        broker_session_timeout=settings.session_timeout_s,
        broker_rebalance_timeout=settings.rebalance_timeout_s,
        consumer_max_fetch_size=flow.partition_fetch_bytes,
        producer_max_request_size=settings.message_max_bytes,
        consumer_group_instance_id=settings.instance_id,
        **credentials(settings.security),
        **FAUST,
    )
    app.transport = StageTransport(app.conf.broker_consumer, app)
    return app


def _co_partitioned(outputs: Sequence[str], source: str) -> list[str]:
    """Return the outputs that topics.toml partitions like the source."""
    from schemas.topics import catalogue  # noqa: PLC0415  reads a file: not at import

    topics = catalogue().topics

    def root(name: str) -> str:
        like = topics[name].partitioned_like
        return name if like is None else root(like)

    return [name for name in outputs if root(name) == root(source)]
