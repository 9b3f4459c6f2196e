"""One Kafka record as the sink holds it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record.

    Attributes:
        offset: its offset in the partition.
        created_at_ms: its timestamp, milliseconds since the Unix epoch.
        key: its key.
        value: its value.
        schema_id: what its framing names; None where the framing is broken.
    """

    offset: int
    created_at_ms: int
    key: bytes | None
    value: bytes | None
    schema_id: int | None

    @property
    def size(self) -> int:
        """Bytes that it holds in memory, nearly."""
        return 200 + len(self.value or b"") + len(self.key or b"")
