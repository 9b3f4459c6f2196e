"""A state as the table and its changelog hold it: a stamp of what was applied, then the core's own bytes.

byte 0      format version of this header, 1
bytes 1-8   epoch_us of the last applied message, big-endian
bytes 9-16  sequence of the last applied message
bytes 17-24 index of the event-time interval that the last checkpoint decision saw; -1: none yet
bytes 25-   the core's state, versioned by itself
"""

import struct
from typing import Final, NamedTuple

VERSION: Final = 1
HEADER: Final = struct.Struct(">Bqqq")
#: Index of a state that has seen no event time.
NO_INTERVAL: Final = -1


class Stamped(NamedTuple):
    """A state's stamp and the core's bytes.

    Attributes:
        stamp: (epoch_us, sequence) of the last applied message.
        interval: index of the event-time interval last seen.
        state: the core's bytes.
    """

    stamp: tuple[int, int]
    interval: int
    state: bytes


def pack(stamp: tuple[int, int], interval: int, state: bytes) -> bytes:
    """Return the bytes of a stamped state."""
    return HEADER.pack(VERSION, stamp[0], stamp[1], interval) + state


def unpack(data: bytes) -> Stamped:
    """Return the parts of a stamped state.

    Raises:
        ValueError: not of a format that this version reads.
    """
    if len(data) < HEADER.size or data[0] != VERSION:
        found = f"format {data[0]}" if data else "nothing"
        raise ValueError(f"state of {len(data)} bytes has {found}; this version reads format {VERSION}")
    _, epoch_us, sequence, interval = HEADER.unpack_from(data)
    return Stamped((epoch_us, sequence), interval, data[HEADER.size :])


def is_older(data: bytes, than: bytes) -> bool:
    """Return whether a stamped state was applied less than another; False where either cannot be read."""
    if len(data) < HEADER.size or len(than) < HEADER.size or data[0] != VERSION or than[0] != VERSION:
        return False
    return HEADER.unpack_from(data)[1:3] < HEADER.unpack_from(than)[1:3]
