"""Records of an import, or of a desk, into a topic: Kafka has all of them when this returns."""

from collections.abc import Callable, Iterable
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Producer

from infra.settings import Settings

SEND_S: Final = 60.0
#: Records between two calls of `say`.
STEP: Final = 50_000
#: Messages that the producer holds; beyond, writing waits.
MOST_QUEUED: Final = 20_000


def write_records(
    settings: Settings,
    topic: str,
    records: Iterable[tuple[bytes, bytes | None]],
    say: Callable[[int], None] = lambda _: None,
    send_s: float = SEND_S,
) -> int:
    """Write records and wait until Kafka has them; return how many they were.

    Args:
        settings: where everything is.
        topic: without the settings' prefix.
        records: keys and values; read as they are written.
        say: told how many were written, every STEP.
        send_s: after so long a record that Kafka did not take is given up, seconds.

    Raises:
        KafkaException: a record was not delivered.
    """
    failures: list[KafkaError] = []
    producer = Producer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "compression.type": "lz4",
            "queue.buffering.max.messages": MOST_QUEUED,
            "message.timeout.ms": int(send_s * 1_000),
            "log_level": 0,
            **settings.kafka_security,
        }
    )

    def delivered(error: KafkaError | None, _message: object) -> None:
        if error is not None and len(failures) < 1:
            failures.append(error)

    count = 0
    for key, value in records:
        while not failures:
            try:
                producer.produce(f"{settings.topic_prefix}{topic}", value, key, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.1)
        if failures:
            break
        producer.poll(0)
        count += 1
        if count % STEP == 0:
            say(count)
    if producer.flush(send_s + 5.0) or failures:
        raise KafkaException(failures[0] if failures else KafkaError(KafkaError._MSG_TIMED_OUT))  # noqa: SLF001
    return count
