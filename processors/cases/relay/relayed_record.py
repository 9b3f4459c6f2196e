"""RelayedRecord: a record of one of the relayed topics as it came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RelayedRecord:
    """A record, in the form that the harness's dead letters take.

    Attributes:
        topic: as named in the cluster.
        partition: its partition.
        offset: its offset.
        timestamp: Kafka's CreateTime, milliseconds since the Unix epoch.
        key: key bytes.
        value: value bytes.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
