"""Writes reports on cases to the topic payments."""

from collections.abc import Iterable
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Producer

from infra.settings import Settings
from schemas.codec import MessageCodec
from schemas.messages import Payment
from schemas.registry import RegistrySchemaIds

TOPIC: Final = "payments"
SEND_S: Final = 60.0
#: Messages that the producer holds; beyond, writing waits.
MOST_QUEUED: Final = 20_000


def write(settings: Settings, reports: Iterable[Payment]) -> int:
    """Write reports, each under its case, and wait until Kafka has them; return how many they were.

    Raises:
        KafkaException: one was not delivered; import the file again, what came before changes nothing.
        RegistryUnavailableError, SchemaNotRegisteredError: see RegistrySchemaIds.
    """
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    failures: list[KafkaError] = []
    producer = Producer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "queue.buffering.max.messages": MOST_QUEUED,
            "message.timeout.ms": int(SEND_S * 1_000),
            "log_level": 0,
            **settings.kafka_security,
        }
    )

    def delivered(error: KafkaError | None, _message: object) -> None:
        if error is not None and not failures:
            failures.append(error)

    count = 0
    for report in reports:
        value = codec.encode(TOPIC, report)
        while not failures:
            try:
                key = report.case_id.encode()
                producer.produce(f"{settings.topic_prefix}{TOPIC}", value, key, on_delivery=delivered)
                count += 1
                break
            except BufferError:
                producer.poll(0.1)
        if failures:
            break
        producer.poll(0)
    if producer.flush(SEND_S + 5.0) or failures:
        raise KafkaException(failures[0] if failures else KafkaError(KafkaError._MSG_TIMED_OUT))  # noqa: SLF001
    return count
