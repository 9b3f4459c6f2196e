"""Annotated stills of findings: frames read back from Kafka by the offsets that evidence names, with boxes drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import OFFSET_INVALID, Consumer, TopicPartition

from schemas.codec import MessageCodec
from schemas.messages import Evidence, Frames
from sinks.evidence.still import annotate, decode_at

#: A keyframe is looked for at most this many groups back: real cameras have GOPs of up to 20 s.
MOST_GROUPS_BACK = 40
READ_TIMEOUT_S = 20.0


class FramesGoneError(LookupError):
    """The frames that an evidence reference names are no longer in the topic."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where one group of frames lies in Kafka."""

    partition: int
    offset: int


class FramesReader:
    """Reads single messages of the frames topic by partition and offset.

    Args:
        bootstrap_servers: Kafka's addresses.
        topic: the frames topic as named in the cluster.
        codec: the wire codec.
        message_max_bytes: the topic's size limit.
    """

    def __init__(self, bootstrap_servers: str, topic: str, codec: MessageCodec, message_max_bytes: int) -> None:
        self._topic = topic
        self._codec = codec
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap_servers,
                "group.id": "vigil.frames-reader",  # never committed: librdkafka wants a name
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "fetch.message.max.bytes": message_max_bytes,
                "fetch.wait.max.ms": 10,  # a seek waits for the request under way
            }
        )

    def read(self, where: Coordinates) -> Frames:
        """Return the message at an offset.

        Raises:
            FramesGoneError: it is no longer there, or Kafka did not give it in time.
        """
        self._consumer.assign([TopicPartition(self._topic, where.partition, where.offset)])
        message = self._consumer.poll(READ_TIMEOUT_S)
        if message is None or message.error() is not None or message.offset() in {None, OFFSET_INVALID}:
            reason = "no answer" if message is None else str(message.error())
            raise FramesGoneError(f"{self._topic}[{where.partition}]@{where.offset}: {reason}")
        if message.offset() != where.offset:
            raise FramesGoneError(f"{self._topic}[{where.partition}]@{where.offset}: retention has dropped it")
        frames = self._codec.decode("frames", message.value() or b"")
        if not isinstance(frames, Frames):
            raise TypeError(f"{self._topic} held a {type(frames).__name__}")
        return frames

    def close(self) -> None:
        """Leave Kafka."""
        self._consumer.close()


def draw_still(
    reader: FramesReader, evidence: Evidence, index: Mapping[int, Coordinates], caption: str, target: Path
) -> None:
    """Write one annotated still as JPEG.

    Args:
        reader: reads the frames.
        evidence: what to show.
        index: coordinates of the camera's groups by sequence, at least those back to the GOP's keyframe.
        caption: one line below the picture.
        target: the file to write.

    Raises:
        FramesGoneError: a group on the way back to the keyframe is gone.
        ValueError: the frames could not be decoded.
    """
    groups = [reader.read(Coordinates(evidence.frames_partition, evidence.frames_offset))]
    while not groups[0].starts_with_keyframe:
        before = groups[0].sequence - 1
        if before not in index or len(groups) > MOST_GROUPS_BACK:
            raise FramesGoneError(f"camera {evidence.camera_id}: no keyframe within {len(groups)} groups back")
        groups.insert(0, reader.read(index[before]))
    labels = [track_id.rsplit("-", 1)[-1] for track_id in evidence.track_ids]
    picture = decode_at(groups, evidence.at_us)
    annotate(picture, evidence.boxes_xyxy_px, labels, caption).save(target, quality=88)
