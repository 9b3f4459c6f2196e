"""EventFollower: reads case-events into an EventBook, over all partitions and without a group."""

import logging
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from processors.cases.event_book import EventBook, PlacedEvent
from processors.stage.settings import StageSettings
from schemas.codec import MessageCodec
from schemas.messages import CaseEvent
from schemas.wire import BadMessageError

log = logging.getLogger(__name__)
TOPIC: Final = "case-events"
BATCH: Final = 2_000
ANSWER_S: Final = 10.0


class EventFollower:
    """Fills a book.

    Args:
        settings: where Kafka is.
        codec: decodes the events.
        book: takes them.
        group: of the consumer, without prefix; nothing is committed to it.
    """

    def __init__(self, settings: StageSettings, codec: MessageCodec, book: EventBook, group: str) -> None:
        self._topic = settings.topic(TOPIC)
        self._codec = codec
        self._book = book
        self._consumer = Consumer(
            {
                "bootstrap.servers": settings.bootstrap_servers,
                "group.id": f"{settings.topic_prefix}{group}",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 100,
                **settings.security,
            }
        )
        self._at: dict[int, int] = {}

    def start(self) -> None:
        """Begin where the book ends.

        Raises:
            KafkaException: Kafka does not answer.
        """
        partitions = self._partitions()
        known = self._book.positions()
        for partition, (_, high) in partitions.items():
            if known.get(partition, 0) > high:
                log.warning(
                    "%s/%d ends at %d, but was read to %d: the topic was made anew and is read from its begin",
                    self._topic,
                    partition,
                    high,
                    known[partition],
                )
                self._book.forget()
                known = {}
                break
        self._at = {p: max(known.get(p, low), low) for p, (low, _) in partitions.items()}
        self._consumer.assign([TopicPartition(self._topic, p, known.get(p, OFFSET_BEGINNING)) for p in partitions])

    def catch_up(self) -> None:
        """Read to the ends as they are now.

        Raises:
            KafkaException: Kafka does not answer.
        """
        ends = {p: high for p, (low, high) in self._partitions().items() if high > low}
        while any(self._at.get(p, 0) < end for p, end in ends.items()):
            self.read(0.2)

    def read(self, wait_s: float) -> int:
        """Take what there is, at most one batch, waiting for the first; return how many.

        Raises:
            KafkaException: Kafka refuses something.
        """
        events: list[PlacedEvent] = []
        records = self._consumer.consume(BATCH, wait_s)
        for record in records:
            error = record.error()
            if error is not None:
                if error.code() == KafkaError._ALL_BROKERS_DOWN or error.retriable():  # noqa: SLF001  the API's name
                    continue
                raise KafkaException(error)
            partition, offset = record.partition() or 0, record.offset() or 0
            self._at[partition] = offset + 1
            try:
                event: CaseEvent = self._codec.decode(TOPIC, record.value() or b"")
            except BadMessageError as bad:
                log.warning(
                    "%s/%d offset %d is no case event and is passed over: %s", self._topic, partition, offset, bad
                )
                continue
            _, created_at_ms = record.timestamp()
            events.append(PlacedEvent(event, partition, offset, created_at_ms * 1_000))
        if records:
            self._book.apply(events, self._at)
        return len(records)

    def _partitions(self) -> dict[int, tuple[int, int]]:
        """Return (first offset, offset after the last) of each partition."""
        found = self._consumer.list_topics(self._topic, timeout=ANSWER_S).topics[self._topic].partitions
        out = {}
        for partition in found:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), timeout=ANSWER_S)
            out[partition] = (low, high)
        return out

    def close(self) -> None:
        """Let go of Kafka."""
        self._consumer.close()
