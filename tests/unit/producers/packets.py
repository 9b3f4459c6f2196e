"""Constructed packet sequences."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from producers.encoded_packet import EncodedPacket
from producers.grouping import Group, Grouper, GroupLimits, Oversized, StreamFormat
from schemas.messages import VideoCodec

BASE = Fraction(1, 90_000)
STEP = 3_600  # 25 frames a second


def stream(codec: VideoCodec = VideoCodec.H264, extradata: bytes = b"", base: Fraction = BASE) -> StreamFormat:
    """A stream of 25 frames a second."""
    return StreamFormat(codec, 1920, 1080, base, extradata, Fraction(25))


def packet(number: int, *, gop: int = 25, size: int = 100, start: int = 0, data: bytes | None = None) -> EncodedPacket:
    """Packet of a closed GOP without B-frames."""
    at = start + number * STEP
    body = b"\x00\x00\x00\x01\x41" + bytes([number % 256]) * (size - 5) if data is None else data
    return EncodedPacket(at, at, STEP, number % gop == 0, body, len(body))


def packets(count: int, *, gop: int = 25, size: int = 100, start: int = 0) -> Iterator[EncodedPacket]:
    """Closed GOPs without B-frames."""
    return (packet(n, gop=gop, size=size, start=start) for n in range(count))


def events(
    sequence: Iterable[EncodedPacket], form: StreamFormat | None = None, limits: GroupLimits | None = None
) -> tuple[Sequence[Group | Oversized], Grouper]:
    """Everything that a grouper makes of a sequence, and the grouper."""
    grouper = Grouper(form or stream(), limits or GroupLimits())
    out: list[Group | Oversized] = []
    for one in sequence:
        out += grouper.add(one)
    out += grouper.flush()
    return out, grouper


def groups(
    sequence: Iterable[EncodedPacket], form: StreamFormat | None = None, limits: GroupLimits | None = None
) -> Sequence[Group]:
    """The groups that a grouper makes of a sequence."""
    return [e for e in events(sequence, form, limits)[0] if isinstance(e, Group)]
