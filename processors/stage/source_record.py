"""A message as it came from Kafka, before anything is known about it."""

from typing import Protocol


class SourceRecord(Protocol):
    """What the harness reads of a consumer's record (aiokafka's ConsumerRecord fits).

    Attributes:
        topic: the topic as named in the cluster.
        partition: its partition.
        offset: offset in that partition.
        timestamp: Kafka's CreateTime, milliseconds since the Unix epoch.
        key: key bytes.
        value: value bytes.
    """

    @property
    def topic(self) -> str: ...  # noqa: D102
    @property
    def partition(self) -> int: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def timestamp(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102
