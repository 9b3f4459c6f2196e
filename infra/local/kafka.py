"""Kafka (KRaft, one node: broker and controller) from its Maven artifacts."""

import shutil
import socket
import subprocess
import tomllib
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Final

from confluent_kafka.admin import AdminClient

from infra.local.child import ChildCannotStartError, ChildSpec
from infra.local.class_archive import archive_options
from infra.settings import Settings

LOG4J = """\
status = error
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = stdout
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{ISO8601} %-5p %m (%c{1})%n
"""


def message_max_bytes() -> int:
    """Return the largest message of any topic: that of dead-letters, which wraps the largest other."""
    limits = tomllib.loads((resources.files("schemas") / "topics.toml").read_text(encoding="utf-8"))["limits"]
    return int(limits["message_max_bytes"]) + int(limits["dead_letter_overhead_bytes"])


#: A killed broker reads back which batches it had of each producer whose last CreateTime is younger than this; a batch
#: that another one repeats is then in the topic twice. Kafka's own day is less than the age of footage played again.
PRODUCER_ID_MS: Final = 7 * 86_400_000


def properties(settings: Settings, folder: Path) -> str:
    """Return server.properties."""
    limit = message_max_bytes()
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{settings.host}:{settings.kafka_controller_port}
listeners=PLAINTEXT://{settings.host}:{settings.kafka_port},CONTROLLER://{settings.host}:{settings.kafka_controller_port}
advertised.listeners=PLAINTEXT://{settings.host}:{settings.kafka_port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder / "kafka" / "data"}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
message.max.bytes={limit}
replica.fetch.max.bytes={limit}
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
log.retention.check.interval.ms=60000
producer.id.expiration.ms={PRODUCER_ID_MS}
broker.session.timeout.ms={settings.kafka_session_ms}
broker.heartbeat.interval.ms={settings.kafka_session_ms * 2 // 9}
"""


def cluster_id(draw: Callable[[], uuid.UUID] = uuid.uuid4) -> str:
    """Return a new cluster's id: a UUID in URL-safe base64, never one that a command line takes for an option."""
    while True:
        text = urlsafe_b64encode(draw().bytes).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def spec(settings: Settings, folder: Path) -> ChildSpec:
    """Return Kafka as a child of the runner."""
    home = folder / "kafka"
    jars = f"{settings.cache_dir / 'kafka'}/*"
    config, log4j = home / "server.properties", home / "log4j2.properties"
    archived = archive_options(settings.cache_dir, "kafka")

    def prepare() -> None:
        if not (settings.cache_dir / "kafka").exists():
            raise ChildCannotStartError(f"no Kafka under {settings.cache_dir / 'kafka'}; run 'make setup'")
        if shutil.which("java") is None:
            raise ChildCannotStartError("no java on the PATH; run 'make setup', or install openjdk-17-jre-headless")
        home.mkdir(parents=True, exist_ok=True)
        config.write_text(properties(settings, folder))
        log4j.write_text(LOG4J)
        if not (home / "data" / "meta.properties").exists():
            brief = ["java", *archived, "-XX:TieredStopAtLevel=1", "-cp", jars, "kafka.tools.StorageTool", "format"]
            command = [*brief, "-t", cluster_id(), "-c", str(config)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"formatting Kafka's data folder failed: {done.stdout[-500:]} {done.stderr[-500:]}")

    def ready() -> bool:
        with socket.create_connection((settings.host, settings.kafka_port), timeout=1):
            pass  # librdkafka would wait ever longer between its own tries
        client = AdminClient({"bootstrap.servers": f"{settings.host}:{settings.kafka_port}", "log_level": 0})
        cluster = client.describe_cluster(request_timeout=3).result(timeout=4)
        return bool(cluster.nodes) and bool(client.list_topics(timeout=3).brokers)

    heap = settings.kafka_heap
    options = [f"-Xmx{heap}", f"-Xms{heap}", "-XX:+UseSerialGC", *archived, f"-Dlog4j2.configurationFile={log4j}"]
    return ChildSpec(
        name="kafka",
        argv=["java", *options, "-cp", jars, "kafka.Kafka", str(config)],
        prepare=prepare,
        ready=ready,
        stop_s=25.0,
    )
