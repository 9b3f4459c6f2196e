"""Annotated stills of findings: frames read back from Kafka by the offsets that evidence names, with boxes drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
from confluent_kafka import OFFSET_INVALID, Consumer, TopicPartition
from PIL import Image, ImageDraw, ImageFont

from schemas.codec import MessageCodec
from schemas.messages import Evidence, Frames, VideoCodec

#: Names of the decoders in FFmpeg.
DECODERS: Mapping[VideoCodec, str] = {VideoCodec.H264: "h264", VideoCodec.HEVC: "hevc", VideoCodec.MJPEG: "mjpeg"}
#: A keyframe is looked for at most this many groups back: real cameras have GOPs of up to 20 s.
MOST_GROUPS_BACK = 40
READ_TIMEOUT_S = 20.0
INK = (255, 64, 32)


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


def decode_at(groups: Sequence[Frames], at_us: int) -> Image.Image:
    """Return the frame nearest to a capture time.

    Args:
        groups: consecutive groups of one camera, the first of which starts with a keyframe.
        at_us: capture time, microseconds since the Unix epoch.

    Raises:
        ValueError: nothing could be decoded.
    """
    first = groups[0]
    decoder = cast("av.VideoCodecContext", av.CodecContext.create(DECODERS[first.codec], "r"))
    decoder.thread_count = 1
    if first.extradata:
        decoder.extradata = first.extradata
    best: tuple[int, av.VideoFrame] | None = None
    tick_us = 1_000_000 * first.time_base_num / first.time_base_den
    for group in groups:
        start = next((p.pts for p in group.packets if p.pts is not None), 0)
        for raw in group.packets:
            packet = av.Packet(raw.data)
            # the decoder hands pts on to its frames: give them as microseconds of capture time
            packet.pts = group.captured_at_us + round(((raw.pts if raw.pts is not None else start) - start) * tick_us)
            best = _nearer(best, decoder.decode(packet), at_us)
    best = _nearer(best, decoder.decode(None), at_us)
    if best is None:
        raise ValueError(f"camera {first.camera_id}: none of {len(groups)} groups before {at_us} could be decoded")
    picture: Image.Image = best[1].to_image()
    return picture


def _nearer(
    best: tuple[int, av.VideoFrame] | None, frames: Sequence[av.VideoFrame], at_us: int
) -> tuple[int, av.VideoFrame] | None:
    for frame in frames:
        distance = abs((frame.pts or 0) - at_us)
        if best is None or distance < best[0]:
            best = (distance, frame)
    return best


def annotate(picture: Image.Image, evidence: Evidence, caption: str) -> Image.Image:
    """Draw an evidence reference's boxes and a caption below the picture."""
    scale = max(1, round(640 / picture.width))
    out = picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(out)
    font = ImageFont.load_default(14)
    boxes = evidence.boxes_xyxy_px
    for number, track_id in enumerate(evidence.track_ids):
        x1, y1, x2, y2 = (v * scale for v in boxes[4 * number : 4 * number + 4])
        draw.rectangle((x1, y1, x2, y2), outline=INK, width=2)
        draw.text((x1 + 3, max(0.0, y1 - 17)), track_id.rsplit("-", 1)[-1], fill=INK, font=font)
    framed = Image.new("RGB", (out.width, out.height + 24), (20, 22, 28))
    framed.paste(out, (0, 0))
    ImageDraw.Draw(framed).text((8, out.height + 4), caption, fill=(235, 235, 235), font=font)
    return framed


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
    annotate(decode_at(groups, evidence.at_us), evidence, caption).save(target, quality=88)
