"""Packets in, groups out: what one `frames` message holds. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from producers.encoded_packet import EncodedPacket
from producers.parameter_sets import (
    HEAD_BYTES,
    annex_b,
    extradata_sets,
    jpeg_size,
    nal_length_bytes,
    parameter_sets,
    picture_size,
    sequence_sets,
)
from producers.timeline import MICROSECONDS, Timeline
from schemas.messages import VideoCodec

#: The last GOP's length need not repeat exactly for the next to be expected to end within the second.
GOP_SHARE: Final = Fraction(95, 100)


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """What holds for all packets of an epoch.

    Attributes:
        codec: codec of the packets.
        width_px, height_px: picture size.
        time_base: seconds per tick of pts, dts and duration.
        extradata: codec parameters, as the container gave them or as they came in band (Annex B); empty for MJPEG.
        frames_per_s: nominal rate; None where the source tells none.
    """

    codec: VideoCodec
    width_px: int
    height_px: int
    time_base: Fraction
    extradata: bytes
    frames_per_s: Fraction | None = None


@dataclass(frozen=True, slots=True)
class GroupLimits:
    """Bounds of a group.

    Attributes:
        payload_bytes: most bytes of packets.
        span_s: a group holds packets whose decoding times lie within less than this.
        largest_gap_s: longest step of the timestamps ahead that is believed to be time without picture.
    """

    payload_bytes: int = 900_000
    span_s: Fraction = Fraction(1)
    largest_gap_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Group:
    """The packets of one `frames` message.

    Attributes:
        epoch: number of the epoch within the connection, from 0.
        epoch_offset_us: where the epoch begins, after the connection's first packet, microseconds; 0 for the first.
        sequence: number of the group within its epoch, from 0.
        format: of its packets.
        starts_with_keyframe: its first packet is a keyframe.
        packets: in decoding order.
        offset_us: presentation of its first packet, after that of the connection's first packet, microseconds.
        duration_us: from its first packet's decoding to the end of its last packet, microseconds.
        gap_us: time without picture right before it, microseconds; 0 for none.
        jumped: the source's timestamps do not continue from the group before.
        payload_bytes: bytes of its packets.
        keyframes: how many of its packets are keyframes.
    """

    epoch: int
    epoch_offset_us: int
    sequence: int
    format: StreamFormat
    starts_with_keyframe: bool
    packets: Sequence[EncodedPacket]
    offset_us: int
    duration_us: int
    gap_us: int
    jumped: bool
    payload_bytes: int
    keyframes: int


@dataclass(frozen=True, slots=True)
class Oversized:
    """A packet that no message can hold; everything up to the next keyframe goes with it.

    Attributes:
        offset_us: its presentation after the connection's first packet, microseconds.
        packet: the packet.
        limit_bytes: what a message holds.
    """

    offset_us: int
    packet: EncodedPacket
    limit_bytes: int


@dataclass(slots=True)
class GroupingCounts:
    """What a grouper left out, in packets.

    Attributes:
        before_keyframe: came before the connection's first keyframe: no decoder could start with them.
        oversized: larger than a message may be.
        after_oversized: came between an oversized packet and the next keyframe: their reference is missing.
        empty: held no bytes.
    """

    before_keyframe: int = 0
    oversized: int = 0
    after_oversized: int = 0
    empty: int = 0


@dataclass(slots=True)
class _Open:
    packets: list[EncodedPacket] = field(default_factory=list)
    start_ticks: int = 0
    end_ticks: int = 0
    offset_ticks: int = 0
    gap_ticks: int = 0
    jumped: bool = False
    payload_bytes: int = 0
    keyframes: int = 0


class Grouper:
    """Puts one connection's packets, in decoding order, into groups.

    A group begins with a keyframe or continues the GOP of the group before. It ends before a packet that begins
    `span_s` or more after its first, before one that would exceed `payload_bytes`, where timestamps jump, and before a
    keyframe unless one more GOP like the last still fits into the second (so short GOPs, and MJPEG, share a message).
    Nothing is sent before the first keyframe. New VPS, SPS, extradata or JPEG size begin a new epoch at their keyframe.

    Args:
        format: of the connection's first packets.
        limits: bounds of a group.
    """

    def __init__(self, stream_format: StreamFormat, limits: GroupLimits) -> None:
        self._format = stream_format
        self._limits = limits
        rate = stream_format.frames_per_s or Fraction(25)
        self._base = stream_format.time_base
        self._timeline = Timeline(self._base, round(1 / (rate * self._base)), limits.largest_gap_s)
        self._span_ticks = limits.span_s / self._base
        # Ticks are whole: a distance reaches the span where it reaches the next whole tick.
        self._span_whole_ticks = math.ceil(self._span_ticks)
        self._length_bytes = nal_length_bytes(stream_format.codec, stream_format.extradata)
        self._sequence_sets = sequence_sets(
            stream_format.codec, extradata_sets(stream_format.codec, stream_format.extradata)
        )
        self._epoch = 0
        self._epoch_offset_us = 0
        self._sequence = 0
        self._open = _Open()
        self._gop_start: int | None = None
        self._gop_ticks = 0
        self._waiting = True
        self._last_end: int | None = None
        self._lost = False
        self.counts = GroupingCounts()

    def add(self, packet: EncodedPacket) -> Sequence[Group | Oversized]:
        """Take the next packet; return what it completes, mostly nothing."""
        size, is_keyframe = packet.size, packet.is_keyframe
        if size == 0:
            self.counts.empty += 1
            return ()
        decode, present, jumped = self._timeline.place(packet.pts, packet.dts, packet.duration)
        if self._waiting and not is_keyframe:
            if self._lost:
                self.counts.after_oversized += 1
            else:
                self.counts.before_keyframe += 1
            return ()
        most = self._limits.payload_bytes
        if size > most:
            self.counts.oversized += 1
            self._waiting = self._lost = True
            return (*self.flush(), Oversized(self._us(present), packet, most))
        out: Sequence[Group | Oversized] = ()
        changed = self._changed(packet) if is_keyframe else None
        now = self._open
        if now.packets and (
            jumped
            or decode - now.start_ticks >= self._span_whole_ticks
            or now.payload_bytes + size > most
            or (is_keyframe and (changed is not None or self._ends_before_keyframe(decode)))
        ):
            out = self.flush()
            now = self._open
        if changed is not None:
            self._begin_epoch(changed, self._us(present))
        if is_keyframe:
            if self._gop_start is not None and not jumped:
                self._gop_ticks = decode - self._gop_start
            self._gop_start = decode
            self._waiting = self._lost = False
            now.keyframes += 1
        if not now.packets:
            now.start_ticks, now.offset_ticks, now.jumped = decode, present, jumped
            if self._last_end is not None and not jumped:
                now.gap_ticks = max(0, decode - self._last_end)
        now.packets.append(packet)
        now.payload_bytes += size
        self._last_end = now.end_ticks = decode + self._timeline.step_ticks
        return out

    def flush(self) -> Sequence[Group]:
        """Close the open group: at the end of the connection, or where a group must not go on."""
        now, self._open = self._open, _Open()
        if not now.packets:
            return ()
        group = Group(
            epoch=self._epoch,
            epoch_offset_us=self._epoch_offset_us,
            sequence=self._sequence,
            format=self._format,
            starts_with_keyframe=now.packets[0].is_keyframe,
            packets=now.packets,
            offset_us=self._us(now.offset_ticks),
            duration_us=self._us(now.end_ticks - now.start_ticks),
            gap_us=self._us(now.gap_ticks),
            jumped=now.jumped,
            payload_bytes=now.payload_bytes,
            keyframes=now.keyframes,
        )
        self._sequence += 1
        return (group,)

    @property
    def waits_for_keyframe(self) -> bool:
        """True while packets are left out because no decoder could use them."""
        return self._waiting

    def _us(self, ticks: int) -> int:
        return ticks * MICROSECONDS * self._base.numerator // self._base.denominator

    def _ends_before_keyframe(self, decode: int) -> bool:
        if not self._open.packets[0].is_keyframe or self._gop_start is None:
            return True
        gop = decode - self._gop_start
        return decode - self._open.start_ticks + gop * GOP_SHARE > self._span_ticks

    def _changed(self, packet: EncodedPacket) -> StreamFormat | None:
        """Return the new format where a keyframe brings one."""
        now = self._format
        if now.codec is VideoCodec.MJPEG:
            size = jpeg_size(bytes(memoryview(packet.data)[:HEAD_BYTES]))
            if size is None or size == (now.width_px, now.height_px):
                return None
            return StreamFormat(now.codec, *size, now.time_base, b"", now.frames_per_s)
        if packet.new_extradata is not None and packet.new_extradata != now.extradata:
            extradata = packet.new_extradata
            self._length_bytes = nal_length_bytes(now.codec, extradata)
            found = extradata_sets(now.codec, extradata)
        else:
            head = bytes(memoryview(packet.data)[:HEAD_BYTES])
            found = parameter_sets(now.codec, head, self._length_bytes)
            extradata = annex_b(found)
        sequence = sequence_sets(now.codec, found)
        if not sequence or sequence == self._sequence_sets:
            return None
        first_seen = not self._sequence_sets
        self._sequence_sets = sequence
        if first_seen:
            return None
        if self._length_bytes is not None and packet.new_extradata is None:
            # In-band sets in a length-prefixed stream: the decoder takes them from the packet, the framing stays.
            extradata = now.extradata
        size = picture_size(now.codec, found) or (now.width_px, now.height_px)
        return StreamFormat(now.codec, *size, now.time_base, extradata, now.frames_per_s)

    def _begin_epoch(self, stream_format: StreamFormat, offset_us: int) -> None:
        self._format = stream_format
        if self._sequence == 0:  # nothing was sent yet: the epoch is this one from its start
            return
        self._epoch += 1
        self._epoch_offset_us = max(offset_us, self._epoch_offset_us + 1)
        self._sequence = 0
        self._gop_start = None
