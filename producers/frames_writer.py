"""Writes `frames` messages by hand: the same bytes as schemas.codec, without an object a field in between.

A process writes one of these a camera-second, with half a megabyte in each; everything else goes through schemas.codec.
The test of this module holds both equal, so a changed schema cannot go unnoticed.
"""

from typing import Any

from producers.encoded_packet import EncodedPacket
from producers.grouping import Group
from schemas.messages import ClockSource, Frames, Packet, VideoCodec
from schemas.wire import HEADER, MAGIC

_CODECS = {codec: bytes((index << 1,)) for index, codec in enumerate(VideoCodec)}
_CLOCKS = {clock: bytes((index << 1,)) for index, clock in enumerate(ClockSource)}
_NULL, _VALUE = b"\x00", b"\x02"
_FLAG = (b"\x00", b"\x01")
_LAST_BLOCK = b"\x00"


def varint(value: int) -> bytes:
    """Return an Avro long: zigzag, seven bits a byte, low bits first."""
    value = (value << 1) ^ (value >> 63)
    # Written out up to four bytes, which timestamps and sizes take: each packet has two or three of them.
    if value < 1 << 7:
        return bytes((value,))
    if value < 1 << 14:
        return bytes((value & 127 | 128, value >> 7))
    if value < 1 << 21:
        return bytes((value & 127 | 128, value >> 7 & 127 | 128, value >> 14))
    if value < 1 << 28:
        return bytes((value & 127 | 128, value >> 7 & 127 | 128, value >> 14 & 127 | 128, value >> 21))
    return bytes((value & 127 | 128, value >> 7 & 127 | 128, value >> 14 & 127 | 128, value >> 21 & 127 | 128)) + (
        _unsigned(value >> 28)
    )


def _unsigned(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _optional(value: int | None) -> bytes:
    return _NULL if value is None else _VALUE + varint(value)


def write_frames(
    schema_id: int, camera_id: str, epoch_us: int, captured_at_us: int, clock: ClockSource, group: Group
) -> bytes:
    """Return a group as a framed `frames` message."""
    name = camera_id.encode()
    stream = group.format
    parts: list[Any] = [
        b"".join(
            (
                HEADER.pack(MAGIC, schema_id),
                varint(len(name)),
                name,
                varint(epoch_us),
                varint(group.sequence),
                _FLAG[group.starts_with_keyframe],
                _CODECS[stream.codec],
                varint(stream.width_px),
                varint(stream.height_px),
                varint(stream.time_base.numerator),
                varint(stream.time_base.denominator),
                varint(len(stream.extradata)),
                stream.extradata,
                varint(captured_at_us),
                varint(group.duration_us),
                _CLOCKS[clock],
                varint(len(group.packets)) if group.packets else b"",
            )
        )
    ]
    # A stream's durations and flags seldom change: what stands between the times and the size is kept.
    tails: dict[tuple[int | None, bool], bytes] = {}
    for pts, dts, duration, is_keyframe, data, size, *_ in group.packets:
        tail = tails.get((duration, is_keyframe))
        if tail is None:
            tail = tails[duration, is_keyframe] = _optional(duration) + _FLAG[is_keyframe]
        times = _optional(pts)
        times += times if dts == pts else _optional(dts)
        parts += times + tail + varint(size), data
    parts.append(_LAST_BLOCK)
    return b"".join(parts)


def frames_of(camera_id: str, epoch_us: int, captured_at_us: int, clock: ClockSource, group: Group) -> Frames:
    """Return a group as the message that `write_frames` writes."""
    return Frames(
        camera_id=camera_id,
        epoch_us=epoch_us,
        sequence=group.sequence,
        starts_with_keyframe=group.starts_with_keyframe,
        codec=group.format.codec,
        width_px=group.format.width_px,
        height_px=group.format.height_px,
        time_base_num=group.format.time_base.numerator,
        time_base_den=group.format.time_base.denominator,
        extradata=group.format.extradata,
        captured_at_us=captured_at_us,
        duration_us=group.duration_us,
        clock_source=clock,
        packets=[_packet(p) for p in group.packets],
    )


def _packet(packet: EncodedPacket) -> Packet:
    return Packet(packet.pts, packet.dts, packet.duration, packet.is_keyframe, bytes(packet.data))
