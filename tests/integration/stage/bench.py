"""One test's topics on the real Kafka, and its processes."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from processors.stage.stamped_state import unpack
from tests.integration.stage.job import Job
from tests.unit.processors.stage.counting_core import COUNT, frames_message
from tests.unit.processors.stage.harness import codec

A = TypeVar("A")
PARTITIONS = 4
CAMERAS = tuple(f"K-{number:02}" for number in range(8))
WITHIN_S = 40.0
#: End of a process' log that is printed.
MOST_LOG_CHARS = 6_000


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {WITHIN_S:.0f} s: {what}"
        time.sleep(0.1)


def _asked(ask: Callable[[], A]) -> A:
    """Return Kafka's answer, asking again where a broker under load says that it has none now."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            return ask()
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


class Bench:
    """Topics of one prefix, what is in them, and the processes that work on them.

    Args:
        bootstrap: Kafka's addresses.
        folder: for logs and data folders.
    """

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.bootstrap = bootstrap
        self.folder = folder
        self.prefix = f"t{uuid4().hex[:8]}."
        self.codec = codec()
        self.expected: dict[str, tuple[int, int]] = {}
        self._children: list[subprocess.Popen[bytes]] = []
        # idempotent: a new topic's leader may refuse a first batch, and what is sent again would come behind the others
        self._producer = Producer({
            "bootstrap.servers": bootstrap,
            "partitioner": "murmur2_random",
            "linger.ms": 5,
            "enable.idempotence": True,
        })  # fmt: skip

    def job(self, kind: str = "hardened", **changes: Any) -> Job:
        """Return a job on these topics; its data folder is not there yet."""
        return replace(Job(kind, self.bootstrap, self.prefix, str(self.folder / kind / "data")), **changes)

    def make_topics(self, *, without: str = "", **partitions: int) -> None:
        """Make the topics, but for one that is left out."""
        from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]  # noqa: PLC0415  not in its stubs

        config = {"max.message.bytes": "1114112"}
        topics = [
            NewTopic(self.prefix + name, partitions.get(name, count), 1, config=config)
            for name, count in (("frames", PARTITIONS), ("payments", PARTITIONS), ("dead-letters", 1))
        ]
        compact = {"cleanup.policy": "compact", **config}
        topics += [
            NewTopic(f"{self.prefix}{app}-state-changelog", partitions.get("changelog", PARTITIONS), 1, config=compact)
            for app in ("counting", "stock")
        ]
        wanted = [topic for topic in topics if topic.topic != self.prefix + without]
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        for made in admin.create_topics(wanted).values():
            made.result(30)

    # Into Kafka

    def feed(self, sequences: Iterable[int], *, again: bool = False) -> None:
        """Write each sequence for every camera; `again` writes what was written before, so nothing more is expected."""
        for sequence in sequences:
            for camera in CAMERAS:
                self.write(camera.encode(), self.codec.encode("frames", frames_message(camera, sequence)))
                if not again:
                    messages, total = self.expected.get(camera, (0, 0))
                    self.expected[camera] = (messages + 1, total + sequence)
        self.flush()

    def write(self, key: bytes | None, value: bytes | None) -> None:
        """Write a record of any bytes to frames."""
        self._producer.produce(f"{self.prefix}frames", value, key)
        self._producer.poll(0)

    def flush(self) -> None:
        """Return when Kafka has everything."""
        assert self._producer.flush(30) == 0

    # Out of Kafka

    def read(self, topic: str) -> list[Any]:
        """Return all records of a topic."""
        return _asked(lambda: self._read(topic))

    def _read(self, topic: str) -> list[Any]:
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": f"{self.prefix}reader"})
        try:
            partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
            consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions])
            ends = {}
            for partition in partitions:
                low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
                if high > low:
                    ends[partition] = high
            # by its place: a client that finds its partition's leader anew may bring records a second time
            found: dict[tuple[int, int], Any] = {}
            deadline = time.monotonic() + WITHIN_S
            while ends:
                assert time.monotonic() < deadline, f"{topic} could not be read to {ends} within {WITHIN_S:.0f} s"
                for record in consumer.consume(1_000, 0.2):
                    assert record.error() is None, record.error()
                    partition, offset = record.partition() or 0, record.offset() or 0
                    found[partition, offset] = record
                    if offset + 1 >= ends.get(partition, offset + 2):
                        del ends[partition]
            return [found[place] for place in sorted(found)]
        finally:
            consumer.close()

    def counts(self, job: Job) -> Mapping[str, tuple[int, int]]:
        """Return (messages, sum of sequences) of each camera, as the changelog has it."""
        out = {}
        for record in self.read(job.changelog):
            value = record.value()
            data = unpack(value).state if job.kind == "hardened" else value
            _, messages, total = COUNT.unpack(data)
            out[record.key().decode()] = (messages, total)
        return out

    def payments(self) -> dict[str, set[int]]:
        """Return, for each id of an output, the counts that outputs of this id carry."""
        out: dict[str, set[int]] = {}
        for record in self.read(f"{self.prefix}payments"):
            payment = self.codec.decode("payments", record.value())
            out.setdefault(payment.payment_id, set()).add(payment.amount_kzt)
        return out

    def dead_letters(self) -> list[Any]:
        """Return the dead letters."""
        return [self.codec.decode("dead-letters", r.value()) for r in self.read(f"{self.prefix}dead-letters")]

    def lag(self, job: Job) -> int:
        """Return how many messages of frames the group has not committed."""
        return _asked(lambda: self._lag(job))

    def _lag(self, job: Job) -> int:
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": job.group})
        try:
            partitions = [TopicPartition(f"{self.prefix}frames", p) for p in range(PARTITIONS)]
            behind = 0
            for tp in consumer.committed(partitions, timeout=10):
                _, high = consumer.get_watermark_offsets(tp, timeout=10)
                behind += high - max(0, tp.offset)
            return behind
        finally:
            consumer.close()

    def held(self, job: Job) -> list[int]:
        """Return how many partitions of frames each member of the group holds, the fewest first."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        group = admin.describe_consumer_groups([job.group])[job.group].result(10)
        frames = f"{self.prefix}frames"
        return sorted(sum(tp.topic == frames for tp in m.assignment.topic_partitions) for m in group.members)

    def wait_committed(self, job: Job) -> None:
        """Wait until the group has committed everything."""
        eventually(lambda: self.lag(job) == 0, f"{job.group} at the end of its topic")

    def wait_counted(self, job: Job, messages: int) -> None:
        """Wait until the changelog holds so many counted messages."""
        eventually(
            lambda: sum(count for count, _ in self.counts(job).values()) >= messages, f"{messages} messages counted"
        )

    def assert_exact(self, job: Job) -> None:
        """Every message is counted once, and has its output; outputs of one id are all the same."""
        counts = self.counts(job)
        assert counts == self.expected, {name: (counts.get(name), wanted) for name, wanted in self.expected.items()}
        payments = self.payments()
        assert len(payments) == sum(messages for messages, _ in self.expected.values())
        assert all(len(counts) == 1 for counts in payments.values())

    # Processes

    def start(self, job: Job, name: str = "worker") -> "subprocess.Popen[bytes]":
        """Start a process."""
        with self.log_path(job, name).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", f"tests.integration.stage.{job.kind}_app", job.to_argument()],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
            )
        self._children.append(child)
        return child

    def log_path(self, job: Job, name: str = "worker") -> Path:
        """Return where a process' log is."""
        return self.folder / f"{job.kind}-{name}.log"

    def log(self, job: Job, name: str = "worker") -> str:
        """Return what a process has written."""
        return self.log_path(job, name).read_text()

    @staticmethod
    def kill(child: "subprocess.Popen[bytes]") -> None:
        """Kill a process as a power cut would."""
        child.kill()
        child.wait(30)

    @staticmethod
    def stop(child: "subprocess.Popen[bytes]") -> int:
        """Stop a process as a supervisor does; return its exit status."""
        child.send_signal(signal.SIGTERM)
        return child.wait(WITHIN_S)

    def statuses(self) -> str:
        """Say how each process ended, or that it runs."""
        return ", ".join(f"process {child.pid}: {child.poll()}" for child in self._children) + " (None: it runs)"

    def clean(self) -> None:
        """End every process."""
        for child in self._children:
            if child.poll() is None:
                self.kill(child)


@contextlib.contextmanager
def bench_on(bootstrap: str, folder: Path) -> Iterator[Bench]:
    """Return a bench whose processes end with the block; their logs are printed, for pytest to show with a failure."""
    bench = Bench(bootstrap, folder)
    try:
        yield bench
    finally:
        sys.stdout.write(bench.statuses())
        bench.clean()
        for log in sorted(folder.glob("*.log")):
            sys.stdout.write(f"\n--- {log.name}\n{log.read_text(errors='replace')[-MOST_LOG_CHARS:]}")
