"""Reviews into Kafka, one at a time; the caller knows that it is there when this returns."""

from typing import Final

from infra.settings import Settings
from infra.topic_writer import write_records
from schemas.codec import MessageCodec
from schemas.messages import Review
from schemas.registry import RegistrySchemaIds

#: An officer waits for it.
SEND_S: Final = 30.0


def send_review(settings: Settings, review: Review) -> None:
    """Write a review, of a case or an incident; Kafka has it when this returns.

    Args:
        settings: where Kafka and the schema registry are.
        review: the review.

    Raises:
        RegistryUnavailableError: the schema registry does not answer.
        KafkaException: Kafka did not take it.
    """
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    record = (review.case_id.encode(), codec.encode("reviews", review))
    write_records(settings, "reviews", [record], send_s=SEND_S)
