"""Lays the rows of an Avro block out, one after the other, in compiled code: no Python step a row."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

#: Bytes that an Avro long takes at most: 64 bits, seven a byte.
MOST_LONG_BYTES: Final = 10

F = TypeVar("F", bound=Callable[..., object])


def _compiled(function: F) -> F:
    """Return a function that numba compiles at its first call; the machine code is kept on disk beside the source."""
    return cast("F", numba.njit(nogil=True, cache=True)(function))


@_compiled
def lay_out(
    out: NDArray[np.uint8],
    before: NDArray[np.uint8],
    datums: NDArray[np.uint8],
    lengths: NDArray[np.int64],
    skip: int,
    offsets: NDArray[np.int64],
    created_at_ms: NDArray[np.int64],
) -> int:
    """Write each row: what stands before all of them, offset, CreateTime, datum, offset; return the bytes written.

    Args:
        out: (B,) uint8, room for it: the datums, and for each row `before` and three longs.
        before: (K,) uint8, the topic's id and the partition, encoded.
        datums: (S,) uint8, all datums one after the other, each behind `skip` bytes that are left out.
        lengths: (N,) int64, bytes of each, `skip` included; none is below it.
        skip: bytes of framing before each datum.
        offsets: (N,) int64.
        created_at_ms: (N,) int64.
    """
    end = 0
    start = 0
    for row in range(len(lengths)):
        for i in range(len(before)):
            out[end + i] = before[i]
        end += len(before)
        at_offset = end
        value = offsets[row]
        for column in range(2):
            rest = np.uint64((value << 1) ^ (value >> 63))
            while rest > np.uint64(0x7F):
                out[end] = np.uint8(rest & np.uint64(0x7F)) | np.uint8(0x80)
                rest >>= np.uint64(7)
                end += 1
            out[end] = np.uint8(rest)
            end += 1
            if column == 0:
                after_offset = end
                value = created_at_ms[row]
        length = lengths[row] - skip
        for i in range(length):
            out[end + i] = datums[start + skip + i]
        end += length
        for i in range(after_offset - at_offset):
            out[end + i] = out[at_offset + i]
        end += after_offset - at_offset
        start += lengths[row]
    return end


def warm_up() -> None:
    """Compile, or load from the disk, before the first range needs it."""
    numbers: NDArray[np.int64] = np.zeros(1, np.int64)
    empty: Any = np.frombuffer(b"", np.uint8)
    lay_out(np.empty(3 * MOST_LONG_BYTES, np.uint8), empty, empty, numbers, 0, numbers, numbers)
