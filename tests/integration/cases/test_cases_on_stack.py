"""Violations, reviews and reports through relay, stage and scheduler, on a real Kafka, killed and repeated."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from infra import topics
from infra.keys.key_store import KeyStore
from infra.settings import Settings
from processors.cases.opening import case_id_of
from processors.cases.relay.core import SOURCES
from schemas.codec import MessageCodec
from schemas.messages import CaseEvent, Payment, PaymentKind, Review, Verdict, Violation
from schemas.registry import RegistrySchemaIds
from tests.integration.conftest import free_ports
from tests.integration.stage.bench import Bench, eventually
from tests.unit.processors.cases.desk import at, violation
from tests.unit.processors.cases.quarter_desk import store_of

pytestmark = pytest.mark.integration

CASES: Final = 24
NAMES: Final = tuple(f"v{n}" for n in range(CASES))
#: Rejected, an hour after the others were confirmed: what moves the scheduler's clock on.
LATE: Final = NAMES[-1]
TURNING: Final = ("before-the-turn", "after-the-turn")
UNKNOWN: Final = "case-nobody-knows"
ALL: Final = ("cases-relay", "cases", "deadlines")


class Processes:
    """The three processes of cases; the relay has the keys of two quarters."""

    def __init__(self, settings: Settings, keys: KeyStore) -> None:
        self._settings = settings
        self.keys = keys
        self.metrics_port = free_ports(1)[0]
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start some; their logs go to the test's output."""
        for name in names:
            options = {
                "deadlines": ["--clock", "events"],
                "cases-relay": ["--metrics-port", str(self.metrics_port)],
            }.get(name, [])
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "infra.cli", "run", name, *options],
                env={**os.environ, **self._settings.environment(), "VIGIL_KEY_STORE": str(self.keys.folder)},
            )

    def kill(self, *names: str) -> None:
        """Kill some as a power cut would."""
        for name in names:
            self._running[name].kill()
            self._running[name].wait(30)

    def relay_metrics(self) -> dict[str, float]:
        """Return what the relay tells Prometheus."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as answer:
            lines = [line.rpartition(" ") for line in answer.read().decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}

    def stop(self) -> list[int]:
        """Stop all as a supervisor does; return their exit statuses."""
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        return [process.wait(30) for process in self._running.values()]


@pytest.fixture
def processes(settings: Settings, tmp_path: Path) -> Iterator[Processes]:
    """The processes, ended with the test."""
    made = Processes(settings, store_of(tmp_path / "keys", ["2024-q1", "2024-q2"]))
    yield made
    made.kill(*made._running)


def _at_the_turn(keys: KeyStore) -> list[Violation]:
    """Return two findings of one offence, under the keys of two quarters."""
    out = []
    for name, when, period in zip(TURNING, ("2024-03-31T23:59:50", "2024-04-01T00:00:20"), keys.periods(), strict=True):
        found, key = violation(name, when), keys.key(period)
        assert key is not None
        sealed = key.seal("123ABC02", found.track_id)
        vehicle = key.vehicle_key("123ABC02")
        out.append(replace(found, vehicle_key=vehicle, key_period=period, plate_encrypted=sealed))
    return out


def _reviews() -> list[Review]:
    out = []
    for n, name in enumerate(NAMES):
        late = name == LATE
        verdict, reason = (Verdict.REJECTED, "no_offence") if late else (Verdict.CONFIRMED, "")
        decided = at("2024-05-07T10:30") if late else at("2024-05-07T09:00")
        # two officers each: those cases that need no second one refuse the second review, which must cost nothing
        out.append(Review(f"r{n}", case_id_of(name), verdict, reason, "", None, None, "officer-1", decided, decided))
        out.append(Review(f"s{n}", case_id_of(name), verdict, reason, "", None, None, "officer-2", decided, decided))
    return out


def _reports() -> list[Payment]:
    out = []
    for n, name in enumerate(NAMES[:-1]):
        case_id = case_id_of(name)
        # the money is reported before the delivery that it followed
        out.append(Payment(f"p{n}", case_id, PaymentKind.PAYMENT, 18_460, "kaspi", None, at("2024-05-14T10:00")))
        out.append(Payment(f"d{n}", case_id, PaymentKind.DELIVERED, 0, "sms", None, at("2024-05-13T10:00")))
    out.append(Payment("x", UNKNOWN, PaymentKind.PAYMENT, 1, "kaspi", None, at("2024-05-14T10:00")))
    return out


@pytest.fixture
def kafka(settings: Settings, tmp_path: Path) -> Bench:
    """The topics of this test, made, and what reads them."""
    topics.apply(settings)
    bench = Bench(settings.bootstrap_servers, tmp_path)
    bench.prefix = settings.topic_prefix
    bench.codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    return bench


def test_from_violations_to_paid_cases_through_kills_and_repetitions(kafka: Bench, processes: Processes) -> None:
    """Each case has its steps, once, whatever was killed or came again; an unknown case is a dead letter.

    An offence that is found on both sides of a quarter's turn has one case, under one of its two keys.
    """
    violations = [violation(name, vehicle=f"{n:02x}" * 32) for n, name in enumerate(NAMES)]
    violations += _at_the_turn(processes.keys)
    # reviews come with their violations: the relay waits until the stage has opened the cases
    _send(kafka, "violations", violations)
    _send(kafka, "reviews", _reviews())
    processes.start(*ALL)
    eventually(lambda: _count(kafka, "ISSUED") >= CASES // 2, "prescriptions")
    processes.kill(*ALL)
    _send(kafka, "violations", violations)
    _send(kafka, "reviews", _reviews())
    processes.start(*ALL)
    eventually(lambda: _count(kafka, "ISSUED") == CASES - 1, "all prescriptions")
    _send(kafka, "payments", _reports())
    eventually(lambda: _count(kafka, "DISCOUNTED") == CASES - 1, "all payments")
    _send(kafka, "payments", _reports()[:-1])
    eventually(lambda: not _behind(kafka), "the end of the topics")
    told = processes.relay_metrics()
    assert processes.stop() == [0, 0, 0]
    assert told["vigil_relay_turn_twins_total"] >= 1
    assert told['vigil_relay_dead_letters_total{error_class="INVALID"}'] >= 1
    assert told['vigil_relay_quarter_lookups_total{outcome="first"}'] >= 1
    assert told['vigil_relay_messages_total{topic="payments"}'] >= 2 * (CASES - 1)
    assert {f'vigil_relay_lag_messages{{topic="{topic}"}}' for topic in SOURCES} <= told.keys()

    copies: dict[tuple[str, int], set[Any]] = {}
    for event in _events(kafka):
        copies.setdefault((event.case_id, event.revision), set()).add(event)
    assert all(len(same) == 1 for same in copies.values())
    of_case: dict[str, list[str]] = {}
    for (case_id, _), (event,) in sorted(copies.items()):
        of_case.setdefault(case_id, []).append(event.step.value)
    paid = ["DETECTED", "CONFIRMED", "ISSUED", "DELIVERED", "DISCOUNTED"]
    turned = [of_case.pop(case_id_of(name)) for name in TURNING if case_id_of(name) in of_case]
    assert turned == [["DETECTED"]]
    assert of_case == {case_id_of(n): ["DETECTED", "REJECTED"] if n == LATE else paid for n in NAMES}
    letters = kafka.dead_letters()
    unknown = {letter.error.partition(":")[0] for letter in letters if letter.stage == "cases-relay"}
    assert unknown == {f"case {UNKNOWN!r} is unknown"}
    assert all("verdict cannot follow" in letter.error for letter in letters if letter.stage == "cases")


def _send(kafka: Bench, topic: str, messages: Sequence[Any]) -> None:
    """Write messages as their producers do, and wait until Kafka has them."""
    producer = Producer(
        {"bootstrap.servers": kafka.bootstrap, "partitioner": "murmur2_random", "enable.idempotence": True}
    )
    for message in messages:
        key = message.violation_id if topic == "violations" else message.case_id
        producer.produce(f"{kafka.prefix}{topic}", kafka.codec.encode(topic, message), key.encode())
    assert producer.flush(30) == 0


def _events(kafka: Bench) -> list[CaseEvent]:
    return [kafka.codec.decode("case-events", record.value()) for record in kafka.read(f"{kafka.prefix}case-events")]


def _count(kafka: Bench, step: str) -> int:
    return len({event.case_id for event in _events(kafka) if event.step.value == step})


def _behind(kafka: Bench) -> int:
    """Return how many messages relay and stage have not committed."""
    behind = 0
    for group, names in (("cases-relay", SOURCES), ("cases", ("case-commands",))):
        consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": f"{kafka.prefix}{group}"})
        try:
            for name in names:
                topic = f"{kafka.prefix}{name}"
                places = [TopicPartition(topic, p) for p in consumer.list_topics(topic, 10).topics[topic].partitions]
                for place in consumer.committed(places, timeout=10):
                    behind += consumer.get_watermark_offsets(place, timeout=10)[1] - max(0, place.offset)
        finally:
            consumer.close()
    return behind
