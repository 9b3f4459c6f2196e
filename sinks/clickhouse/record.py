"""One Kafka record, as a dead letter keeps it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record.

    Attributes:
        offset: its offset in the partition.
        created_at_ms: its timestamp, milliseconds since the Unix epoch.
        key: its key.
        value: its value.
    """

    offset: int
    created_at_ms: int
    key: bytes | None
    value: bytes | None
