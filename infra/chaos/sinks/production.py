"""Writes a plan's messages to Kafka at the plan's pace, and keeps what it wrote."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from confluent_kafka import KafkaError, Message, Producer

from infra.chaos.sinks.ledger import Ledger, crc
from infra.chaos.sinks.plan import Plan
from infra.chaos.sinks.poison import LARGE_BYTES, PoisonKind, datum, spoilt
from infra.chaos.sinks.shapes import SHAPES, Shape
from schemas.topics import catalogue
from schemas.wire import frame

#: Messages whose random numbers are drawn at a time; part of what a seed means.
BATCH: Final = 2_000
#: How long Kafka may take for the last acknowledgement: it may have been killed meanwhile.
FLUSH_S: Final = 90.0
#: How long the bytes may wait that are asked for while the client's queue is full.
ROOM_S: Final = 60.0
DAY_MS: Final = 86_400_000


class ProductionError(RuntimeError):
    """Kafka did not take what it was given, so that nothing can be said of the sink."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way to Kafka.

    Attributes:
        number: its number in the run, from 0.
        topic: name without prefix.
        partition: where it goes.
        value: its bytes.
        content_crc: CRC-32 of its content text; of its value where it is bad.
        bad: no table may hold it.
        copy: it repeats an earlier message of its partition.
        days_ago: on which day its CreateTime lies.
    """

    number: int
    topic: str
    partition: int
    value: bytes | None
    content_crc: int
    bad: bool
    copy: bool
    days_ago: int


def outgoing(plan: Plan, schema_ids: Mapping[str, int], partitions: int) -> Iterator[Outgoing]:
    """Yield a plan's messages. Pure: the same plan gives the same messages.

    Args:
        plan: the run.
        schema_ids: registered ids by topic without prefix.
        partitions: of each topic.
    """
    shapes = list(SHAPES.values())
    bounds = np.cumsum([plan.weights[shape.topic] for shape in shapes])[:-1]
    poison = {one.number: one for one in plan.poison}
    large = set(plan.large)
    before: dict[str, Outgoing] = {}
    for begin, end in pairwise([*range(0, plan.messages, BATCH), plan.messages]):
        draw = np.random.default_rng([plan.seed, begin])
        size = end - begin
        which = np.searchsorted(bounds, draw.random(size)).tolist()
        places = np.where(draw.random(size) < plan.hot_partition_ratio, 0, draw.integers(partitions, size=size))
        bits = draw.integers(2**64, size=size, dtype=np.uint64).tolist()
        repeats = (draw.random(size) < plan.repeat_ratio).tolist()
        for number, shape_of, place, bit, repeated in zip(
            range(begin, end), which, places.tolist(), bits, repeats, strict=True
        ):
            shape = shapes[shape_of]
            days_ago = plan.days - 1 - number * plan.days // plan.messages
            one = poison.get(number)
            if one is not None:
                padding = LARGE_BYTES if one.kind is PoisonKind.LARGE_IMPOSSIBLE else 0
                value = spoilt(one, shape, shape.make(number, bit, padding), schema_ids)
                yield Outgoing(number, shape.topic, place, value, crc(value), bad=True, copy=False, days_ago=days_ago)
                continue
            last = before.get(shape.topic)
            if repeated and last is not None and number not in large:
                place, value, content_crc = last.partition, last.value, last.content_crc  # noqa: PLW2901
            else:
                repeated = False  # noqa: PLW2901
                value, content_crc = _good(shape, schema_ids, number, bit, LARGE_BYTES if number in large else 0)
            before[shape.topic] = out = Outgoing(
                number, shape.topic, place, value, content_crc, bad=False, copy=repeated, days_ago=days_ago
            )
            yield out


def _good(shape: Shape, schema_ids: Mapping[str, int], number: int, bits: int, padding: int) -> tuple[bytes, int]:
    record = shape.make(number, bits, padding)
    return frame(schema_ids[shape.topic], datum(shape.topic, record)), crc(shape.text(record).encode())


class Production:
    """Produces a plan's messages in a thread of its own.

    Args:
        plan: the run.
        bootstrap_servers: Kafka's addresses.
        topic_prefix: of the run's topics.
        schema_ids: registered ids by topic without prefix.
        partitions: of each topic.
    """

    def __init__(
        self, plan: Plan, bootstrap_servers: str, topic_prefix: str, schema_ids: Mapping[str, int], partitions: int
    ) -> None:
        self._plan = plan
        self._prefix = topic_prefix
        self._messages = outgoing(plan, schema_ids, partitions)
        self._errors: list[str] = []
        self._acknowledged = {topic_prefix + topic: [0] * partitions for topic in SHAPES}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._produce, name="production", daemon=True)
        self._begun_s: float | None = None
        self._done = threading.Event()
        self._error: Exception | None = None
        self._producer = Producer({
            "bootstrap.servers": bootstrap_servers,
            "enable.idempotence": True,
            "linger.ms": 20,
            "compression.type": "lz4",
            "message.max.bytes": catalogue().limits.message_max_bytes,
            "queue.buffering.max.messages": 400_000,
            "queue.buffering.max.kbytes": 262_144,
            "message.timeout.ms": int(FLUSH_S * 1000),
            "reconnect.backoff.max.ms": 500,
            "log_level": 0,
        })  # fmt: skip
        #: What was produced, by topic without prefix.
        self.ledgers = {topic: Ledger(partitions) for topic in SHAPES}
        #: Messages handed to the client.
        self.produced = 0

    def start(self) -> None:
        """Begin."""
        self._begun_s = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """End early."""
        self._stop.set()
        if self._begun_s is not None:
            self._thread.join()

    @property
    def share(self) -> float:
        """Time since the beginning as a share of the plan's; 0 before it."""
        return 0.0 if self._begun_s is None else (time.monotonic() - self._begun_s) / self._plan.pace_s

    @property
    def done(self) -> bool:
        """Whether Kafka has acknowledged everything.

        Raises:
            ProductionError: it has not, and will not.
        """
        if not self._done.is_set():
            return False
        if self._error is not None:
            raise ProductionError(str(self._error)) from self._error
        return True

    def _produce(self) -> None:
        try:
            self._send()
            self._settle()
        except Exception as error:  # noqa: BLE001  told to whoever asks whether it is done
            self._error = error
        finally:
            self._done.set()

    def _settle(self) -> None:
        left = self._producer.flush(FLUSH_S)
        if left or self._errors:
            raise ProductionError(f"{left + len(self._errors)} messages not taken: {(self._errors or ['late'])[0]}")
        for topic, ledger in self.ledgers.items():
            if ledger.ends != self._acknowledged[self._prefix + topic]:
                raise ProductionError(f"{topic}: offsets end at other places than production counted")

    def _send(self) -> None:
        assert self._begun_s is not None
        now_ms = int(time.time() * 1000)
        per_s = self._plan.messages / self._plan.pace_s
        for message in self._messages:
            if not message.number % 250:
                self._producer.poll(0)
                early_s = self._begun_s + message.number / per_s - time.monotonic()
                if self._stop.wait(max(0.0, early_s)):
                    return
            self.ledgers[message.topic].add(message.partition, message.content_crc, bad=message.bad, copy=message.copy)
            self._hand_over(message, now_ms - message.days_ago * DAY_MS)
            self.produced += 1

    def _hand_over(self, message: Outgoing, created_at_ms: int) -> None:
        deadline = time.monotonic() + ROOM_S
        while True:
            try:
                self._producer.produce(
                    self._prefix + message.topic,
                    message.value,
                    b"k",
                    message.partition,
                    on_delivery=self._delivered,
                    timestamp=created_at_ms,
                )
            except BufferError:
                if time.monotonic() > deadline:
                    raise
                self._producer.poll(0.1)
            else:
                return

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._errors.append(str(error))
            return
        places: Any = self._acknowledged[str(message.topic())]
        partition = message.partition() or 0
        if message.offset() != places[partition]:
            self._errors.append(f"{message.topic()}/{partition}: offset {message.offset()} after {places[partition]}")
        places[partition] = (message.offset() or 0) + 1
