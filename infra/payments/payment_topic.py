"""Writes reports on cases to the topic payments."""

from collections.abc import Iterable
from typing import Final

from infra.settings import Settings
from infra.topic_writer import write_records
from schemas.codec import MessageCodec
from schemas.messages import Payment
from schemas.registry import RegistrySchemaIds

TOPIC: Final = "payments"


def write(settings: Settings, reports: Iterable[Payment]) -> int:
    """Write reports, each under its case, and wait until Kafka has them; return how many they were.

    Raises:
        KafkaException: one was not delivered; import the file again, what came before changes nothing.
        RegistryUnavailableError, SchemaNotRegisteredError: see RegistrySchemaIds.
    """
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    records = ((report.case_id.encode(), codec.encode(TOPIC, report)) for report in reports)
    return write_records(settings, TOPIC, records)
