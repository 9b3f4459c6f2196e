"""Messages that no reader understands, put into topics, and the dead letters that must come of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import KafkaError, Message, Producer

from infra.bad_input.outcome import Outcome
from infra.demo.topic_reader import RawRecord
from infra.local.kafka import message_max_bytes
from schemas.messages import DeadLetter, ErrorClass
from schemas.wire import HEADER, frame

#: Who reads a topic, and so must refuse: the stages, and the sink where the topic has a table.
READERS: Mapping[str, Sequence[str]] = {
    "frames": ("perception",),
    "detections": ("tracking", "clickhouse-sink"),
    "tracks": ("incidents", "violations", "clickhouse-sink"),
}
#: The largest id that the framing can name: no registry counts that far.
UNKNOWN_ID = 2**31 - 1
FLUSH_S = 30.0


@dataclass(frozen=True, slots=True)
class Poison:
    """A bad message as Kafka holds it.

    Attributes:
        title: what it is, for people.
        topic: its topic, without prefix.
        partition, offset: where it lies.
        value: its bytes.
        error_class: class that its dead letters must have.
    """

    title: str
    topic: str
    partition: int
    offset: int
    value: bytes
    error_class: ErrorClass


def spoil(bootstrap_servers: str, prefix: str, whole: Mapping[str, RawRecord]) -> list[Poison]:
    """Write two bad messages beside each whole one: one of an unknown schema, one cut in half.

    Raises:
        ConnectionError: Kafka has not taken one.
    """
    producer = Producer({"bootstrap.servers": bootstrap_servers, "message.max.bytes": message_max_bytes()})
    made = []
    for topic, record in whole.items():
        value = record.value or b""
        kinds = (
            ("unknown schema id", frame(UNKNOWN_ID, value[HEADER.size :]), ErrorClass.UNKNOWN_SCHEMA),
            ("message cut in half", value[: len(value) // 2], ErrorClass.DECODE),
        )
        for title, bad, error_class in kinds:
            offset = _write(producer, prefix + topic, record, bad)
            made.append(Poison(f"{title} in {topic}", topic, record.partition, offset, bad, error_class))
    return made


def _write(producer: Producer, topic: str, beside: RawRecord, value: bytes) -> int:
    """Write a value with another record's key into its partition; return the offset."""
    offsets: list[int | None] = []
    errors: list[KafkaError] = []

    def delivered(error: KafkaError | None, message: Message) -> None:
        if error is not None:
            errors.append(error)
        offsets.append(message.offset())

    producer.produce(topic, value, beside.key, beside.partition, on_delivery=delivered)
    left = producer.flush(FLUSH_S)
    if left or errors or offsets[0] is None:
        raise ConnectionError(f"Kafka has not taken a message for {topic}: {errors or 'no answer'}")
    return offsets[0]


def outcome_of(poison: Poison, prefix: str, letters: Iterable[DeadLetter]) -> Outcome:
    """Hold a bad message against the dead letters: one of each reader, with its class, coordinates and bytes."""
    place = (prefix + poison.topic, poison.partition, poison.offset)
    found = [one for one in letters if (one.topic, one.partition, one.offset) == place]
    passed = sorted(one.stage for one in found) == sorted(READERS[poison.topic]) and all(
        (one.error_class, one.value) == (poison.error_class, poison.value) for one in found
    )
    texts = [f"{one.stage}: {one.error_class}" for one in sorted(found, key=lambda one: one.stage)]
    where = f"{poison.topic} {poison.partition}/{poison.offset}"
    return Outcome(poison.title, f"dead letters of {where}: {', '.join(texts) or 'none'}", passed)
