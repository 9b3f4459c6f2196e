"""Identifiers by the million: texts of a head out of a list and a tail out of a matrix, laid out in compiled code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

#: Texts are shorter than this, so that their length takes one byte.
MOST_BYTES: Final = 128
_DIGITS: Final = np.frombuffer(b"0123456789abcdef", np.uint8)
_PAIRS: Final = (
    np.stack([_DIGITS[np.arange(256) >> 4], _DIGITS[np.arange(256) & 15]], axis=1).copy().view(np.uint16)[:, 0]
)
F = TypeVar("F", bound=Callable[..., object])


def _compiled(function: F) -> F:
    """Return a function that numba compiles at its first call; the machine code is kept on disk beside the source."""
    return cast("F", numba.njit(nogil=True, cache=True)(function))


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """N texts one after the other, each behind one byte with its length.

    Attributes:
        data: (B,) uint8.
        ends: (N,) int64, where each ends.
    """

    data: NDArray[np.uint8]
    ends: NDArray[np.int64]


def hexadecimal(words: Sequence[NDArray[np.uint64]], digits: int) -> NDArray[np.uint8]:
    """Return (N, digits) the leading hexadecimal digits of N numbers, each of several words, the highest first.

    Args:
        words: (N,) each.
        digits: even, at most 16 a word.
    """
    raw = np.stack([word.astype(">u8").view(np.uint8).reshape(-1, 8) for word in words], axis=1)
    raw = raw.reshape(len(words[0]), -1)[:, : digits // 2]
    return np.ascontiguousarray(_PAIRS[raw]).view(np.uint8)


def packed(
    heads: Sequence[str],
    head: NDArray[np.integer[Any]],
    tails: NDArray[np.uint8],
    row: NDArray[np.int64],
    length: NDArray[np.int64] | None = None,
) -> Packed:
    """Return N texts.

    Args:
        heads: what a text may begin with.
        head: (N,) which.
        tails: (M, T) ASCII, what a text may end with.
        row: (N,) which.
        length: (M,) how much of each tail counts; None: all.
    """
    flat = np.frombuffer("".join(heads).encode() or b"\0", np.uint8)
    head_length = np.array([len(word.encode()) for word in heads], np.int64)
    if int(head_length.max(initial=0)) + tails.shape[1] >= MOST_BYTES:
        raise ValueError(f"texts of {head_length.max()} + {tails.shape[1]} bytes; expected less than {MOST_BYTES}")
    start = np.cumsum(head_length) - head_length
    lengths = np.full(len(tails), tails.shape[1], np.int64) if length is None else length
    which = head.astype(np.int64)
    ends = np.cumsum(1 + head_length[which] + lengths[row])
    data = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    _lay_out(data, flat, start[which], head_length[which], tails, row, lengths)
    return Packed(data, ends)


@_compiled
def _lay_out(
    out: NDArray[np.uint8],
    heads: NDArray[np.uint8],
    start: NDArray[np.int64],
    head_length: NDArray[np.int64],
    tails: NDArray[np.uint8],
    row: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> None:
    end = 0
    for number in range(len(row)):
        before, after = head_length[number], lengths[row[number]]
        out[end] = np.uint8(before + after)
        end += 1
        for i in range(before):
            out[end + i] = heads[start[number] + i]
        end += before
        for i in range(after):
            out[end + i] = tails[row[number], i]
        end += after


def partitions_of(keys: Packed, partitions: int) -> NDArray[np.int64]:
    """Return (N,) the Kafka partition of each key, as producers.kafka_partition computes one."""
    out = np.empty(len(keys.ends), np.int64)
    _partitions(out, keys.data, keys.ends, partitions)
    return out


@_compiled
def _partitions(out: NDArray[np.int64], data: NDArray[np.uint8], ends: NDArray[np.int64], partitions: int) -> None:
    multiplier = np.uint32(0x5BD1E995)
    begin = 0
    for number in range(len(ends)):
        begin += 1  # its length
        end = ends[number]
        size = end - begin
        h = np.uint32(0x9747B28C) ^ np.uint32(size)
        at = begin
        while at + 4 <= end:
            k = np.uint32(
                np.uint32(data[at])
                | np.uint32(data[at + 1]) << np.uint32(8)
                | np.uint32(data[at + 2]) << np.uint32(16)
                | np.uint32(data[at + 3]) << np.uint32(24)
            )
            k = np.uint32(k * multiplier)
            k = np.uint32((k ^ (k >> np.uint32(24))) * multiplier)
            h = np.uint32(np.uint32(h * multiplier) ^ k)
            at += 4
        if at < end:
            k = np.uint32(0)
            for i in range(end - at):
                k = np.uint32(k | np.uint32(data[at + i]) << np.uint32(8 * i))
            h = np.uint32((h ^ k) * multiplier)
        h = np.uint32((h ^ (h >> np.uint32(13))) * multiplier)
        h = np.uint32(h ^ (h >> np.uint32(15)))
        out[number] = np.int64(h & np.uint32(0x7FFFFFFF)) % partitions
        begin = end
