"""The sink's loop on a scripted Kafka: what it commits and when, what it holds, and what a rebalance does to it."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from confluent_kafka import TopicPartition

from sinks.clickhouse import consumer as module
from sinks.clickhouse.consumer import SinkConsumer
from sinks.clickhouse.delivery import AbandonedError, Delivery, Hold
from sinks.clickhouse.intake import Range
from sinks.clickhouse.metrics import SinkMetrics
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.settings import BatchSettings, SinkSettings

TOPIC_ID = "8a7e6f1c-0000-0000-0000-000000000001"
SETTINGS = SinkSettings(
    bootstrap_servers="", schema_registry_url="", topic_prefix="", clickhouse_url="", clickhouse_user="",
    clickhouse_password="", clickhouse_database="", instance="", settle_s=5.0,
    batch=BatchSettings(rows=10, age_s=0.0), workers=2,
)  # fmt: skip
Step = Callable[["Kafka"], Sequence["Said"]]


@dataclass(frozen=True)
class Said:
    """A message of the topic."""

    place: int
    number: int
    size: int = 5

    def error(self) -> None:
        """None: it is no error."""

    def topic(self) -> str:
        """The only topic."""
        return "payments"

    def partition(self) -> int:
        """Partition."""
        return self.place

    def offset(self) -> int:
        """Offset."""
        return self.number

    def timestamp(self) -> tuple[int, int]:
        """CreateTime."""
        return 1, 1_790_000_000_000

    def key(self) -> bytes:
        """Key."""
        return b"k"

    def value(self) -> bytes:
        """A value with framing."""
        return bytes(4) + b"\x01" + bytes(self.size)


@dataclass
class Kafka:
    """Plays a script, one step a read; records commits, pauses and resumes with what happened in between."""

    stop: threading.Event
    stored: dict[int, TopicPartition] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    callbacks: dict[str, Callable[[Any, Any], None]] = field(default_factory=dict)
    threads: set[int] = field(default_factory=set)
    assigned: list[TopicPartition] = field(default_factory=list)

    def subscribe(self, _topics: Sequence[str], **callbacks: Callable[[Any, Any], None]) -> None:
        """Keep the callbacks."""
        self.callbacks = callbacks

    def consume(self, _count: int, timeout_s: float) -> Sequence[Said]:
        """Run the next step; without any, end."""
        if not self.steps:
            self.stop.set()
            return []
        time.sleep(timeout_s / 10)
        return self.steps.pop(0)(self)

    def committed(self, partitions: Iterable[TopicPartition], timeout: float) -> list[TopicPartition]:
        """Return what was committed."""
        del timeout
        return [
            self.stored.get(p.partition, TopicPartition(p.topic, p.partition, -1001)) for p in partitions
        ]  # fmt: skip

    def commit(self, offsets: Sequence[TopicPartition], *, asynchronous: bool) -> list[TopicPartition]:
        """Store offsets."""
        assert not asynchronous
        self.threads.add(threading.get_ident())
        for offset in offsets:
            self.stored[offset.partition] = offset
            self.log.append(f"commit {offset.partition}@{offset.offset}" + (" pending" if offset.metadata else ""))
        return list(offsets)

    def incremental_assign(self, partitions: Sequence[TopicPartition]) -> None:
        """Take note."""
        self.assigned += partitions

    def incremental_unassign(self, partitions: Sequence[TopicPartition]) -> None:
        """Take note."""
        self.log.append(f"unassign {[p.partition for p in partitions]}")

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        """Take note."""
        self.log.append(f"pause {sorted(p.partition for p in partitions)}")

    def resume(self, partitions: Sequence[TopicPartition]) -> None:
        """Take note."""
        self.log.append(f"resume {sorted(p.partition for p in partitions)}")

    def get_watermark_offsets(self, _partition: TopicPartition, *, cached: bool) -> tuple[int, int]:
        """Return that no fetch has told them yet."""
        assert cached
        return -1001, -1001

    def close(self) -> None:
        """Nothing."""


@dataclass
class Table:
    """Delivers a range when it is let: `gates` by partition; none: at once."""

    kafka: Kafka
    gates: dict[int, threading.Event] = field(default_factory=dict)
    ranges: list[tuple[int, int, int]] = field(default_factory=list)
    notes: bool = False

    def deliver(self, work: Range, hold: Hold) -> None:
        """Deliver as the real one: note where asked, wait, give up where abandoned."""
        if self.notes:
            assert hold.note(work.pending.next_attempt())
        gate = self.gates.get(hold.partition)
        while gate is not None and not gate.wait(0.01):
            if hold.abandoned():
                raise AbandonedError("payments")
        self.kafka.log.append(f"stored {hold.partition}:{work.pending.first}-{work.pending.last}")
        self.ranges.append((hold.partition, work.pending.first, work.pending.last))


class Case:
    """A sink on both."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
        self.stop = threading.Event()
        self.kafka = Kafka(self.stop)
        self.table = Table(self.kafka)
        self.metrics = SinkMetrics()
        monkeypatch.setattr(module, "Consumer", lambda _: self.kafka)
        monkeypatch.setattr(module, "AdminClient", lambda _: None)
        monkeypatch.setattr(module, "topic_ids", lambda _admin, names: dict.fromkeys(names, TOPIC_ID))
        deliveries = {"payments": cast("Delivery", self.table)}
        self.sink = SinkConsumer(replace(SETTINGS, **changes), deliveries, self.metrics, self.stop)

    def run(self, *steps: Step) -> list[str]:
        """Play a script; return what happened."""
        self.kafka.steps += steps
        self.sink.run()
        return self.kafka.log


def take(*partitions: int) -> Step:
    """Give partitions to the sink."""

    def step(kafka: Kafka) -> Sequence[Said]:
        kafka.callbacks["on_assign"](kafka, [TopicPartition("payments", p) for p in partitions])
        return []

    return step


def away(callback: str, *partitions: int) -> Step:
    """Take partitions from the sink."""

    def step(kafka: Kafka) -> Sequence[Said]:
        kafka.callbacks[callback](kafka, [TopicPartition("payments", p) for p in partitions])
        return []

    return step


def said(*messages: Said) -> Step:
    """Deliver messages."""
    return lambda _: messages


def nothing(times: int = 5) -> list[Step]:
    """Read nothing for a while."""
    return [said()] * times


def until(holds: Callable[[], bool]) -> Step:
    """Read nothing until something holds."""

    def step(kafka: Kafka) -> Sequence[Said]:
        if not holds():
            kafka.steps.insert(0, step)
        return []

    return step


def test_01_a_range_stands_in_kafka_before_its_insert_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its boundaries are committed as pending, then it is inserted, then its end is committed."""
    case = Case(monkeypatch)
    log = case.run(take(0), said(Said(0, 7), Said(0, 8), Said(0, 9)), *nothing())
    assert log == ["commit 0@7 pending", "stored 0:7-9", "commit 0@10"]


def test_01_a_pending_range_is_cut_again_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes a partition over with a range under way repeats exactly that range, although more has come."""
    case = Case(monkeypatch)
    pending = Pending(TOPIC_ID, 7, 8, 2)
    case.kafka.stored[0] = TopicPartition("payments", 0, 7, metadata=pending.to_metadata())
    case.run(take(0), said(*(Said(0, n) for n in range(7, 12))), *nothing())
    assert case.table.ranges == [(0, 7, 8), (0, 9, 11)]


def test_10_nothing_is_committed_past_a_range_that_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one partition's range hangs its position stays, whatever comes behind it; another partition goes on."""
    case = Case(monkeypatch)
    gate = case.table.gates[0] = threading.Event()
    log = case.run(
        take(0, 1),
        said(Said(0, 0), Said(1, 0)),
        until(lambda: "commit 1@1" in case.kafka.log),
        said(Said(0, 1), Said(1, 1)),
        until(lambda: "commit 1@2" in case.kafka.log),
        *nothing(),
        lambda _: gate.set() or [],  # type: ignore[func-returns-value]
        *nothing(),
    )
    before = log[: log.index("stored 0:0-0")]
    assert [entry for entry in before if entry.startswith("commit 0")] == ["commit 0@0 pending"]
    assert log.index("stored 0:0-0") < log.index("commit 0@1 pending") < log.index("stored 0:1-1")


def test_02_workers_leave_their_notes_to_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two partitions note an attempt at once, and every commit is of one thread: two at a time can wait for ever."""
    case = Case(monkeypatch)
    case.table.notes = True
    case.run(take(0, 1), said(Said(0, 0), Said(1, 0)), *nothing(20))
    assert sorted(case.table.ranges) == [(0, 0, 0), (1, 0, 0)]
    assert case.kafka.threads == {threading.get_ident()}


def test_13_consumption_pauses_at_the_limit_and_goes_on_below_half_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes waiting and under way are bounded: every partition pauses, and resumes once enough is stored."""
    monkeypatch.setattr(module, "FULL_S", 0.1)
    case = Case(monkeypatch, most_bytes=5_000)
    gate = case.table.gates[0] = threading.Event()
    seen = []
    log = case.run(
        take(0, 1),
        said(Said(0, 0, 3_000)),
        said(Said(0, 1, 3_000)),
        *nothing(),
        lambda _: seen.append(case.metrics.held_bytes._value.get()) or [],  # type: ignore[func-returns-value]
        lambda _: gate.set() or [],  # type: ignore[func-returns-value]
        *nothing(10),
    )
    assert log.index("pause [0, 1]") < log.index("stored 0:0-0") < log.index("resume [0, 1]")
    assert seen
    assert seen[0] > 5_000
    assert case.metrics.held_bytes._value.get() == 0


def test_13_nothing_is_read_while_memory_is_full_and_a_short_while_is_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the client has fetched is kept: reading goes on after the next insert, without a pause and a new fetch."""
    case = Case(monkeypatch, most_bytes=5_000)
    gate = case.table.gates[0] = threading.Event()
    read = []
    with ThreadPoolExecutor(1) as other:
        other.submit(lambda: time.sleep(0.3) or read.append("gate") or gate.set())  # type: ignore[func-returns-value]
        log = case.run(
            take(0, 1), said(Said(0, 0, 6_000)), lambda _: read.append("read") or [], *nothing(10)  # type: ignore[func-returns-value]
        )  # fmt: skip
    assert read == ["gate", "read"]
    assert [entry for entry in log if "pause" in entry or "resume" in entry] == []
    assert "stored 0:0-0" in log


def test_13_what_is_taken_over_while_paused_is_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebalance does not open a way around the limit."""
    monkeypatch.setattr(module, "FULL_S", 0.1)
    case = Case(monkeypatch, most_bytes=5_000)
    gate = case.table.gates[0] = threading.Event()
    log = case.run(
        take(0),
        said(Said(0, 0, 6_000)),
        *nothing(),
        take(1),
        lambda _: gate.set() or [],  # type: ignore[func-returns-value]
        *nothing(),
    )
    assert log.index("pause [0]") < log.index("pause [1]") < log.index("resume [0, 1]")


def test_12_a_revoked_partition_is_finished_and_committed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The range under way is waited for, its end committed, and only then the partition let go."""
    case = Case(monkeypatch)
    gate = case.table.gates[0] = threading.Event()
    with ThreadPoolExecutor(1) as other:
        other.submit(lambda: time.sleep(0.3) or gate.set())  # type: ignore[func-returns-value]
        log = case.run(take(0), said(Said(0, 0)), *nothing(2), away("on_revoke", 0), said(Said(0, 1)), *nothing())
    assert log == ["commit 0@0 pending", "stored 0:0-0", "commit 0@1", "unassign [0]"]


def test_12_a_range_that_does_not_end_in_time_is_left_to_the_next_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the deadline the partition goes with its range pending; the worker gives up and commits nothing."""
    case = Case(monkeypatch, settle_s=0.2)
    case.table.gates[0] = threading.Event()
    log = case.run(take(0), said(Said(0, 0)), *nothing(2), away("on_revoke", 0), *nothing(10))
    assert log == ["commit 0@0 pending", "unassign [0]"]
    assert Pending.from_metadata(case.kafka.stored[0].metadata) == Pending(TOPIC_ID, 0, 0)


def test_12_a_lost_partition_is_not_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another owns it already: nothing is waited for and nothing said about its position."""
    case = Case(monkeypatch)
    case.table.gates[0] = threading.Event()
    began = time.monotonic()
    log = case.run(take(0, 1), said(Said(0, 0)), *nothing(2), away("on_lost", 0), said(Said(1, 0)), *nothing())
    assert time.monotonic() - began < SETTINGS.settle_s
    assert [entry for entry in log if entry.startswith("commit 0")] == ["commit 0@0 pending"]
    assert "commit 1@1" in log


def test_12_a_worker_that_waits_for_its_note_gives_up_with_the_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wish of a partition that is gone is never committed, and its worker does not wait for ever."""
    case = Case(monkeypatch)
    case.table.notes = True
    noted = case.sink._take_notes
    monkeypatch.setattr(case.sink, "_take_notes", lambda: None)

    def lose(kafka: Kafka) -> Sequence[Said]:
        away("on_lost", 0)(kafka)
        monkeypatch.setattr(case.sink, "_take_notes", noted)
        return []

    log = case.run(take(0), said(Said(0, 0)), *nothing(), lose, *nothing())
    assert log == ["commit 0@0 pending", "unassign [0]"]
    assert case.table.ranges == []
