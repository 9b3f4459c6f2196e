"""`vigil topics` on a real Kafka and registry: what plan says is what apply makes, and doctor finds what was broken."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from infra import topics
from infra.settings import Settings
from infra.topics.cluster import Cluster
from infra.topics.subjects import Subjects
from schemas.avro import schema_text
from schemas.codec import MessageCodec
from schemas.messages import MESSAGES, DeadLetter, ErrorClass
from schemas.registry import RegistrySchemaIds
from schemas.topics import catalogue
from tests.integration import command_line

pytestmark = pytest.mark.integration


def program(settings: Settings, *arguments: str, expect: int = 0) -> str:
    """Run `vigil topics ...` as a program; return what it wrote."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.cli", "topics", *arguments],
        env={**os.environ, **settings.environment()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == expect, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout + done.stderr


def vigil(settings: Settings, *arguments: str, expect: int = 0) -> str:
    """Run `vigil topics ...`; return what it wrote."""
    return command_line.vigil(settings, "topics", *arguments, expect=expect)


def vigil_json(settings: Settings, *arguments: str, expect: int = 0) -> Any:
    """Run `vigil topics ... --json`; return what it wrote as data."""
    return json.loads(vigil(settings, *arguments, "--json", expect=expect))


def produce(settings: Settings, topic: str, *records: tuple[bytes, bytes], partitioner: str = "murmur2_random") -> None:
    """Write records and wait until Kafka has them."""
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "partitioner": partitioner})
    for key, value in records:
        producer.produce(settings.topic_prefix + topic, value, key)
    assert producer.flush(30) == 0


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds, at most 30 seconds."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not come about within 30 s"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def applied(settings: Settings) -> Settings:
    """Settings whose topics were applied."""
    topics.apply(settings)
    return settings


@pytest.fixture
def own(settings: Settings) -> Iterator[Settings]:
    """Settings with applied topics that a test may break; deleted after it."""
    mine = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}{time.monotonic_ns() % 10**9}."})
    topics.apply(mine)
    yield mine
    cluster = Cluster(mine.bootstrap_servers)
    cluster.delete(*cluster.topic_sizes(mine.topic_prefix))


def test_plan_and_apply_and_nothing_to_do(settings: Settings) -> None:
    """On an empty cluster plan names everything and ends with 2; after apply nothing is left, and it ends with 0."""
    mine = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}first."})
    pending = vigil_json(mine, "plan", expect=2)
    made = {c["target"] for c in pending["changes"] if c["action"] == "create_topic"}
    assert made == {s.name for s in catalogue().specs(mine.topic_prefix, "local") if s.kind != "registry"}
    assert {c["target"] for c in pending["changes"] if c["action"] == "register_schema"} == {
        f"{mine.topic_prefix}{t}-value" for t in MESSAGES
    }
    text = program(mine, "apply")
    assert f"+ topic {mine.topic_prefix}frames (4 partitions, 1 replica(s))" in text
    assert vigil_json(mine, "plan") == {"pending": 0, "changes": []}
    assert "Nothing to do." in vigil(mine, "plan")
    assert vigil_json(mine, "apply")["applied"] == 0
    assert vigil_json(mine, "doctor")["healthy"] is True


def test_the_cluster_has_what_the_file_says(applied: Settings) -> None:
    """Partitions, configuration, subjects and their compatibility, read back from the servers themselves."""
    specs = [s for s in catalogue().specs(applied.topic_prefix, "local") if s.kind != "registry"]
    found = Cluster(applied.bootstrap_servers).observe([s.name for s in specs])
    for spec in specs:
        assert found[spec.name].partitions == spec.partitions
        assert {k: found[spec.name].config[k] for k in spec.config} == spec.config
    client = SchemaRegistryClient({"url": applied.schema_registry_url})
    for topic in MESSAGES:
        subject = f"{applied.topic_prefix}{topic}-value"
        assert client.get_compatibility(subject) == "BACKWARD_TRANSITIVE"
        assert json.loads(str(client.get_latest_version(subject).schema.schema_str)) == json.loads(schema_text(topic))


def test_the_registry_refuses_a_breaking_schema(applied: Settings) -> None:
    """The level that apply sets is in force: the registry itself refuses what a hand registers past us."""
    schema = json.loads(schema_text("incidents"))
    schema["fields"].append({"name": "mood", "type": "string"})
    with pytest.raises(topics.TopicsError, match="refuses"):
        Subjects(applied.schema_registry_url).register(f"{applied.topic_prefix}incidents-value", json.dumps(schema))


def test_drift_is_mended(own: Settings) -> None:
    """A deleted topic, a changed size limit and a level of NONE are found by plan and doctor and mended by apply."""
    cluster, name = Cluster(own.bootstrap_servers), own.topic_prefix
    cluster.delete(f"{name}tracking-state-changelog")
    cluster.configure(f"{name}frames", {"max.message.bytes": "1000"})
    Subjects(own.schema_registry_url).set_compatibility(f"{name}frames-value", "NONE")
    findings = {(f["level"], f["target"], f["check"]) for f in vigil_json(own, "doctor", expect=2)["findings"]}
    assert findings == {
        ("error", f"{name}tracking-state-changelog", "topics"),
        ("error", f"{name}frames", "sizes"),
        ("error", f"{name}frames-value", "schemas"),
    }
    text = vigil(own, "plan", expect=2)
    assert f"~ topic {name}frames\n-     max.message.bytes = 1000" in text
    assert "3 change(s) pending." in text
    assert vigil_json(own, "apply")["applied"] == 3
    assert vigil_json(own, "doctor")["findings"] == []


def test_what_loses_data_needs_leave(own: Settings) -> None:
    """Fewer partitions than the topic has: apply refuses in a sentence and changes nothing, then does it when told."""
    cluster, name = Cluster(own.bootstrap_servers), f"{own.topic_prefix}reviews"
    cluster.grow(name, 6)
    produce(own, "reviews", *((f"k{n}".encode(), b"x") for n in range(12)))
    cluster.configure(f"{own.topic_prefix}frames", {"max.message.bytes": "1000"})
    text = vigil(own, "apply", expect=1)
    assert "nothing was changed" in text
    assert f"{name} has 6 partitions and must have 4" in text
    assert "its 12 records" in text
    assert "--allow-data-loss" in text
    assert (
        cluster.topic_configs([f"{own.topic_prefix}frames"])[f"{own.topic_prefix}frames"]["max.message.bytes"] == "1000"
    )
    vigil(own, "apply", "--allow-data-loss")
    assert vigil_json(own, "plan")["pending"] == 0
    assert cluster.observe([name])[name].records == 0


def test_a_shorter_retention_counts_what_it_removes(own: Settings) -> None:
    """Records older than the retention to come are counted by the broker; younger ones make no loss."""
    cluster, name = Cluster(own.bootstrap_servers), f"{own.topic_prefix}incidents"
    cluster.configure(name, {"retention.ms": "-1"})
    producer = Producer({"bootstrap.servers": own.bootstrap_servers, "partitioner": "murmur2_random"})
    long_ago_ms = int(time.time() * 1000) - 2 * 365 * 24 * 3_600_000
    for n in range(3):
        producer.produce(name, b"x", f"old{n}".encode(), timestamp=long_ago_ms)
    assert producer.flush(30) == 0
    (change,) = topics.plan(own).changes
    assert "removes 3 records that are older" in str(change.loses)
    with pytest.raises(topics.TopicsError, match="3 records that are older"):
        topics.apply(own)


def test_doctor_finds_keys_in_the_wrong_place(own: Settings) -> None:
    """A producer with librdkafka's default partitioner is found by a sample of what it wrote."""
    keys = [(f"K-{n:04d}".encode(), b"x") for n in range(40)]
    produce(own, "camera-health", *keys)
    assert vigil_json(own, "doctor")["findings"] == []
    produce(own, "signal-phases", *keys, partitioner="consistent_random")
    (finding,) = vigil_json(own, "doctor", expect=2)["findings"]
    assert (finding["check"], finding["target"]) == ("placement", f"{own.topic_prefix}signal-phases")
    assert "murmur2_random" in finding["text"]


def test_lag_and_groups(own: Settings) -> None:
    """A group's lag, its members and partitions that nobody reads, seen while it reads and after it left."""
    group, topic = f"{own.topic_prefix}incidents", f"{own.topic_prefix}tracks"
    produce(own, "tracks", *((f"K-{n}".encode(), b"x") for n in range(50)))
    config = {"bootstrap.servers": own.bootstrap_servers, "group.id": group, "auto.offset.reset": "earliest"}
    consumer = Consumer({**config, "enable.auto.commit": False, "client.id": "stage-1"})
    consumer.subscribe([topic])
    got: list[Any] = []

    def all_read() -> bool:
        got.extend(consumer.consume(50, 0.2))
        return len(got) >= 50

    eventually(all_read)
    consumer.commit(asynchronous=False)
    produce(own, "tracks", *((f"K-{n}".encode(), b"x") for n in range(7)))
    data = vigil_json(own, "lag", "--group", "incidents")
    assert data["lag"] == 7
    assert {p["owner"] for p in data["partitions"]} == {"stage-1"}
    assert len(data["groups"][0]["members"][0]["partitions"]) == 4
    assert "stage-1" in vigil(own, "lag", "--partitions")
    assert vigil_json(own, "doctor")["findings"] == []
    consumer.close()
    (finding,) = [f for f in vigil_json(own, "doctor", expect=2)["findings"] if f["check"] == "groups"]
    assert (finding["level"], finding["target"]) == ("error", group)
    assert "no member, and 7 records wait" in finding["text"]
    looks = vigil(own, "lag", "--json", "--watch", "0.3", "--count", "2").splitlines()
    assert [json.loads(look)["lag"] for look in looks] == [7, 7]
    assert {p["written_per_s"] for p in json.loads(looks[1])["partitions"]} == {0.0}


def test_describe_and_dead_letters(own: Settings) -> None:
    """A dead letter is counted by doctor and shown by describe, its bytes as a number."""
    codec = MessageCodec(RegistrySchemaIds.connect(own.schema_registry_url, own.topic_prefix))
    letter = DeadLetter(
        "tracking", "1", "vigil.frames", None, 3, 42, 0, b"K-1", bytes(300), ErrorClass.DECODE, "cut short", 1
    )
    produce(own, "dead-letters", (b"K-1", codec.encode("dead-letters", letter)), (b"K-2", b"rubbish"))
    (finding,) = vigil_json(own, "doctor")["findings"]
    assert finding["level"] == "warning"
    assert "2 dead letters" in finding["text"]
    assert "tracking DECODE 1" in finding["text"]
    assert "unreadable letter 1" in finding["text"]
    produce(own, "dead-letters", (b"K-1", codec.encode("dead-letters", letter)))
    data = vigil_json(own, "describe", "dead-letters")
    assert data["sample"]["value"] == "<300 bytes>"
    assert data["sample"]["error"] == "cut short"
    assert data["config"]["max.message.bytes"] == str(catalogue().limits.largest_message_bytes)
    text = vigil(own, "describe", f"{own.topic_prefix}dead-letters")
    assert "Its offset." in text
    assert "<300 bytes>" in text
    assert "no topic 'rumours' in topics.toml; it has cameras" in vigil(own, "describe", "rumours", expect=1)


def test_the_largest_dead_letter_fits(own: Settings) -> None:
    """A dead letter around a message of the largest size goes through producer, topic and consumer."""
    limits = catalogue().limits
    value = bytes(limits.message_max_bytes)
    codec = MessageCodec(RegistrySchemaIds.connect(own.schema_registry_url, own.topic_prefix))
    letter = DeadLetter("s", "1", "t", None, 0, 0, 0, b"k", value, ErrorClass.TOO_LARGE, "e" * 1000, 0)
    producer = Producer({"bootstrap.servers": own.bootstrap_servers, "message.max.bytes": limits.largest_message_bytes})
    failures: list[Any] = []
    producer.produce(
        f"{own.topic_prefix}dead-letters",
        codec.encode("dead-letters", letter),
        b"k",
        on_delivery=lambda error, _: failures.append(error),
    )
    assert producer.flush(30) == 0
    assert failures == [None]
    assert vigil_json(own, "describe", "dead-letters")["sample"]["value"] == f"<{len(value)} bytes>"


def test_the_registrys_journal_is_kept_for_ever(settings: Settings) -> None:
    """Apicurio leaves its topics to the brokers' week of retention; apply sets it to none."""
    journal = "schema-registry-journal"
    cluster = Cluster(settings.bootstrap_servers)
    topics.apply(settings)
    assert cluster.topic_configs([journal])[journal]["retention.ms"] == "-1"


def test_services_that_are_away_are_named(settings: Settings) -> None:
    """The error says which address did not answer and what to do, within seconds and without a traceback."""
    no_kafka = settings.model_copy(update={"bootstrap": "127.0.0.1:9"})
    text = program(no_kafka, "plan", expect=1)
    assert text.startswith("Error: Kafka at 127.0.0.1:9 does not answer")
    assert "vigil up" in text
    no_registry = settings.model_copy(update={"registry_url": "http://127.0.0.1:9"})
    text = program(no_registry, "apply", expect=1)
    assert text.startswith("Error: the schema registry at http://127.0.0.1:9 does not answer")
    assert "no profile 'town'" in vigil(settings.model_copy(update={"topic_profile": "town"}), "plan", expect=1)


def test_a_schema_registered_by_hand_that_ours_cannot_read(settings: Settings) -> None:
    """Apply names field and version, and changes nothing."""
    mine = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}hand."})
    schema = json.loads(schema_text("reviews"))
    schema["fields"][0]["type"] = "long"
    client = SchemaRegistryClient({"url": mine.schema_registry_url})
    client.register_schema(f"{mine.topic_prefix}reviews-value", Schema(json.dumps(schema), "AVRO"))
    text = vigil(mine, "apply", expect=1)
    assert "nothing was changed" in text
    assert "review_id: long was written, string reads something else" in text
