"""Reads one span out of Kafka as ranges; what is held at a time is bounded by a range and the client's queue."""

import time
from collections.abc import Iterator
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from sinks.clickhouse.intake import PartitionIntake, Range
from sinks.clickhouse.records import records_of_messages
from sinks.clickhouse.replay.refused import ReplayRefusedError
from sinks.clickhouse.replay.span import Span
from sinks.clickhouse.settings import SinkSettings

#: Records taken from the client at a time, and how long to wait for them.
TAKE: Final = 1_000
WAIT_S: Final = 0.2
#: A Kafka that sends nothing for so long ends the replay; it can be run again.
SILENCE_S: Final = 120.0


def read(settings: SinkSettings, name: str, topic_id: str, span: Span) -> Iterator[Range]:
    """Yield a span's records as ranges of one schema and one day.

    Args:
        settings: addresses, limits of a range, memory.
        name: topic with prefix.
        topic_id: its UUID.
        span: what to read; Kafka held it a moment ago.

    Raises:
        ReplayRefusedError: Kafka has deleted a part of it meanwhile.
        KafkaException: Kafka does not answer.
    """
    consumer = Consumer({
        "bootstrap.servers": settings.bootstrap_servers,
        # it joins no group and commits nothing
        "group.id": f"{settings.group}-replay",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "enable.partition.eof": True,
        "auto.offset.reset": "error",
        "isolation.level": "read_committed",
        "queued.max.messages.kbytes": max(1024, settings.most_bytes // 4096),
        **settings.security,
    })  # fmt: skip
    intake = PartitionIntake(topic_id, settings.batch)
    try:
        consumer.assign([TopicPartition(name, span.partition, span.first)])
        heard = time.monotonic()
        done = False
        while not done:
            messages = consumer.consume(TAKE, WAIT_S)
            records = [message for message in messages if message.error() is None]
            ended = any(_ends(message, name, span) for message in messages if message.error() is not None)
            if records or ended:
                heard = time.monotonic()
            elif time.monotonic() - heard > SILENCE_S:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001  the client's own name
            within = [message for message in records if (message.offset() or 0) <= span.last]
            done = ended or any((message.offset() or 0) >= span.last for message in records)
            if within:
                intake.add(records_of_messages(within), time.monotonic())
            while (cut := intake.cut(0.0, flush=done)) is not None:
                yield cut
    finally:
        consumer.close()


def _ends(message: Message, name: str, span: Span) -> bool:
    """Tell whether an error is the partition's end; one that passes by itself is not.

    Raises:
        ReplayRefusedError: Kafka has deleted what is asked for.
        KafkaException: an error that no waiting cures.
    """
    error = message.error()
    assert error is not None
    if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  the client's own name
        return True
    if error.code() in {KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE}:  # noqa: SLF001
        raise ReplayRefusedError(
            f"{name}/{span.partition}: Kafka no longer holds offset {span.first}; ask for what it holds"
        )
    if error.fatal() or (error.code() > 0 and not error.retriable()):
        raise KafkaException(error)
    return False
