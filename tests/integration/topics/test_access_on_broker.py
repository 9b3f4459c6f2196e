"""Rights on a real broker with users: who may not write is refused, and cases work with what they have."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import psutil
import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra import topics
from infra.keys.key_store import KeyStore
from infra.local import kafka
from infra.local.control import LocalStack
from infra.settings import Settings
from infra.topics.access import Rights
from processors.cases.opening import case_id_of
from producers.registry_topic import write_cameras
from producers.settings import producer_settings
from schemas.access import Right, access
from schemas.codec import MessageCodec
from schemas.registry import RegistrySchemaIds
from sinks.evidence import signing
from tests.integration import command_line
from tests.integration.conftest import free_ports
from tests.integration.producers.clips import clip
from tests.integration.sinks.conftest import Bench
from tests.integration.stage.bench import eventually
from tests.unit.processors.cases.desk import violation
from tests.unit.processors.rules.street import EPOCH_US, camera
from tests.unit.sinks.evidence.findings import detections_of
from tests.unit.sinks.evidence.findings import evidence as findings_evidence

pytestmark = pytest.mark.integration

PREFIX: Final = "guarded."
#: With this variable (`make access`) these are started too, beside producers and evidence.
OTHERS: Final = (
    "perception", "tracking", "incidents", "violations", "passages", "sections", "sightings", "leads", "clickhouse-sink"
)  # fmt: skip
EVERY: Final = "VIGIL_TEST_EVERY_PROCESS"
STARTED_S: Final = 150.0
USERS: Final = ("admin", "intruder", *access().principals)


def properties(settings: Settings, folder: Path, users_port: int) -> str:
    """Return the local broker's properties with users, an authorizer and a second listener for who has none."""
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    known = " ".join(f'user_{name}="{name}-password"' for name in USERS)
    jaas = f'{plain} username="admin" password="admin-password" {known};'
    own = {
        "listeners": f"INSIDE://{settings.host}:{settings.kafka_port},USERS://{settings.host}:{users_port},"
        f"CONTROLLER://{settings.host}:{settings.kafka_controller_port}",
        "advertised.listeners": f"INSIDE://{settings.host}:{settings.kafka_port},USERS://{settings.host}:{users_port}",
        "listener.security.protocol.map": "INSIDE:PLAINTEXT,USERS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "USERS",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.users.plain.sasl.jaas.config": jaas,
        "listener.name.controller.plain.sasl.jaas.config": jaas,
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:admin",
        "allow.everyone.if.no.acl.found": "false",
    }
    lines = [line for line in kafka.properties(settings, folder).splitlines() if line.partition("=")[0] not in own]
    return "\n".join([*lines, *(f"{name}={value}" for name, value in own.items())]) + "\n"


class Guarded:
    """A broker with users.

    Args:
        folder: its data.
        registry_url: the schema registry that its clients use.
    """

    def __init__(self, folder: Path, registry_url: str) -> None:
        inside, users, controller = free_ports(3)
        settings = Settings(data_dir=folder, kafka_port=inside, kafka_controller_port=controller, kafka_heap="384m")
        self.inside, self.users = f"{settings.host}:{inside}", f"{settings.host}:{users}"
        self.settings = settings.model_copy(update={"topic_prefix": PREFIX, "registry_url": registry_url})
        child = kafka.spec(settings, folder)
        config = folder / "kafka" / "server.properties"
        config.parent.mkdir(parents=True)
        config.write_text(properties(settings, folder, users))
        jars = f"{settings.cache_dir / 'kafka'}/*"
        subprocess.run(
            ["java", "-cp", jars, "kafka.tools.StorageTool", "format", "-t", kafka.cluster_id(), "-c", str(config)],
            check=True,
            capture_output=True,
        )
        (folder / "kafka" / "log4j2.properties").write_text(kafka.LOG4J)
        self._log = (folder / "broker.log").open("w")
        self._process = subprocess.Popen(child.argv, stdout=self._log, stderr=subprocess.STDOUT)

    def of(self, user: str | None) -> Settings:
        """Return settings of a user; None: of whoever comes without one."""
        if user is None:
            return self.settings.model_copy(update={"bootstrap": self.inside})
        return Settings(
            **{
                **self.settings.model_dump(exclude={"clickhouse_password", "kafka_password"}),
                "bootstrap": self.users,
                "kafka_user": user,
                "kafka_password": f"{user}-password",
                "kafka_mechanism": "PLAIN",
            }
        )

    def answers(self) -> bool:
        """Return whether the broker serves."""
        security = self.of("admin").kafka_security
        admin = AdminClient({"bootstrap.servers": self.users, "log_level": 0, **security})
        try:
            return bool(admin.list_topics(timeout=2).brokers)
        except Exception:  # noqa: BLE001  it is not up yet, in whatever way
            return False

    def stop(self) -> None:
        """End the broker."""
        self._process.kill()
        self._process.wait(30)
        self._log.close()


@pytest.fixture(scope="module")
def broker(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A broker with users and Vigil's topics, beside the session's stack, whose registry it uses."""
    made = Guarded(tmp_path_factory.mktemp("guarded"), stack.settings.schema_registry_url)
    try:
        eventually(made.answers, "the broker with users")
        topics.apply(made.of("admin"))
        yield made
    finally:
        made.stop()


def vigil(settings: Settings, *arguments: str, expect: int = 0) -> str:
    """Run `vigil topics access ...`; return what it wrote."""
    return command_line.vigil(settings, "topics", "access", *arguments, expect=expect)


def refusal(settings: Settings, topic: str, value: bytes = b"x", key: bytes = b"k") -> str | None:
    """Write one message; return the name of the broker's refusal, or None where it was taken."""
    failures: list[KafkaError] = []
    producer = Producer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "partitioner": "murmur2_random",
            "message.timeout.ms": 10_000,
            "log_level": 0,
            **settings.kafka_security,
        }
    )
    producer.produce(
        f"{PREFIX}{topic}", value, key, on_delivery=lambda error, _: failures.append(error) if error else None
    )
    producer.flush(15)
    return failures[0].name() if failures else None


def test_only_who_is_named_writes_what_is_guarded(broker: Guarded) -> None:
    """Before the rights are given nobody writes; then each its own; a right beyond the file is seen and taken."""
    admin = broker.of("admin")
    assert refusal(broker.of("review-desk"), "reviews") == "TOPIC_AUTHORIZATION_FAILED"
    missing = json.loads(vigil(admin, "plan", "--json", expect=2))["missing"]
    assert {"user": "review-desk", "resource": "TOPIC", "name": "guarded.reviews", "operation": "WRITE"} in missing
    assert "review-desk" in vigil(admin, "apply")
    assert "exactly the rights" in vigil(admin, "plan")
    expected: Sequence[tuple[str | None, str, bool]] = [
        ("review-desk", "reviews", True),
        ("review-desk", "payments", False),
        ("review-desk", "case-commands", False),
        ("treasury", "payments", True),
        ("treasury", "reviews", False),
        ("cases-relay", "reviews", False),
        ("violations", "violations", True),
        ("violations", "tracks", False),
        ("tracking", "violations", False),
        ("producers", "cameras", False),
        ("clickhouse-sink", "reviews", False),
        (None, "violations", False),
        (None, "reviews", False),
        ("intruder", "violations", False),
    ]
    found = [(user, topic, refusal(broker.of(user), topic) is None) for user, topic, _ in expected]
    assert found == list(expected)

    hole = Right("intruder", "TOPIC", "guarded.reviews", "WRITE")
    Rights(broker.users, admin.kafka_security).give([hole])
    eventually(lambda: refusal(broker.of("intruder"), "reviews") is None, "the hole")
    assert json.loads(vigil(admin, "plan", "--json", expect=2))["surplus"] == [
        {"user": "intruder", "resource": "TOPIC", "name": "guarded.reviews", "operation": "WRITE"}
    ]
    vigil(admin, "apply", "--take-surplus")
    eventually(lambda: refusal(broker.of("intruder"), "reviews") is not None, "its end")
    assert "a super user" in vigil(broker.of("treasury"), "plan", expect=1)


def test_the_processes_of_cases_work_with_their_rights_alone(broker: Guarded, tmp_path: Path) -> None:
    """A violation that its stage wrote opens its case: relay and stage log in as themselves."""
    vigil(broker.of("admin"), "apply")
    codec = MessageCodec(RegistrySchemaIds.connect(broker.settings.schema_registry_url, PREFIX))
    running: list[subprocess.Popen[bytes]] = []
    try:
        for user in ("cases-relay", "cases", "deadlines"):
            own = broker.of(user).model_copy(update={"data_dir": tmp_path})
            argv = [sys.executable, "-m", "infra.cli", "run", user]
            running.append(subprocess.Popen(argv, env={**os.environ, **own.environment()}))
        value = codec.encode("violations", violation("v1"))
        assert refusal(broker.of("violations"), "violations", value, b"v1") is None
        eventually(lambda: case_id_of("v1") in _cases(broker.of("cases-relay"), codec), "the case")
        for process in running:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in running] == [0, 0, 0]
    finally:
        for process in running:
            process.kill()


def test_the_processes_of_the_pipeline_work_with_their_rights_alone(
    stack: LocalStack, broker: Guarded, tmp_path: Path
) -> None:
    """A film goes into frames and a finding of it into evidence, each process as itself; none of them listens."""
    vigil(broker.of("admin"), "apply")
    codec = MessageCodec(RegistrySchemaIds.connect(broker.settings.schema_registry_url, PREFIX))
    film = clip(tmp_path / "film.mp4")
    entry = replace(
        camera(), camera_id="film", source_uri=film.as_uri(), source_start_us=EPOCH_US, updated_at_us=EPOCH_US
    )
    write_cameras(producer_settings(broker.of("city-cameras")), codec, [entry])
    KeyStore(tmp_path / "keys").create("2026-q4")
    signing.generate(tmp_path / "key.pem")
    places = {
        "data_dir": tmp_path,
        "key_store": tmp_path / "keys",
        "evidence_store": str(tmp_path / "evidence"),
        "evidence_key": tmp_path / "key.pem",
        "evidence_gap_timeout_s": 0.5,
        "triton_url": stack.settings.triton_address,
        "clickhouse_url": stack.settings.clickhouse_address,
        "clickhouse_database": "guarded",
    }
    every = EVERY in os.environ
    names: tuple[str, ...] = ("evidence", *OTHERS) if every else ("evidence",)
    if every:
        Bench(stack.settings.model_copy(update={"clickhouse_database": "guarded"})).migrate()
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in ("producers", *names):
            own = broker.of(name).model_copy(update=places)
            argv = [sys.executable, "-m", "infra.cli", "run", name]
            options = ["--pace", "max", "--exit-when-done"] if name == "producers" else []
            running[name] = subprocess.Popen([*argv, *options], env={**os.environ, **own.environment()})
        assert running.pop("producers").wait(120) == 0
        if every:
            in_time(lambda: _records(broker.of("incidents"), "tracks"), "tracks of the film")
        frames = [(codec.decode("frames", one.value()), one) for one in _records(broker.of("perception"), "frames")]
        for message, one in frames if not every else ():
            seen = detections_of(message, one.offset(), one.timestamp()[1], one.partition())
            assert refusal(broker.of("perception"), "detections", codec.encode("detections", seen), b"film") is None
        shown, place = frames[1]
        named = findings_evidence("peak", shown, place.offset(), place.partition())
        finding = replace(violation("v2"), camera_id="film", epoch_us=shown.epoch_us, evidence=[named])
        assert refusal(broker.of("violations"), "violations", codec.encode("violations", finding), b"v2") is None
        in_time(lambda: list((tmp_path / "evidence").glob("violations/v2/*/log.json")), "the evidence")
        admin = AdminClient({"bootstrap.servers": broker.users, "log_level": 0, **broker.of("admin").kafka_security})
        in_time(lambda: _joined(admin, names), "every group's member")
        # unless a port for metrics is asked for, none of them has a door
        assert {name: _doors(process.pid) for name, process in running.items()} == {name: [] for name in names}
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        assert {name: process.wait(60) for name, process in running.items()} == dict.fromkeys(names, 0)
    finally:
        for process in running.values():
            process.kill()


def in_time(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; eleven processes start on the machine's cores."""
    deadline = time.monotonic() + STARTED_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {STARTED_S:.0f} s: {what}"
        time.sleep(0.2)


def _doors(pid: int) -> list[int]:
    """Return the ports that a process listens on."""
    connections = psutil.Process(pid).net_connections(kind="inet")
    return [one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN]


def _joined(admin: AdminClient, names: Sequence[str]) -> bool:
    """Return whether each process's group has a member with partitions."""
    groups = [f"{PREFIX}{name}" for name in names]
    found = [future.result(10) for future in admin.describe_consumer_groups(groups).values()]
    return all(any(member.assignment.topic_partitions for member in group.members) for group in found)


def _cases(settings: Settings, codec: MessageCodec) -> set[str]:
    """Return the cases of case-events, read in the name of a user."""
    return {codec.decode("case-events", one.value()).case_id for one in _records(settings, "case-events")}


def _records(settings: Settings, topic: str) -> Sequence[Any]:
    """Return what a topic holds, read in the name of a user and of its group."""
    name = f"{PREFIX}{topic}"
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": f"{PREFIX}{settings.kafka_user}",
            **settings.kafka_security,
        }
    )
    try:
        partitions = consumer.list_topics(name, timeout=10).topics[name].partitions
        consumer.assign([TopicPartition(name, partition, OFFSET_BEGINNING) for partition in partitions])
        records = consumer.consume(100, 2.0)
    finally:
        consumer.close()
    return [record for record in records if record.error() is None]


def test_a_broker_without_an_authorizer_says_so(settings: Settings) -> None:
    """The local stack has none: one sentence, with what to set."""
    assert "has no authorizer" in vigil(settings, "plan", expect=1)
