"""GOPs read back from a real Kafka: a restart inside a long GOP changes nothing, and what is gone is said."""

from collections.abc import Iterator, Sequence

import pytest
from confluent_kafka import Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra import topics
from infra.settings import Settings
from processors.perception.core import PerceptionCore
from processors.perception.kafka_gop_reader import KafkaGopReader
from processors.perception.settings import PerceptionSettings
from processors.perception.signals import NoSignals
from processors.perception.state import CameraState
from processors.stage_core import KeyBatch, Record
from schemas.codec import MessageCodec
from schemas.messages import DecodeStatus, Detections, Frames
from schemas.registry import RegistrySchemaIds
from schemas.topics import catalogue
from tests.available import needs_stack
from tests.unit.processors.perception.streams import BarDetector, OneCamera, camera, stream

pytestmark = [pytest.mark.integration, needs_stack]


class Topic:
    """The frames topic of this module.

    Args:
        settings: where it is.
    """

    def __init__(self, settings: Settings) -> None:
        topics.apply(settings)
        self.settings = settings
        self.name = settings.topic_prefix + "frames"

    def codec(self) -> MessageCodec:
        """Return a codec on the registry."""
        return MessageCodec(RegistrySchemaIds.connect(self.settings.schema_registry_url, self.settings.topic_prefix))

    def write(self, partition: int, values: Sequence[Frames | bytes]) -> list[int]:
        """Write groups, or bytes under the key K-1; return their offsets."""
        producer, codec, offsets = (
            Producer({"bootstrap.servers": self.settings.bootstrap_servers, "enable.idempotence": True}),
            self.codec(),
            [],
        )

        def delivered(error: object, message: Message) -> None:
            assert error is None
            offsets.append(message.offset() or 0)

        for value in values:
            key = value.camera_id if isinstance(value, Frames) else "K-1"
            data = codec.encode("frames", value) if isinstance(value, Frames) else value
            producer.produce(self.name, data, key, partition=partition, on_delivery=delivered)
        assert producer.flush(30) == 0
        return offsets

    def delete_before(self, partition: int, offset: int) -> None:
        """Do what retention does."""
        admin = AdminClient({"bootstrap.servers": self.settings.bootstrap_servers})
        (done,) = admin.delete_records([TopicPartition(self.name, partition, offset)]).values()
        done.result(30)


@pytest.fixture(scope="module")
def topic(settings: Settings) -> Topic:
    """The frames topic."""
    return Topic(settings)


class Stage:
    """Perception as a process that has just begun."""

    def __init__(self, topic: Topic, most_bytes: int = 2**30) -> None:
        limit = catalogue().limits.message_max_bytes
        self.reader = KafkaGopReader(topic.settings.bootstrap_servers, topic.name, topic.codec(), most_bytes, limit)
        self._core = PerceptionCore(BarDetector(), self.reader, NoSignals(), PerceptionSettings())

    async def run(self, work: Sequence[Record[Frames]], state: bytes | None) -> tuple[bytes, list[Detections]]:
        """Apply a batch; states are bytes, as they are between two processes."""
        held = CameraState() if state is None else self._core.from_bytes("K-1", state)
        (result,) = await self._core.advance([KeyBatch("K-1", held, work)], OneCamera(camera()))
        return self._core.to_bytes(result.state), [output.message for output in result.outputs]

    def close(self) -> None:
        """End."""
        self._core.close()
        self.reader.close()


@pytest.fixture
def stages() -> Iterator[list[Stage]]:
    """Stages to close at the end."""
    made: list[Stage] = []
    yield made
    for stage in made:
        stage.close()


def written(topic: Topic, partition: int, *, gop: int) -> list[Record[Frames]]:
    """Write six seconds of a camera among another's, with a group repeated and bytes that are no message."""
    mine, other = stream(6, gop=gop, b_frames=2), stream(6, camera_id="K-2")
    values: list[Frames | bytes] = []
    for number, (one, another) in enumerate(zip(mine, other, strict=True)):
        values += [another, one]
        if number == 1:
            values += [b"\x00 no message", one]
    offsets = topic.write(partition, values)
    found: dict[int, Record[Frames]] = {}
    for value, offset in zip(values, offsets, strict=True):
        if isinstance(value, Frames) and value.camera_id == "K-1":
            found.setdefault(value.sequence, Record(value, partition, offset, 1_700_000_000_000))
    return list(found.values())


async def test_restarts_inside_a_long_gop_change_nothing(topic: Topic, stages: list[Stage]) -> None:
    """A new process before every group: messages and state to the byte as of one that lived on."""
    groups = written(topic, 0, gop=60)
    assert sum(packet.is_keyframe for record in groups for packet in record.message.packets) == 1
    stages.append(Stage(topic))
    whole_state, whole = await stages[0].run(groups, None)
    assert {message.decode_status for message in whole} == {DecodeStatus.DECODED}
    state, out = None, []
    for record in groups:
        stages.append(Stage(topic))
        state, messages = await stages[-1].run([record], state)
        out += messages
    assert out == whole
    assert state == whole_state


async def test_a_gop_that_retention_took_is_gone_until_the_next_keyframe(topic: Topic, stages: list[Stage]) -> None:
    """Said in each message, never a crash and never a picture decoded without its keyframe."""
    groups = written(topic, 1, gop=30)
    stages += [Stage(topic), Stage(topic)]
    state, _ = await stages[0].run(groups[:1], None)
    topic.delete_before(1, groups[1].offset)
    _, out = await stages[1].run(groups[1:], state)
    gone, good = DecodeStatus.GOP_GONE, DecodeStatus.DECODED
    assert [message.decode_status for message in out] == [gone, gone, good, good, good]
    assert [bool(message.sample_at_us) for message in out] == [False, False, True, True, True]


async def test_a_gop_beyond_the_bound_counts_as_gone(topic: Topic, stages: list[Stage]) -> None:
    """Reading back has a bound, or one camera with an endless GOP would hold up all others."""
    groups = written(topic, 2, gop=30)
    stages += [Stage(topic), Stage(topic, most_bytes=100)]
    state, _ = await stages[0].run(groups[:2], None)
    _, out = await stages[1].run(groups[2:], state)
    assert [message.decode_status for message in out[:2]] == [DecodeStatus.GOP_GONE, DecodeStatus.DECODED]


async def test_the_reader_gives_the_groups_of_one_camera_once(topic: Topic, stages: list[Stage]) -> None:
    """Other cameras, repeats and bytes that are no message are passed over; one reader serves many reads."""
    groups = written(topic, 3, gop=60)
    stages.append(Stage(topic))
    state, _ = await stages[0].run(groups[:1], None)
    gop = CameraState.from_bytes(state).gop
    assert gop is not None
    for end in (5, 2, 3):
        last = groups[end]
        found = await stages[0].reader.read("K-1", gop, last.message, last.offset)
        assert found == [record.message for record in groups[:end]]
