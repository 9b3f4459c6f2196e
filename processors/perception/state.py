"""What perception remembers of one camera between two groups."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from processors.perception.heads.head_track import HeadTrack, Shown
from schemas.messages import DecodeStatus, Signal

#: 2 has signal heads at its end; 1, which has none, is read as well.
FORMAT: Final = 2
READ: Final = frozenset({1, FORMAT})
_HEAD: Final = struct.Struct(">BqqBqqdB")
_GOP: Final = struct.Struct(">iqqi")
_BOX: Final = struct.Struct(">iffff")
_HEADS: Final = struct.Struct(">B")
_HEAD_TRACK: Final = struct.Struct(">BqqBqqqBqHq")
_NAME: Final = struct.Struct(">H")
#: Frames of a coming state are counted up to here: a darkness has to last as well.
MOST_FRAMES: Final = 60_000
_SIGNALS: Final[Sequence[Signal]] = tuple(Signal)
_COUNTS: Final = struct.Struct(">HHH")
#: Why the rest of a GOP is not decoded; the index is what is stored.
_BROKEN: Final[Sequence[DecodeStatus | None]] = (None, DecodeStatus.UNDECODABLE, DecodeStatus.GOP_GONE)
#: Boxes of the last sample that are kept to see whether things moved.
MOST_BOXES: Final = 64


@dataclass(frozen=True, slots=True)
class GopStart:
    """Where the keyframe that the current GOP hangs on lies.

    Attributes:
        partition: partition of its frames message.
        offset: offset of its frames message.
        sequence: sequence of its frames message.
        packet: index of the keyframe in that message.
    """

    partition: int
    offset: int
    sequence: int
    packet: int


@dataclass(frozen=True, slots=True)
class SeenBox:
    """A box of the last sampled frame.

    Attributes:
        kind: what it is for comparing boxes; see merge.kind_of.
        xyxy_px: left, top, right, bottom, pixels of the picture.
    """

    kind: int
    xyxy_px: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class CameraState:
    """Perception's state of one camera; a new one for each group.

    Attributes:
        epoch_us: epoch of the last group; -1: none yet.
        sequence: sequence of the last group.
        gop: where the current GOP begins; None: no keyframe since the stream began or was interrupted.
        broken: why the rest of the current GOP cannot be decoded; None: it can.
        sampled_at_us: capture time of the last sampled frame; -1: none in this epoch.
        active_until_us: the scene counts as active in groups that begin before this capture time.
        packet_bytes: running mean size of the non-key packets, bytes; 0: none seen.
        grey: the last sampled frame as grey_height x grey_width bytes; empty: none.
        grey_width: its width; 0: none.
        boxes: of the last sampled frame.
        heads: signal heads in the picture: (zone id, track), in the registry's order.
    """

    epoch_us: int = -1
    sequence: int = -1
    gop: GopStart | None = None
    broken: DecodeStatus | None = None
    sampled_at_us: int = -1
    active_until_us: int = 0
    packet_bytes: float = 0.0
    grey: bytes = b""
    grey_width: int = 0
    boxes: tuple[SeenBox, ...] = ()
    heads: tuple[tuple[str, HeadTrack], ...] = ()

    def to_bytes(self) -> bytes:
        """Serialise; the first byte is the format."""
        boxes = self.boxes[:MOST_BOXES]
        parts = [
            _HEAD.pack(
                FORMAT,
                self.epoch_us,
                self.sequence,
                _BROKEN.index(self.broken),
                self.sampled_at_us,
                self.active_until_us,
                self.packet_bytes,
                self.gop is not None,
            )
        ]
        if self.gop is not None:
            parts.append(_GOP.pack(self.gop.partition, self.gop.offset, self.gop.sequence, self.gop.packet))
        parts.append(_COUNTS.pack(len(boxes), self.grey_width, len(self.grey)))
        parts += [_BOX.pack(box.kind, *box.xyxy_px) for box in boxes]
        parts.append(self.grey)
        parts.append(_HEADS.pack(len(self.heads)))
        parts += [_pack_head(zone_id, track) for zone_id, track in self.heads]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> "CameraState":
        """Restore.

        Raises:
            ValueError: not a state of this format; says what was found.
        """
        if not data or data[0] not in READ:
            found = f"format {data[0]}" if data else "nothing"
            raise ValueError(f"perception's state has {found}; this version reads formats 1 and {FORMAT}")
        try:
            _, epoch_us, sequence, broken, sampled_at_us, active_until_us, packet_bytes, has_gop = _HEAD.unpack_from(
                data
            )
            at = _HEAD.size
            gop = None
            if has_gop:
                gop = GopStart(*_GOP.unpack_from(data, at))
                at += _GOP.size
            count, grey_width, grey_bytes = _COUNTS.unpack_from(data, at)
            at += _COUNTS.size
            boxes = []
            for _ in range(count):
                kind, *xyxy = _BOX.unpack_from(data, at)
                boxes.append(SeenBox(kind, (xyxy[0], xyxy[1], xyxy[2], xyxy[3])))
                at += _BOX.size
            grey = data[at:] if data[0] == 1 else data[at : at + grey_bytes]
            heads = _heads(data, at + grey_bytes) if data[0] != 1 else ()
            reason = _BROKEN[broken]
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise ValueError(f"perception's state of {len(data)} bytes is cut short or damaged: {error}") from error
        if len(grey) != grey_bytes:
            raise ValueError(f"perception's state holds {len(grey)} bytes of picture, expected {grey_bytes}")
        return cls(
            epoch_us,
            sequence,
            gop,
            reason,
            sampled_at_us,
            active_until_us,
            packet_bytes,
            grey,
            grey_width,
            tuple(boxes),
            heads,
        )


def _pack_head(zone_id: str, track: HeadTrack) -> bytes:
    """Serialise one head."""
    name = zone_id.encode()
    now, before = track.now, track.before
    numbers = _HEAD_TRACK.pack(
        _SIGNALS.index(now.signal),
        now.since_us,
        now.within_us,
        _SIGNALS.index(before.signal),
        before.since_us,
        before.within_us,
        track.seen_us,
        _SIGNALS.index(track.coming),
        track.coming_us,
        min(track.frames, MOST_FRAMES),
        track.suspect_us,
    )
    return _NAME.pack(len(name)) + name + numbers


def _heads(data: bytes, at: int) -> tuple[tuple[str, HeadTrack], ...]:
    """Restore the heads that stand at the end of a state."""
    (count,) = _HEADS.unpack_from(data, at)
    at += _HEADS.size
    out = []
    for _ in range(count):
        (size,) = _NAME.unpack_from(data, at)
        at += _NAME.size
        zone_id = data[at : at + size].decode()
        at += size
        now, now_us, now_within, old, old_us, old_within, seen_us, coming, coming_us, frames, suspect_us = (
            _HEAD_TRACK.unpack_from(data, at)
        )
        at += _HEAD_TRACK.size
        shown = Shown(_SIGNALS[now], now_us, now_within), Shown(_SIGNALS[old], old_us, old_within)
        out.append((zone_id, HeadTrack(*shown, seen_us, _SIGNALS[coming], coming_us, frames, suspect_us)))
    if at != len(data):
        raise ValueError(f"perception's state has {len(data) - at} bytes left over after its signal heads")
    return tuple(out)
