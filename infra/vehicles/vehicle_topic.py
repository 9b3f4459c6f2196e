"""Writes a city's sealed table of vehicles to the topic vehicle-registry, and takes vehicles out of it."""

from collections.abc import Callable, Iterable
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Producer

from infra.settings import Settings
from schemas.codec import MessageCodec
from schemas.messages import VehicleEntry
from schemas.registry import RegistrySchemaIds

TOPIC: Final = "vehicle-registry"
SEND_S: Final = 60.0
#: Entries between two calls of `say`.
STEP: Final = 50_000
#: Messages that the producer holds; beyond, writing waits.
MOST_QUEUED: Final = 20_000


def write(settings: Settings, entries: Iterable[VehicleEntry], say: Callable[[int], None] = lambda _: None) -> int:
    """Write entries and wait until Kafka has them; return how many they were.

    Args:
        settings: where everything is.
        entries: sealed; read as they are written.
        say: told how many were written, every STEP.

    Raises:
        KafkaException: an entry was not delivered; write the table again.
        RegistryUnavailableError, SchemaNotRegisteredError: see RegistrySchemaIds.
    """
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    records = ((entry.vehicle_key.encode(), codec.encode(TOPIC, entry)) for entry in entries)
    return _produce(settings, records, say)


def remove(settings: Settings, keys: Iterable[bytes], say: Callable[[int], None] = lambda _: None) -> int:
    """Write a record without value for each sealed key, which takes its vehicle out; return how many they were.

    Args:
        settings: where everything is.
        keys: of 32 bytes each.
        say: told how many were written, every STEP.

    Raises:
        KafkaException: a record was not delivered; remove them again.
    """
    return _produce(settings, ((key.hex().encode(), None) for key in keys), say)


def _produce(settings: Settings, records: Iterable[tuple[bytes, bytes | None]], say: Callable[[int], None]) -> int:
    """Write records and wait until Kafka has them; return how many they were.

    Args:
        settings: where everything is.
        records: keys and values; read as they are written.
        say: told how many were written, every STEP.

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
            "message.timeout.ms": int(SEND_S * 1_000),
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
                producer.produce(f"{settings.topic_prefix}{TOPIC}", value, key, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.1)
        if failures:
            break
        producer.poll(0)
        count += 1
        if count % STEP == 0:
            say(count)
    if producer.flush(SEND_S + 5.0) or failures:
        raise KafkaException(failures[0] if failures else KafkaError(KafkaError._MSG_TIMED_OUT))  # noqa: SLF001
    return count
