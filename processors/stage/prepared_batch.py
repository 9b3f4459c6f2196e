"""What a batch has come to: outputs, states and dead letters, ready to be made durable in that order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from processors.stage.source_record import SourceRecord
from schemas.messages import ErrorClass


class Encoded(NamedTuple):
    """A message to produce, as bytes.

    Attributes:
        topic: name without prefix.
        key: key bytes.
        value: value bytes.
        partition: where it must go; None: where its key puts it.
    """

    topic: str
    key: bytes | None
    value: bytes
    partition: int | None


class NewState(NamedTuple):
    """A state to store.

    Attributes:
        packed: the stamped state's bytes.
        partition: partition of the source, and so of the changelog.
    """

    packed: bytes
    partition: int


class Dead(NamedTuple):
    """A message that was refused.

    Attributes:
        record: the message.
        error_class: class of the error.
        error: the reason as a sentence.
    """

    record: SourceRecord
    error_class: ErrorClass
    error: str


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """The result of one batch.

    Attributes:
        messages: messages in the batch, the refused and replayed ones included.
        replayed: messages that the states had applied before.
        outputs: messages to produce, in order.
        states: new states by key.
        dead: refused messages.
        ends: next offset to read, by source partition.
        newest_us: newest capture time among the messages, microseconds since the Unix epoch; None where they have none.
        checkpoints_skipped: checkpoints that did not fit their topic.
    """

    messages: int
    replayed: int
    outputs: Sequence[Encoded]
    states: Mapping[bytes, NewState]
    dead: Sequence[Dead]
    ends: Mapping[int, int]
    newest_us: int | None
    checkpoints_skipped: int
