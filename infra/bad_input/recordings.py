"""Recordings that no camera should send, and a good one, made when they are needed."""

import wave
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from infra.demo.run import REGISTRY
from schemas.messages import CameraStatus

#: The demo's clip that the good cameras play, as its registry names it, and how much of it: enough for moving objects
#: to be confirmed as tracks.
GOOD_CLIP = "footage/road.mp4"
GOOD_S = 6.0
#: Above what Vigil takes; pictures for a codec it does not take.
EIGHT_K = (7680, 4320)
SMALL = (320, 240)
#: An MP4's index lies at its end: without its last bytes nothing of it can be read.
TAIL_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class BadSource:
    """A source that gives no video that Vigil takes.

    Attributes:
        title: what it is, for people.
        uri: where it is.
        status: status that camera-health must show.
        sentence: what the error in camera-health must say.
    """

    title: str
    uri: str
    status: CameraStatus
    sentence: str


def good_clip(target: Path, seconds: float = GOOD_S) -> Path:
    """Copy the first seconds of a demo clip; see cut."""
    return cut(REGISTRY.parent / GOOD_CLIP, target, seconds)


def cut(source: Path, target: Path, seconds: float) -> Path:
    """Copy the packets of a recording's first seconds, untouched; the container follows from the target's suffix."""
    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        stream = reader.streams.video[0]
        copy = writer.add_stream_from_template(stream)
        for packet in reader.demux(stream):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            if packet.pts * packet.time_base < seconds:
                packet.stream = copy
                writer.mux(packet)
    return target


def packets_of(path: Path) -> int:
    """Return how many video packets a recording holds."""
    with av.open(str(path)) as reader:
        return sum(1 for packet in reader.demux(reader.streams.video[0]) if packet.size)


def bad_sources(folder: Path, whole: Path, refusing_port: int) -> Mapping[str, BadSource]:
    """Make every bad source; return them by camera id.

    Args:
        folder: where recordings go.
        whole: a good MP4, of which the cut one is made.
        refusing_port: port of this machine that nobody listens on.
    """
    rejected = CameraStatus.REJECTED
    stream = good_clip(folder / "stream.mkv").read_bytes()
    files = {
        "cut.mp4": whole.read_bytes()[:-TAIL_BYTES],
        "cut.mkv": stream[: len(stream) // 2],
        "zero.mp4": b"",
        "text.mp4": b"nothing to see here\n" * 500,
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    _sound(folder / "sound.wav")
    _video(folder / "old.avi", "mpeg4", SMALL)
    _video(folder / "8k.avi", "mjpeg", EIGHT_K)
    width, height = EIGHT_K

    def file(name: str) -> str:
        return (folder / name).resolve().as_uri()

    return {
        "CUT-MP4": BadSource("truncated file (MP4, index lost)", file("cut.mp4"), rejected, "damaged, cut short"),
        "CUT-MKV": BadSource("truncated file (Matroska, half)", file("cut.mkv"), CameraStatus.ENDED, "it is cut short"),
        "ZERO": BadSource("zero-byte file", file("zero.mp4"), rejected, "is empty (0 bytes)"),
        "TEXT": BadSource("text file", file("text.mp4"), rejected, "not a video that can be read"),
        "SOUND": BadSource("audio only", file("sound.wav"), rejected, "no video: only audio"),
        "CODEC": BadSource("wrong codec (MPEG-4 part 2)", file("old.avi"), rejected, "the video is mpeg4"),
        "EIGHT-K": BadSource("8K resolution", file("8k.avi"), rejected, f"{width}x{height}, above the limit"),
        "REFUSING": BadSource(
            "RTSP that refuses", f"rtsp://127.0.0.1:{refusing_port}/x", CameraStatus.DOWN, "Connection refused"
        ),
    }


def _video(path: Path, codec: str, size: tuple[int, int]) -> None:
    """Write one grey picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        if not isinstance(stream, av.VideoStream):
            raise TypeError(f"{codec} is no video codec")
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        pixels = np.full((size[1], size[0], 3), 60, np.uint8)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _sound(path: Path) -> None:
    """Write a second of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(16_000))
