"""Produces a batch's messages and says when all of them are durable."""

import asyncio
import threading
from collections.abc import Iterable
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer

from processors.stage.failures import StageStoppedError
from processors.stage.settings import StageSettings

#: How long a full producer queue is waited for before the next look, seconds.
FULL_QUEUE_WAIT_S: Final = 0.02
#: The polling thread wakes at least so often, seconds.
POLL_S: Final = 0.1

#: topic in the cluster, key, value, partition or -1.
Sendable = tuple[str, bytes | None, bytes, int]


class _Delivery:
    """Counts the messages of one send that are not durable yet. Touched by the loop's and the polling thread."""

    __slots__ = ("_error", "_future", "_left", "_lock", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, count: int) -> None:
        self._loop = loop
        self._future: asyncio.Future[None] = loop.create_future()
        self._left = count
        self._error: str | None = None
        self._lock = threading.Lock()

    @property
    def future(self) -> asyncio.Future[None]:
        return self._future

    def report(self, error: KafkaError | None, message: Any) -> None:
        with self._lock:
            if error is not None and self._error is None:
                self._error = f"{message.topic()} refused a message: {error.str()}"
            self._left -= 1
            if self._left:
                return
        self._loop.call_soon_threadsafe(self.settle)

    def settle(self) -> None:
        if self._future.done():
            return
        if self._error is None:
            self._future.set_result(None)
        else:
            self._future.set_exception(StageStoppedError(self._error))


class Outbox:
    """A producer whose sends can be awaited: idempotent, all replicas, murmur2 placement.

    Args:
        settings: the stage's settings.
        client_id: name for the broker's logs.
    """

    def __init__(self, settings: StageSettings, client_id: str) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": settings.bootstrap_servers,
                "client.id": client_id,
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "linger.ms": settings.linger_ms,
                "batch.size": 262_144,
                "compression.type": settings.compression,
                "message.max.bytes": settings.message_max_bytes + 65_536,
                "queue.buffering.max.messages": 200_000,
                "queue.buffering.max.kbytes": 131_072,
                "delivery.timeout.ms": int(settings.delivery_timeout_s * 1000),
                "log_level": 3,
                **settings.security,
            }
        )
        self._closing = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="outbox", daemon=True)
        self._poller.start()

    async def send(self, messages: Iterable[Sendable]) -> asyncio.Future[None]:
        """Hand messages to the producer, in order; the returned future is done when all are durable.

        Waits while the producer's queue is full.

        Raises:
            StageStoppedError: (the future, or this call) a message could not be delivered; says which topic and why.
        """
        sendable = messages if isinstance(messages, list) else list(messages)
        delivery = _Delivery(asyncio.get_running_loop(), len(sendable))
        if not sendable:
            delivery.settle()
            return delivery.future
        produce, report = self._producer.produce, delivery.report
        for topic, key, value, partition in sendable:
            while True:
                try:
                    produce(topic, value, key, partition, on_delivery=report)
                    break
                except BufferError:
                    await asyncio.sleep(FULL_QUEUE_WAIT_S)
                except KafkaException as error:
                    raise StageStoppedError(f"{topic} refused a message of {len(value)} bytes: {error}") from error
        return delivery.future

    def _poll(self) -> None:
        while not self._closing.is_set():
            self._producer.poll(POLL_S)

    def close(self) -> None:
        """Stop; what is not durable by now was not acknowledged either."""
        self._closing.set()
        self._poller.join(POLL_S * 10)
