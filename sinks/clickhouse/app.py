"""`vigil run clickhouse-sink`: the sink as a process."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from typing import Protocol

from confluent_kafka import KafkaException
from prometheus_client import start_http_server
from pydantic import SecretStr

from schemas.registry import RegistrySchemaIds
from schemas.topics import catalogue
from sinks.clickhouse.backoff import pause_s
from sinks.clickhouse.block_layout import warm_up
from sinks.clickhouse.breaker import BreakerOpenError
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect
from sinks.clickhouse.consumer import SinkConsumer
from sinks.clickhouse.datum_schema import DatumSchemas
from sinks.clickhouse.dead_letters import DeadLetterError, DeadLetterWriter
from sinks.clickhouse.delivery import Delivery
from sinks.clickhouse.environment import SinkEnvironment
from sinks.clickhouse.error_class import Remedy, remedy_of
from sinks.clickhouse.landing import Landing
from sinks.clickhouse.metrics import SinkMetrics
from sinks.clickhouse.preflight import PreflightError, preflight
from sinks.clickhouse.settings import SinkSettings
from sinks.clickhouse.topic_ids import TopicsMissingError

log = logging.getLogger(__name__)
#: `frames` holds the pictures; `passages` and `sightings` say where vehicles were, to be gone within hours;
#: `vehicle-registry` has what a city's own tables say: they have no table here.
WITHOUT_TABLE = frozenset({"frames", "passages", "sightings", "vehicle-registry"})


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
    def topic_profile(self) -> str:
        """Profile of topics.toml."""

    @property
    def kafka_security(self) -> Mapping[str, str]:
        """What librdkafka needs to know of user and TLS; empty: neither."""

    @property
    def clickhouse_address(self) -> str:
        """ClickHouse's HTTP address."""

    @property
    def clickhouse_user(self) -> str:
        """User."""

    @property
    def clickhouse_password(self) -> SecretStr:
        """Password."""

    @property
    def clickhouse_database(self) -> str:
        """Database of the tables."""


def topics(profile: str | None = None) -> tuple[str, ...]:
    """Return the topics that have tables, without prefix.

    Args:
        profile: only those that a cluster of this profile has; None: all.
    """
    found = catalogue().topics.values() if profile is None else catalogue().topics_under(profile)
    return tuple(topic.name for topic in found if topic.name not in WITHOUT_TABLE)


def sink_settings(
    addresses: Addresses, *, instance: str | None = None, metrics_port: int | None = None
) -> SinkSettings:
    """Return the sink's settings.

    Args:
        addresses: where everything is.
        instance: name of this process in its group, stable over restarts; default: this machine's name.
        metrics_port: port of the metrics; None: what VIGIL_SINK_METRICS_PORT says, else no endpoint.
    """
    return SinkSettings(
        bootstrap_servers=addresses.bootstrap_servers,
        schema_registry_url=addresses.schema_registry_url,
        topic_prefix=addresses.topic_prefix,
        topic_profile=addresses.topic_profile,
        clickhouse_url=addresses.clickhouse_address,
        clickhouse_user=addresses.clickhouse_user,
        clickhouse_password=addresses.clickhouse_password.get_secret_value(),
        clickhouse_database=addresses.clickhouse_database,
        instance=instance or socket.gethostname(),
        metrics_port=metrics_port if metrics_port is not None else SinkEnvironment().metrics_port,
        security=addresses.kafka_security,
    )


def serve(settings: SinkSettings, stop: threading.Event, metrics: SinkMetrics | None = None) -> None:
    """Run the sink until `stop` is set.

    Raises:
        PreflightError, TopicsMissingError, BreakerOpenError, DeadLetterError, KafkaException: see each.
    """
    metrics = metrics or SinkMetrics()
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr="127.0.0.1", registry=metrics.registry)
    names = topics(settings.topic_profile)
    warm_up()
    if not _until_ready(settings, names, stop):
        return
    client = connect(
        settings.clickhouse_url,
        settings.clickhouse_user,
        settings.clickhouse_password,
        settings.clickhouse_database,
        settings.query_s,
    )
    ids = RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix)
    dead_letters = DeadLetterWriter(settings.bootstrap_servers, settings.topic_prefix, ids, security=settings.security)
    deliveries = {}
    for topic in names:
        landing = Landing(client, settings.clickhouse_database, topic, settings.query_s)
        schemas = DatumSchemas(topic, ids, landing.columns)
        deliveries[topic] = Delivery(topic, landing, schemas, dead_letters, settings, metrics)
    SinkConsumer(settings, deliveries, metrics, stop).run()


def _until_ready(settings: SinkSettings, names: tuple[str, ...], stop: threading.Event) -> bool:
    """Check the tables, waiting while ClickHouse is away.

    Raises:
        PreflightError: the tables are not as the sink needs them.
    """
    attempt = 0
    while not stop.is_set():
        try:
            client = connect(
                settings.clickhouse_url,
                settings.clickhouse_user,
                settings.clickhouse_password,
                None,
                settings.query_s,
            )
            try:
                preflight(client, settings.clickhouse_database, names)
            finally:
                client.close()
        except ClickHouseError as error:
            if remedy_of(error.code, str(error)) is not Remedy.AGAIN:
                raise PreflightError(f"ClickHouse at {settings.clickhouse_url}: {error}") from error
            attempt += 1
            log.warning("ClickHouse at %s does not answer: %s", settings.clickhouse_url, error)
            stop.wait(pause_s(attempt, settings.backoff_first_s, settings.backoff_most_s, 0.5))
        else:
            return True
    return False


def run(settings: Addresses, *, instance: str | None = None, metrics_port: int | None = None) -> int:
    """Run the sink until SIGTERM or SIGINT and return the exit code.

    Returns:
        0 after a stop that was asked for; 2 where topics or tables are not as they must be; 3 where the breaker opened
        or a dead letter could not be kept; 4 where Kafka refuses this process.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # the client's own sentence about a connection stands in the error that the sink logs
    logging.getLogger("clickhouse_connect").setLevel(logging.ERROR)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        serve(sink_settings(settings, instance=instance, metrics_port=metrics_port), stop)
    except (PreflightError, TopicsMissingError) as error:
        log.error("%s", error)  # noqa: TRY400  a person reads the sentence
        return 2
    except (BreakerOpenError, DeadLetterError) as error:
        log.error("%s", error)  # noqa: TRY400
        return 3
    except KafkaException as error:
        log.error("Kafka: %s", error)  # noqa: TRY400
        return 4
    return 0
