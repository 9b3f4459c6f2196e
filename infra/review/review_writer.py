"""Reviews into Kafka, one at a time; the caller knows that it is there when this returns."""

from typing import Final

from confluent_kafka import KafkaError, KafkaException, Producer

from infra.settings import Settings
from schemas.codec import MessageCodec
from schemas.messages import Review
from schemas.registry import RegistrySchemaIds

SEND_S: Final = 30.0


def send_review(settings: Settings, review: Review) -> None:
    """Write a review; Kafka has it when this returns.

    Args:
        settings: where Kafka and the schema registry are.
        review: the review.

    Raises:
        RegistryUnavailableError: the schema registry does not answer.
        KafkaException: Kafka did not take it.
    """
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    producer = Producer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "message.timeout.ms": int(SEND_S * 1_000),
            "log_level": 0,
            **settings.kafka_security,
        }
    )
    failures: list[KafkaError] = []
    producer.produce(
        f"{settings.topic_prefix}reviews",
        codec.encode("reviews", review),
        review.case_id.encode(),
        on_delivery=lambda error, _: failures.append(error) if error is not None else None,
    )
    if producer.flush(SEND_S + 5.0) or failures:
        raise KafkaException(failures[0] if failures else KafkaError(KafkaError._MSG_TIMED_OUT))  # noqa: SLF001
