"""Parts for tests of the batch logic and loop without Kafka."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processors.stage.batch import BatchLogic
from processors.stage.breaker import Breaker
from processors.stage.dead_letters import TOPIC as DEAD_LETTERS
from processors.stage.prepared_batch import PreparedBatch
from processors.stage.stamped_state import unpack
from processors.stage.state_cache import StateCache
from schemas.avro import schema_text
from schemas.codec import MessageCodec
from schemas.messages import Camera, Frames
from schemas.registry import FixedSchemaIds
from tests.unit.processors.stage.counting_core import Count, CountingCore, frames_message

#: Room for a frames message and its surroundings; what topics.toml says.
LIMIT_BYTES = 1_048_576
TOPICS = ("frames", "payments", "dead-letters", "checkpoints", "cameras")


@dataclass(frozen=True, slots=True)
class FakeRecord:
    """A record as the consumer would hand it over."""

    key: bytes | None
    value: bytes | None
    partition: int
    offset: int
    topic: str = "t.frames"
    timestamp: int = 1_700_000_000_000


class NoRegistry:
    """A registry that has the versions it is given."""

    def __init__(self) -> None:
        self.versions: set[tuple[str, int]] = set()

    def latest(self, camera_id: str) -> Camera | None:
        """See Registry."""
        del camera_id
        return None

    def version(self, camera_id: str, version: int) -> Any:
        """See Registry."""
        return object() if (camera_id, version) in self.versions else None


def codec() -> MessageCodec:
    """Return a codec that knows the topics of these tests without a schema registry."""
    ids = FixedSchemaIds()
    for topic in TOPICS:
        ids.add(schema_text(topic))
    return MessageCodec(ids)


def limits(topic: str) -> int:
    """Return the size limit of a topic."""
    return LIMIT_BYTES + 65_536 if topic == DEAD_LETTERS else LIMIT_BYTES


class Bench:
    """A batch logic over dictionaries: what a batch prepares becomes durable at once unless told otherwise."""

    def __init__(
        self,
        *,
        breaker_messages: int = 1_000,
        breaker_share: float = 1.0,
        checkpoint_interval_s: float | None = None,
        live_states: int = 100,
    ) -> None:
        self.core = CountingCore()
        self.codec = codec()
        self.registry = NoRegistry()
        self.table: dict[bytes, bytes] = {}
        self.states: StateCache[Count] = StateCache(self.core, self.table.get, live_states)
        self.breaker = Breaker(breaker_messages, breaker_share)
        self.logic: BatchLogic[Frames, Count] = BatchLogic(
            core=self.core,
            codec=self.codec,
            registry=self.registry,
            states=self.states,
            breaker=self.breaker,
            limit_of=limits,
            checkpoint_interval_s=checkpoint_interval_s,
            spent=lambda *_: None,
        )
        self._offset = 0

    def record(self, camera: str, sequence: int, epoch_us: int = 1) -> FakeRecord:
        """Return the next record of partition 0."""
        return self.raw(camera.encode(), self.codec.encode("frames", frames_message(camera, sequence, epoch_us)))

    def raw(self, key: bytes | None, value: bytes | None) -> FakeRecord:
        """Return the next record of partition 0 with any bytes."""
        self._offset += 1
        return FakeRecord(key, value, 0, self._offset - 1)

    async def prepare(self, records: Sequence[FakeRecord]) -> PreparedBatch:
        """Run one batch."""
        return await self.logic.advance(self.logic.decode(records))

    async def apply(self, records: Sequence[FakeRecord]) -> PreparedBatch:
        """Run one batch and store its states."""
        prepared = await self.prepare(records)
        self.store(prepared)
        return prepared

    def store(self, prepared: PreparedBatch) -> None:
        """Store a batch's states."""
        packed = {key: new.packed for key, new in prepared.states.items()}
        self.table.update(packed)
        self.states.stored(packed)

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Return (messages, total) of each camera as stored."""
        out = {}
        for key, packed in self.table.items():
            state = self.core.from_bytes("", unpack(packed).state)
            out[key.decode()] = (state.messages, state.total)
        return out

    def outputs(self, prepared: PreparedBatch, topic: str = "payments") -> list[Any]:
        """Return a batch's outputs to a topic, decoded."""
        return [self.codec.decode(topic, out.value) for out in prepared.outputs if out.topic == topic]
