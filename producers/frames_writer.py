"""Writes `frames` messages by hand: the same bytes as schemas.codec, without a copy of the packets in between.

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
    if value < 0x80:
        return bytes((value,))
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
    durations: dict[int | None, bytes] = {}
    for packet in group.packets:
        pts, dts, duration = packet.pts, packet.dts, packet.duration
        first = _optional(pts)
        last = durations.get(duration)
        if last is None:
            last = durations[duration] = _optional(duration)
        parts.append(
            first + (first if dts == pts else _optional(dts)) + last + _FLAG[packet.is_keyframe] + varint(packet.size)
        )
        parts.append(packet.data)
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
