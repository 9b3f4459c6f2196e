"""Tiny recordings, made when a test needs them."""

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from producers.encoded_packet import EncodedPacket
from producers.grouping import Group, Grouper, GroupLimits
from producers.settings import ProducerSettings
from producers.source import Address, Source

OPTIONS = {
    "libx264": {"preset": "ultrafast", "bf": "0", "threads": "1", "sc_threshold": "0"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=0:bframes=0:pools=1:scenecut=0"},
    "mjpeg": {"threads": "1"},
    "mpeg4": {"threads": "1"},
}


def picture(number: int, width: int, height: int, *, noise: bool = False) -> av.VideoFrame:
    """A bar that moves; or noise, which no codec makes small."""
    if noise:
        pixels = np.random.default_rng(number).integers(0, 256, (height, width, 3), dtype=np.uint8)
    else:
        pixels = np.full((height, width, 3), 60, np.uint8)
        pixels[:, number * 8 % width : number * 8 % width + 40] = 200
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


def clip(
    path: Path,
    codec: str = "libx264",
    *,
    seconds: float = 3,
    fps: int = 10,
    gop: int = 10,
    size: tuple[int, int] = (320, 240),
    noise: bool = False,
) -> Path:
    """Write a recording; the container follows from the path's suffix."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = gop
        options: dict[str, object] = dict(OPTIONS[codec])
        if noise:
            options |= {"qmin": "1", "qmax": "1"}
        stream.options = options
        for number in range(round(seconds * fps)):
            frame = picture(number, *size, noise=noise).reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound(path: Path) -> Path:
    """Write a second of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(16_000))
    return path


def access_units(path: Path, *, seconds: int = 4, fps: int = 10, gop: int = 10) -> Path:
    """Write H.264 access units as rtsp_server.py reads them."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = 320, 240, "yuv420p"
    context.time_base, context.framerate, context.gop_size = Fraction(1, fps), Fraction(fps), gop
    context.options = OPTIONS["libx264"]
    packets = []
    for number in range(seconds * fps):
        frame = picture(number, 320, 240).reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, fps)
        packets += context.encode(frame)
    packets += context.encode(None)
    path.write_bytes(b"".join(len(b).to_bytes(4, "big") + b for b in map(bytes, packets)))
    return path


def expected_groups(path: Path) -> list[Group]:
    """The groups of a recording, worked out without Kafka."""
    out = []
    settings = ProducerSettings("", "")
    with Source(Address(path.as_uri(), None, declared_start=True), settings) as source:
        grouper = Grouper(source.format, GroupLimits())
        for packet in source.packets():
            kept: EncodedPacket = packet._replace(data=bytes(packet.data))
            out += [e for e in grouper.add(kept) if isinstance(e, Group)]
        out += grouper.flush()
    return out
