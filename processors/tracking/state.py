"""What tracking remembers of one camera: the kernel's rows as they are, so that going through bytes changes no bit.

Layout of to_bytes, little-endian: format (u8), epoch_us (i64), tracks (u16), path points (u16), length of the plate
votes (u32); then for the tracks int64 [tracks, 6] and float32 [tracks, 24], uint16 [points, 4], and the plate votes as
JSON.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import orjson

from processors.state_format import body_of
from processors.tracking.classes import CLASSES
from processors.tracking.kernel import MOST_TRACKS, PATH, POINT, STORED_FLOATS, STORED_INTS
from processors.tracking.plates import PlateVote

#: First byte of a state.
FORMAT: Final = 1
HEADER: Final = struct.Struct("<BqHHI")
INTS_BYTES: Final = 8 * STORED_INTS
FLOATS_BYTES: Final = 4 * STORED_FLOATS
POINT_BYTES: Final = 2 * POINT

#: A track within its epoch: sequence, packet and ordinal of its first box.
TrackKey = tuple[int, int, int]


@dataclass(slots=True)
class CameraTracks:
    """Tracks of one camera between two messages.

    Attributes:
        epoch_us: connection they belong to; 0: none yet.
        ints: int64 rows of the tracks (kernel.STORED_INTS columns).
        floats: float32 rows.
        points: uint16 rows of all path points.
        plates: votes of tracks whose plate was read.
    """

    epoch_us: int = 0
    ints: bytes = b""
    floats: bytes = b""
    points: bytes = b""
    plates: dict[TrackKey, PlateVote] = field(default_factory=dict)

    @property
    def tracks(self) -> int:
        """How many tracks there are."""
        return len(self.ints) // INTS_BYTES

    def to_bytes(self) -> bytes:
        """Serialise."""
        plates = b""
        if self.plates:
            votes = [[*key, vote.reads, sorted(vote.weights.items())] for key, vote in sorted(self.plates.items())]
            plates = orjson.dumps(votes)
        header = HEADER.pack(FORMAT, self.epoch_us, self.tracks, len(self.points) // POINT_BYTES, len(plates))
        return b"".join((header, self.ints, self.floats, self.points, plates))

    @classmethod
    def from_bytes(cls, key: str, data: bytes) -> "CameraTracks":
        """Restore.

        Raises:
            ValueError: a format that this version cannot read, or bytes that do not fit together; says which.
        """
        body_of(data, FORMAT, f"state of camera {key}")
        if len(data) < HEADER.size:
            raise ValueError(f"state of camera {key} has {len(data)} bytes; its header alone takes {HEADER.size}")
        _, epoch_us, tracks, points, votes = HEADER.unpack_from(data)
        ints = HEADER.size + tracks * INTS_BYTES
        floats = ints + tracks * FLOATS_BYTES
        paths = floats + points * POINT_BYTES
        if len(data) != paths + votes:
            raise ValueError(f"state of camera {key} has {len(data)} bytes; its header announces {paths + votes}")
        problem = _damage(data[HEADER.size : ints], points)
        if problem is not None:
            raise ValueError(f"state of camera {key} is damaged: {problem}; delete the stage's state to start afresh")
        try:
            plates = {
                (sequence, packet, ordinal): PlateVote(reads, {text: float(weight) for text, weight in weights})
                for sequence, packet, ordinal, reads, weights in (orjson.loads(data[paths:]) if votes else ())
            }
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"state of camera {key} is damaged: its plate votes cannot be read ({error}); delete the stage's state"
                " to start afresh"
            ) from error
        return cls(epoch_us, data[HEADER.size : ints], data[ints:floats], data[floats:paths], plates)


def _damage(ints: bytes, points: int) -> str | None:
    """Return what in the rows would lead the kernel, which does not look, outside its arrays; None where nothing."""
    rows = np.frombuffer(ints, np.int64).reshape(-1, STORED_INTS)
    if len(rows) > MOST_TRACKS:
        return f"it has {len(rows)} tracks; expected {MOST_TRACKS} or fewer"
    counts = rows[:, 5] >> 8 & 0xFF
    if np.any(counts > PATH) or int(counts.sum()) != points:
        return f"its tracks name {int(counts.sum())} path points, up to {counts.max(initial=0)} each, beside {points}"
    groups = rows[:, 5] & 0xFF
    if np.any(groups >= CLASSES):
        return f"it has a track of class {groups.max()}; expected 0 to {CLASSES - 1}"
    return None
