"""What perception remembers of one camera between two groups."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.messages import DecodeStatus

FORMAT: Final = 1
_HEAD: Final = struct.Struct(">BqqBqqdB")
_GOP: Final = struct.Struct(">iqqi")
_BOX: Final = struct.Struct(">iffff")
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
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> "CameraState":
        """Restore.

        Raises:
            ValueError: not a state of this format; says what was found.
        """
        if not data or data[0] != FORMAT:
            found = f"format {data[0]}" if data else "nothing"
            raise ValueError(f"perception's state has {found}; this version reads format {FORMAT}")
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
            grey = data[at:]
            reason = _BROKEN[broken]
        except (struct.error, IndexError) as error:
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
        )
