"""Writes a city's sealed table of vehicles to the topic vehicle-registry, and takes vehicles out of it."""

from collections.abc import Callable, Iterable
from typing import Final

from infra.settings import Settings
from infra.topic_writer import write_records
from schemas.codec import MessageCodec
from schemas.messages import VehicleEntry
from schemas.registry import RegistrySchemaIds

TOPIC: Final = "vehicle-registry"


def write(settings: Settings, entries: Iterable[VehicleEntry], say: Callable[[int], None] = lambda _: None) -> int:
    """Write entries and wait until Kafka has them; return how many they were.

    Args:
        settings: where everything is.
        entries: sealed; read as they are written.
        say: told how many were written, see write_records.

    Raises:
        KafkaException: an entry was not delivered; write the table again.
        RegistryUnavailableError, SchemaNotRegisteredError: see RegistrySchemaIds.
    """
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    records = ((entry.vehicle_key.encode(), codec.encode(TOPIC, entry)) for entry in entries)
    return write_records(settings, TOPIC, records, say)


def remove(settings: Settings, keys: Iterable[bytes], say: Callable[[int], None] = lambda _: None) -> int:
    """Write a record without value for each sealed key, which takes its vehicle out; return how many they were.

    Args:
        settings: where everything is.
        keys: of 32 bytes each.
        say: told how many were written, see write_records.

    Raises:
        KafkaException: a record was not delivered; remove them again.
    """
    return write_records(settings, TOPIC, ((key.hex().encode(), None) for key in keys), say)
