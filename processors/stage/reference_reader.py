"""Reads a whole topic into memory beside a stage: the cameras' registry, signal phases.

Without a consumer group and over all partitions: every process of a stage has all of it. Read to the end before the
stage's first batch, followed afterwards, by a thread of its own.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from processors.stage.failures import NotReadyError
from processors.stage.metrics import StageMetrics
from processors.stage.settings import StageSettings
from processors.stage_core import Record
from schemas.codec import MessageCodec
from schemas.registry import RegistryUnavailableError
from schemas.wire import BadMessageError

log = logging.getLogger(__name__)
POLL_S: Final = 0.5
RETRY_S: Final = 1.0
MOST_AT_ONCE: Final = 500
ANSWER_S: Final = 10.0


class ReferenceReader:
    """Follows one topic and hands each record to a function.

    Args:
        settings: the stage's settings.
        topic: name without prefix.
        codec: decodes it; one of its own, for it is used by the reader's thread.
        on_record: called for each record, in partition order, by the reader's thread: with the key, the decoded message
            beside its coordinates, and the bytes it came in.
        metrics: the stage's metrics.
        since_ms: read from this CreateTime on, milliseconds since the Unix epoch; None: from the beginning.
        on_removed: called with the key of a record without value, which takes the key out of a compacted topic; None:
            such a record is unreadable.
    """

    def __init__(
        self,
        settings: StageSettings,
        topic: str,
        codec: MessageCodec,
        on_record: Callable[[str, Record[Any], bytes], None],
        metrics: StageMetrics,
        since_ms: int | None = None,
        on_removed: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._topic = topic
        self._name = settings.topic(topic)
        self._codec = codec
        self._on_record = on_record
        self._metrics = metrics
        self._since_ms = since_ms
        self._on_removed = on_removed
        self._stopping = threading.Event()
        self._caught_up = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=f"reference-{topic}", daemon=True)
        self._read = 0

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    @property
    def failure(self) -> Exception | None:
        """Why the reader ended, if it has."""
        return self._failure

    def wait_until_caught_up(self, timeout_s: float) -> None:
        """Return when everything that the topic held at the start has been read.

        Raises:
            NotReadyError: it took longer, or the reader failed.
        """
        deadline = time.monotonic() + timeout_s
        while not self._caught_up.wait(0.1):
            if self._failure is not None:
                raise NotReadyError(f"reading {self._name} failed: {self._failure}") from self._failure
            if time.monotonic() > deadline:
                raise NotReadyError(
                    f"{self._name} was not read to its end within {timeout_s:.0f} s ({self._read} read)"
                )

    def stop(self) -> None:
        """Stop reading."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(POLL_S * 4)

    def _run(self) -> None:
        consumer = Consumer(
            {
                "bootstrap.servers": self._settings.bootstrap_servers,
                "group.id": f"{self._settings.topic_prefix}no-group",  # never joined: partitions are assigned by hand
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "enable.partition.eof": False,
                "queued.max.messages.kbytes": 16_384,
                "fetch.message.max.bytes": self._settings.message_max_bytes,
                "log_level": 3,
                **self._settings.security,
            }
        )
        try:
            self._follow(consumer)
        except Exception as error:
            self._failure = error
            log.exception("the reader of %s ended", self._name)
        finally:
            consumer.close()

    def _follow(self, consumer: Consumer) -> None:
        metadata = consumer.list_topics(self._name, timeout=ANSWER_S).topics[self._name]
        if metadata.error is not None or not metadata.partitions:
            raise NotReadyError(f"topic {self._name} is not there: run 'vigil topics apply'")
        starts = [TopicPartition(self._name, partition, OFFSET_BEGINNING) for partition in metadata.partitions]
        if self._since_ms is not None:
            times = [TopicPartition(self._name, partition, self._since_ms) for partition in metadata.partitions]
            starts = consumer.offsets_for_times(times, timeout=ANSWER_S)
        ends: dict[int, int] = {}
        for tp in starts:
            low, high = consumer.get_watermark_offsets(TopicPartition(self._name, tp.partition), timeout=ANSWER_S)
            if high > low:
                ends[tp.partition] = high
        consumer.assign(starts)
        while not self._stopping.is_set():
            if not self._caught_up.is_set() and self._reached(consumer, ends):
                self._caught_up.set()
                log.info("%s read to its end: %d records", self._name, self._read)
            for message in consumer.consume(MOST_AT_ONCE, POLL_S if self._caught_up.is_set() else 0.1):
                error = message.error()
                if error is not None:
                    if error.fatal() or error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                        raise KafkaException(error)
                    log.warning("%s: %s", self._name, error)
                    continue
                self._take(message)

    def _reached(self, consumer: Consumer, ends: dict[int, int]) -> bool:
        if not ends:
            return True
        for tp in consumer.position([TopicPartition(self._name, partition) for partition in ends]):
            if tp.offset >= ends[tp.partition]:
                del ends[tp.partition]
        return not ends

    def _take(self, message: Any) -> None:
        value, key = message.value(), message.key()
        while not self._stopping.is_set():
            try:
                if key is None or (value is None and self._on_removed is None):
                    raise BadMessageError(f"record without {'key' if key is None else 'value'}")  # noqa: TRY301
                if value is None and self._on_removed is not None:
                    self._on_removed(key.decode())
                else:
                    decoded = self._codec.decode(self._topic, value)
                    record = Record(decoded, message.partition(), message.offset(), message.timestamp()[1])
                    self._on_record(key.decode(), record, value)
            except RegistryUnavailableError as error:
                log.warning("%s waits for the schema registry: %s", self._name, error)
                self._stopping.wait(RETRY_S)
                continue
            except (BadMessageError, UnicodeDecodeError) as error:
                self._metrics.bad_references(self._topic).inc()
                log.error(  # noqa: TRY400  the sentence says it all
                    "%s partition %d offset %d is left out: %s",
                    self._name,
                    message.partition(),
                    message.offset(),
                    error,
                )
            self._read += 1
            self._metrics.references(self._topic).set(self._read)
            return
