"""What a stage's core is to the harness in stage.py: messages and states in, messages and states out.

A core knows no Kafka, clock or network. Its harness decodes messages, keeps one state per key, hands over batches with
the messages of one key together and in order, and makes outputs, state and offsets durable in that order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from schemas.messages import Camera

M = TypeVar("M")
S = TypeVar("S")

#: What a core's `stamp` returns where a key's messages all lie in one partition and the core itself knows what it has
#: seen: their offsets are the stamp then.
BY_OFFSET: Final = (-(2**63), -(2**63))


@dataclass(frozen=True, slots=True)
class Record(Generic[M]):
    """A decoded message with its coordinates.

    Attributes:
        message: the message.
        partition: partition of the source topic.
        offset: offset in that partition.
        created_at_ms: Kafka's CreateTime, milliseconds since the Unix epoch.
    """

    message: M
    partition: int
    offset: int
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class Output:
    """A message to produce.

    Attributes:
        topic: name without prefix.
        key: the message key as text (UTF-8 in Kafka).
        message: of the class that schemas.messages.MESSAGES names for the topic.
        same_partition: True sends it to the partition its input came from (co-partitioned topics: detections, tracks,
            checkpoints); False lets the partitioner place it by key.
    """

    topic: str
    key: str
    message: Any
    same_partition: bool


@dataclass(frozen=True, slots=True)
class KeyBatch(Generic[M, S]):
    """The new messages of one key, in order, none of them applied before.

    Attributes:
        key: the message key.
        state: state after the key's last applied message. The core may change it in place.
        records: the messages, at least one.
    """

    key: str
    state: S
    records: Sequence[Record[M]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message of the batch that this core cannot handle; the harness dead-letters it and goes on.

    Attributes:
        record: index into KeyBatch.records.
        error: the reason as a sentence.
    """

    record: int
    error: str


@dataclass(frozen=True, slots=True)
class KeyResult(Generic[S]):
    """What became of one KeyBatch.

    Attributes:
        state: the new state.
        outputs: messages to produce, in order.
        refusals: messages that were not applied; state and outputs are as if they had not come.
    """

    state: S
    outputs: Sequence[Output]
    refusals: Sequence[Refusal] = field(default=())


class Registry(Protocol):
    """The cameras' registry as a stage sees it."""

    def latest(self, camera_id: str) -> Camera | None:
        """Return the newest entry of a camera, or None where it is not registered."""

    def version(self, camera_id: str, version: int) -> Camera | None:
        """Return one version of a camera's entry, or None where this stage lacks it."""


class StageCore(Protocol[M, S]):
    """A stage's logic.

    Attributes:
        name: the stage's name: its consumer group is `<prefix><name>`, its Faust app id too.
        source: topic it reads, without prefix.
        version: version of the core's behaviour; goes into dead letters and checkpoints.
    """

    name: str
    source: str
    version: str

    def stamp(self, message: M) -> tuple[int, int]:
        """Return (epoch_us, sequence); a message whose stamp is not above the key's last one was applied before.

        BY_OFFSET stands for (0, the message's offset in the source).
        """

    def needs(self, message: M) -> tuple[str, int] | None:
        """Return (camera_id, registry version) that must be at hand before this message is handled, or None."""

    def initial(self, key: str) -> S:
        """Return the state of a key that has none."""

    def to_bytes(self, state: S) -> bytes:
        """Serialise a state; begins with a format version byte."""

    def from_bytes(self, key: str, data: bytes) -> S:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read; says which.
        """

    async def advance(self, batch: Sequence[KeyBatch[M, S]], registry: Registry) -> Sequence[KeyResult[S]]:
        """Apply one batch, all keys at once; results in the order of `batch`.

        Raises:
            ServiceUnavailableError: a service (Triton, ...) is away: the harness pauses and calls again with the same
                batch and the states as last stored. Any other exception is a bug in the core: the harness isolates the
                message that causes it, dead-letters it, and its breaker stops the stage when there are many.
        """


class ServiceUnavailableError(ConnectionError):
    """A service that a core calls is away or failing; the messages are fine. Pause and try again."""
