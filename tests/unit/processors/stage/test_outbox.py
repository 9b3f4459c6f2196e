"""The outbox's reports of what is durable, over a producer that is told what to do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException

from processors.stage.failures import StageStoppedError
from processors.stage.outbox import Outbox
from processors.stage.settings import StageSettings

Report = Callable[[KafkaError | None, Any], None]


class FakeProducer:
    """Keeps the delivery reports until the test gives them."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, Report]] = []
        self.full = 0
        self.refuses = False

    def produce(self, topic: str, value: bytes, key: bytes | None, partition: int, on_delivery: Report) -> None:
        """See confluent_kafka.Producer."""
        del value, key, partition
        if self.full:
            self.full -= 1
            raise BufferError("queue full")
        if self.refuses:
            raise KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE))
        self.reports.append((topic, on_delivery))

    def report(self, error: KafkaError | None = None) -> None:
        """Deliver the oldest message, or refuse it."""
        topic, report = self.reports.pop(0)
        report(error, SimpleNamespace(topic=lambda: topic))


@pytest.fixture
def outbox() -> tuple[Outbox, FakeProducer]:
    """An outbox and its producer; no broker is asked for anything."""
    made = Outbox(StageSettings("127.0.0.1:9", "", "t.", Path()), "test")
    made.close()
    producer = FakeProducer()
    made._producer = cast("Any", producer)
    return made, producer


async def test_a_send_is_durable_when_its_last_message_is(outbox: tuple[Outbox, FakeProducer]) -> None:
    """Not before."""
    box, producer = outbox
    future = await box.send([("t.a", b"k", b"1", 0), ("t.a", b"k", b"2", 0)])
    producer.report()
    await asyncio.sleep(0)
    assert not future.done()
    producer.report()
    await asyncio.wait_for(future, 1)


async def test_one_refused_message_fails_the_send_and_names_its_topic(outbox: tuple[Outbox, FakeProducer]) -> None:
    """Also where a later one succeeds: the batch is not acknowledged."""
    box, producer = outbox
    future = await box.send([("t.a", b"k", b"1", 0), ("t.b", b"k", b"2", 0)])
    producer.report(KafkaError(KafkaError._MSG_TIMED_OUT))
    producer.report()
    with pytest.raises(StageStoppedError, match=r"t\.a refused a message"):
        await asyncio.wait_for(future, 1)


async def test_a_message_that_the_producer_does_not_take_stops_the_stage(outbox: tuple[Outbox, FakeProducer]) -> None:
    """With the topic and the size."""
    box, producer = outbox
    producer.refuses = True
    with pytest.raises(StageStoppedError, match=r"t\.a refused a message of 3 bytes"):
        await box.send([("t.a", b"k", b"abc", 0)])


async def test_a_full_queue_is_waited_for(outbox: tuple[Outbox, FakeProducer]) -> None:
    """Nothing is dropped, and nothing is handed over twice."""
    box, producer = outbox
    producer.full = 2
    await box.send([("t.a", b"k", b"1", 0), ("t.b", b"k", b"2", 0)])
    assert [topic for topic, _ in producer.reports] == ["t.a", "t.b"]


async def test_an_empty_send_is_durable_at_once(outbox: tuple[Outbox, FakeProducer]) -> None:
    """A batch of replayed messages has no outputs."""
    box, _ = outbox
    assert (await box.send([])).done()
