"""DeadLetter: A message that could not be handled, whole, with the reason."""

from dataclasses import dataclass

from schemas.messages.error_class import ErrorClass


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be handled, whole, with the reason.

    Attributes:
        stage: Stage or sink that refused it.
        stage_version: Version of the stage's code.
        topic: Topic it came from, as named in the cluster.
        topic_id: UUID of that topic, where known.
        partition: Its partition.
        offset: Its offset.
        created_at_ms: Its Kafka timestamp, milliseconds since the Unix epoch.
        key: Its key.
        value: Its value.
        error_class: Class of the error.
        error: The error as a sentence.
        failed_at_us: When it was refused, microseconds since the Unix epoch.
    """

    stage: str
    stage_version: str
    topic: str
    topic_id: str | None
    partition: int
    offset: int
    created_at_ms: int
    key: bytes | None
    value: bytes | None
    error_class: ErrorClass
    error: str
    failed_at_us: int
