"""Hands messages to Kafka: one shared client, a bounded lane for each camera, nothing dropped."""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from producers.settings import ProducerSettings

log = logging.getLogger(__name__)

RETRY_S: Final = 1.0
#: The client repeats an error for as long as it lasts; one line in so long is enough (s).
WARN_EVERY_S: Final = 30.0


class DeliveryStoppedError(Exception):
    """The process stops; what was not handed over is not lost: the source is read again from there."""


class DeliveryFatalError(Exception):
    """The client cannot go on (fenced, or its sequence broke); the process must be started again."""


@dataclass(slots=True)
class _Message:
    topic: str
    key: bytes
    value: bytes
    mark: tuple[int, int]


@dataclass(slots=True)
class LaneCounts:
    """What became of one camera's messages since the process began.

    Attributes:
        delivered: messages that Kafka has.
        failures: failed attempts; each message is tried again until it is delivered.
        last: mark of the last delivered message.
        error: last failure, None once a message got through again.
    """

    delivered: int = 0
    failures: int = 0
    last: tuple[int, int] | None = None
    error: str | None = None


@dataclass(slots=True)
class Lane:
    """One camera's way to Kafka: at most `most` messages under way, in order, a failed one before any new.

    Its camera's thread calls `send` and `settle`; the delivery thread calls the rest.
    """

    client: Producer
    stopping: threading.Event
    most: int
    counts: LaneCounts = field(default_factory=LaneCounts)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _under_way: int = 0
    _failed: deque[_Message] = field(default_factory=deque)
    abandoned: bool = False

    def make_room(self) -> float:
        """Block while the lane is full or a failed message waits; a message is best made after this, not before.

        Returns:
            Seconds blocked.

        Raises:
            DeliveryStoppedError: the process stops.
        """
        begun = time.monotonic()
        self._wait(self.most - 1)
        return time.monotonic() - begun

    def send(self, topic: str, key: bytes, value: bytes, mark: tuple[int, int]) -> float:
        """Hand a message over; block while the lane is full or a failed message waits.

        The client copies the message; nothing here holds on to `value`.

        Returns:
            Seconds blocked.

        Raises:
            DeliveryStoppedError: the process stops.
        """
        begun = time.monotonic()
        self._wait(self.most - 1)
        self._hand_over(topic, key, value, mark)
        return time.monotonic() - begun

    def settle(self) -> None:
        """Wait until Kafka has every message.

        Raises:
            DeliveryStoppedError: the process stops.
        """
        self._wait(0)

    @property
    def under_way(self) -> int:
        """Messages handed over and not yet delivered."""
        with self._changed:
            return self._under_way + len(self._failed)

    def _wait(self, most: int) -> None:
        while True:
            with self._changed:
                while not self._failed and self._under_way > most:
                    self._stop_if_asked()
                    self._changed.wait(0.5)
                self._stop_if_asked()
                if not self._failed:
                    return
                # Later messages failed with this one, or will: wait for all, then send again in order.
                while self._under_way:
                    self._stop_if_asked()
                    self._changed.wait(0.5)
                again = sorted(self._failed, key=lambda m: m.mark)
                self._failed.clear()
            if self.stopping.wait(RETRY_S):
                raise DeliveryStoppedError
            for message in again:
                self._hand_over(message.topic, message.key, message.value, message.mark)

    def _stop_if_asked(self) -> None:
        if self.stopping.is_set() or self.abandoned:
            raise DeliveryStoppedError

    def _hand_over(self, topic: str, key: bytes, value: bytes, mark: tuple[int, int]) -> None:
        # The callback must not hold the value: a second copy of everything under way would be the process's largest
        # part. The report of a failure brings the client's copy back.
        def delivered(error: KafkaError | None, message: Message) -> None:
            with self._changed:
                self._under_way -= 1
                if error is None:
                    self.counts.delivered += 1
                    self.counts.last = mark
                    self.counts.error = None
                else:
                    returned = message.value()
                    assert isinstance(returned, bytes)
                    self._fail(error, _Message(topic, key, returned, mark))
                self._changed.notify_all()

        with self._changed:
            self._under_way += 1
        while True:
            try:
                self.client.produce(topic, value, key, on_delivery=delivered)
            except BufferError:  # the shared queue is full: Kafka is slower than the cameras, or away
                if self.stopping.wait(0.05) or self.abandoned:
                    with self._changed:
                        self._under_way -= 1
                    raise DeliveryStoppedError from None
            except KafkaException as error:
                with self._changed:
                    self._under_way -= 1
                    self._fail(error.args[0], _Message(topic, key, value, mark))
                return
            else:
                return

    def _fail(self, error: KafkaError, message: _Message) -> None:
        self.counts.failures += 1
        self.counts.error = f"delivery to {message.topic} failed: {error.str()}"
        self._failed.append(message)


class Delivery:
    """The process's client of Kafka and the thread that serves its callbacks."""

    def __init__(self, settings: ProducerSettings) -> None:
        self._settings = settings
        self.fatal: str | None = None
        self._stopping = threading.Event()
        self._lost = 0
        self._warned_s: dict[int, float] = {}
        self._client = Producer(producer_config(settings, self._error))
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="delivery", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def lane(self) -> Lane:
        """Return a lane for one camera."""
        return Lane(self._client, self._stopping, self._settings.lane_groups)

    def post(self, topic: str, key: bytes, value: bytes) -> bool:
        """Hand over a report (camera-health, a dead letter) without waiting.

        Returns:
            False: the queue is full; the report is not sent, which is logged and counted.
        """
        try:
            self._client.produce(topic, value, key, on_delivery=self._posted)
        except (BufferError, KafkaException) as error:
            self._lost += 1
            log.warning("a message for %s was not sent (%s); %d so far", topic, type(error).__name__, self._lost)
            return False
        return True

    def stop(self) -> None:
        """Release every camera that waits; messages handed over are still delivered by `close`."""
        self._stopping.set()

    def close(self, within_s: float = 10.0) -> int:
        """Deliver what was handed over; return how many messages could not be."""
        if self._closed.is_set():
            return 0
        self.stop()
        left = int(self._client.flush(within_s))
        self._closed.set()
        self._thread.join(2.0)
        if left:
            log.warning(
                "%d messages were not delivered within %.0f s; their sources are read again from there", left, within_s
            )
        return left

    def _serve(self) -> None:
        while not self._closed.is_set():
            self._client.poll(0.2)

    def _posted(self, error: KafkaError | None, message: Any) -> None:
        if error is not None:
            self._lost += 1
            log.warning("a message for %s was not delivered: %s; %d so far", message.topic(), error.str(), self._lost)

    def _error(self, error: KafkaError) -> None:
        if error.fatal():
            self.fatal = f"Kafka's client cannot go on: {error.str()}"
            self._stopping.set()
        now = time.monotonic()
        if now - self._warned_s.get(error.code(), -WARN_EVERY_S) >= WARN_EVERY_S:
            self._warned_s[error.code()] = now
            log.warning("kafka: %s", error.str())


def producer_config(settings: ProducerSettings, on_error: Any) -> dict[str, Any]:
    """Return the configuration of the shared client.

    `message.timeout.ms` 0: a broker that is away blocks the cameras, it does not fail their messages.
    """
    return {
        "bootstrap.servers": settings.bootstrap_servers,
        "client.id": "vigil-producers",
        "acks": "all",
        "enable.idempotence": True,
        "partitioner": "murmur2_random",
        "compression.type": "none",
        "message.max.bytes": settings.message_max_bytes,
        "queue.buffering.max.kbytes": settings.queue_kbytes,
        "queue.buffering.max.messages": 100_000,
        "linger.ms": 50,
        "batch.size": settings.message_max_bytes,
        "message.timeout.ms": 0,
        "reconnect.backoff.max.ms": 2_000,
        "socket.nagle.disable": True,
        "log_level": 2,  # connection troubles come as errors; librdkafka would repeat each on stderr
        "error_cb": on_error,
        **settings.security,
    }
