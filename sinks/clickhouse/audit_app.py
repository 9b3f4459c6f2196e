"""`vigil run sink-audit`: the audit on a schedule, as a process."""

import logging
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from clickhouse_connect.driver.client import Client
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from prometheus_client import start_http_server

from sinks.clickhouse.app import Addresses, sink_settings, topics
from sinks.clickhouse.audit import Audit, audit
from sinks.clickhouse.audit_metrics import AuditMetrics
from sinks.clickhouse.audit_record import keep
from sinks.clickhouse.backoff import pause_s
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect, query
from sinks.clickhouse.environment import SinkEnvironment
from sinks.clickhouse.replay.side_table import MARK
from sinks.clickhouse.settings import SinkSettings
from sinks.clickhouse.topic_ids import TopicsMissingError, topic_ids

log = logging.getLogger(__name__)
#: Pauses after an audit that could not look: the first, and the longest.
FIRST_PAUSE_S: Final = 1.0
MOST_PAUSE_S: Final = 60.0


def recorded_audit(settings: SinkSettings, client: Client, names: Sequence[str]) -> Audit:
    """Audit topics and keep the balance in the table sink_audits.

    Args:
        settings: addresses and names.
        client: connected to the tables' database.
        names: topics without prefix.

    Raises:
        TopicsMissingError: a topic is not there.
        ClickHouseError, KafkaException: one of them refused something, or does not answer.
    """
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers, **settings.security})
    ids: Mapping[str, str] = topic_ids(admin, [settings.topic_prefix + name for name in names])
    found = audit(settings, client, {name: ids[settings.topic_prefix + name] for name in names})
    keep(client, found, ids, uuid4(), datetime.now(UTC))
    return found


def scheduled(
    look: Callable[[], tuple[Audit, int]], every_s: float, metrics: AuditMetrics, stop: threading.Event
) -> None:
    """Audit again and again until `stop` is set; one that cannot look is tried again after a growing pause.

    Args:
        look: makes an audit; returns it and the number of side tables that replays have left.
        every_s: time from one audit's begin to the next one's.
        metrics: shows each.
        stop: ends it.
    """
    attempt = 0
    while not stop.is_set():
        begun = time.monotonic()
        try:
            found, side_tables = look()
        except (ClickHouseError, KafkaException, TopicsMissingError) as error:
            attempt += 1
            metrics.failures.inc()
            pause = pause_s(attempt, FIRST_PAUSE_S, min(MOST_PAUSE_S, every_s), random.random())  # noqa: S311  jitter
            log.warning("no audit, again in %.0f s: %s", pause, _reason(error))
            stop.wait(pause)
            continue
        attempt = 0
        metrics.show(found, side_tables, time.time())
        _say(found)
        stop.wait(max(0.0, every_s - (time.monotonic() - begun)))


def _reason(error: Exception) -> str:
    if isinstance(error, KafkaException):
        return f"Kafka: {error.args[0].str()}"
    return f"ClickHouse: {error}"[:300] if isinstance(error, ClickHouseError) else str(error)


def _say(found: Audit) -> None:
    text = "%s: %d rows, %d missing, %d doubled, %d dead-lettered, lag %d"
    level, verdict = (logging.INFO, "exact") if found.exact else (logging.ERROR, "NOT exact")
    log.log(level, text, verdict, found.rows, found.missing, found.duplicated, found.dead_lettered, found.lag)
    for p in found.partitions:
        if not p.exact:
            log.error("%s/%d: missing %s, %d doubled", p.topic, p.partition, list(p.missing[:10]), p.duplicated)


def run(settings: Addresses) -> int:
    """Audit on a schedule until SIGTERM or SIGINT; return the exit code 0."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("clickhouse_connect").setLevel(logging.ERROR)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    environment, sink, metrics = SinkEnvironment(), sink_settings(settings), AuditMetrics()
    if environment.audit_metrics_port is not None:
        start_http_server(environment.audit_metrics_port, addr="127.0.0.1", registry=metrics.registry)

    def look() -> tuple[Audit, int]:
        client = connect(
            sink.clickhouse_url,
            sink.clickhouse_user,
            sink.clickhouse_password,
            sink.clickhouse_database,
            sink.query_s,
        )
        try:
            found = recorded_audit(sink, client, topics(sink.topic_profile))
            sql = (
                "SELECT count() FROM system.tables WHERE database = {database:String} AND position(name, {mark:String})"
            )
            left = query(client, sql, {"database": sink.clickhouse_database, "mark": f"_messages{MARK}"})
        finally:
            client.close()
        return found, int(left[0][0])

    scheduled(look, environment.audit_minutes * 60, metrics, stop)
    return 0
