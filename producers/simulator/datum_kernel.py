"""Writes the Avro datums of a second's detections and truth-tracks straight from its arrays, in machine code.

The schemas' field order stands here a second time; a test holds the bytes against those of the reference encoder, so a
changed schema fails it. All compiled code stands in this one file, as numba's cache on disk asks.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
Ints = NDArray[np.int64]
Bits = NDArray[np.uint32]
Bytes = NDArray[np.uint8]

#: Bytes of a plate in truth-tracks.
PLATE_BYTES = 8


def _compiled(function: F) -> F:
    """Return a function that numba compiles into those that call it."""
    return cast("F", numba.njit(error_model="numpy", nogil=True)(function))


def _compiled_and_cached(function: F) -> F:
    """As `_compiled`, and the machine code is kept on disk."""
    return cast("F", numba.njit(error_model="numpy", nogil=True, cache=True)(function))


@_compiled
def _long(out: Bytes, at: int, value: int) -> int:
    """Write a zigzag varint; return where it ends."""
    rest = np.uint64((value << 1) ^ (value >> 63))
    while rest >= np.uint64(128):
        out[at] = np.uint8(rest & np.uint64(127)) | np.uint8(128)
        rest >>= np.uint64(7)
        at += 1
    out[at] = np.uint8(rest)
    return at + 1


@_compiled
def _float(out: Bytes, at: int, bits: Any) -> int:
    """Write the four bytes of a float32, the least first; return where they end."""
    for n in range(4):
        out[at + n] = np.uint8((bits >> np.uint32(8 * n)) & np.uint32(255))
    return at + 4


@_compiled
def _copy(out: Bytes, at: int, source: Bytes, begin: int, end: int) -> int:
    """Copy bytes; return where they end."""
    for n in range(begin, end):
        out[at] = source[n]
        at += 1
    return at


@_compiled
def _count(out: Bytes, at: int, count: int) -> int:
    """Begin an array of so many items; an empty one ends with this."""
    return _long(out, at, count)


@_compiled
def _frames(out: Bytes, at: int, a: int, b: int, times: Ints) -> int:
    """Write the times of frames a to b."""
    at = _count(out, at, b - a)
    for n in range(a, b):
        at = _long(out, at, times[n])
    return _long(out, at, 0) if b > a else at


@_compiled
def _samples(out: Bytes, at: int, a: int, b: int, first: Ints) -> int:
    """Write for each box of frames a to b its frame, counted from a."""
    count = first[b] - first[a]
    at = _count(out, at, count)
    for frame in range(a, b):
        for _ in range(first[frame], first[frame + 1]):
            at = _long(out, at, frame - a)
    return _long(out, at, 0) if count else at


@_compiled
def _floats(out: Bytes, at: int, begin: int, end: int, bits: Bits) -> int:
    """Write an array of float32."""
    at = _count(out, at, end - begin)
    for n in range(begin, end):
        at = _float(out, at, bits[n])
    return _long(out, at, 0) if end > begin else at


@_compiled
def _longs(out: Bytes, at: int, begin: int, end: int, values: Ints) -> int:
    """Write an array of int or long."""
    at = _count(out, at, end - begin)
    for n in range(begin, end):
        at = _long(out, at, values[n])
    return _long(out, at, 0) if end > begin else at


@_compiled_and_cached
def write_detections(  # noqa: PLR0917  compiled code takes flat arguments
    number: int,
    head: Bytes,
    head_first: Ints,
    captured: Ints,
    second_us: int,
    version: Ints,
    middle: Bytes,
    middle_first: Ints,
    frame_first: Ints,
    times: Ints,
    packet: Ints,
    box_first: Ints,
    columns: Bits,
    labels: Ints,
    read_first: Ints,
    read_box: Ints,
    read_text: Bytes,
    read_bits: Bits,
    scene: Bits,
    signals: Bytes,
    signals_first: Ints,
    signals_of: Ints,
    out: Bytes,
    first: Ints,
) -> int:
    """Write the detections of C cameras one after the other; return where they end, or -1 where room may not suffice.

    Args:
        number: of the second.
        head: what each camera's datum begins with (camera, epoch).
        head_first: int64 [C + 1], begin of each camera's part.
        captured: int64 [C].
        second_us: length of a second.
        version: int64 [C], of the registry entry.
        middle: constant fields from model to frames_decoded, by camera.
        middle_first: int64 [C + 1].
        frame_first: int64 [C + 1], frames of each camera.
        times: int64 [F].
        packet: int64 [F], sampled packet.
        box_first: int64 [F + 1], boxes of each frame.
        columns: uint32 [5, K], x1, y1, x2, y2, score as float32's bits.
        labels: int64 [K].
        read_first: int64 [F + 1], plate reads of each frame.
        read_box: int64 [R], box of each read.
        read_text: uint8 [R, ranks, length], padded with zeros.
        read_bits: uint32 [R, ranks], probabilities as float32's bits; 0: no reading of this rank.
        scene: uint32 [C, 4].
        signals: signals_known and signals, encoded, one variant after the other.
        signals_first: int64 [V + 1], begin of each variant.
        signals_of: int64 [C], each camera's variant.
        out: uint8, written.
        first: int64 [C + 1], written: begin of each datum.
    """
    at = 0
    first[0] = 0
    for c in range(len(captured)):
        a, b = frame_first[c], frame_first[c + 1]
        begin, end = box_first[a], box_first[b]
        reads = read_first[b] - read_first[a]
        if at + 400 + 14 * (b - a) + 27 * (end - begin) + 64 * reads > len(out):
            return -1
        at = _copy(out, at, head, head_first[c], head_first[c + 1])
        at = _long(out, at, number)
        at = _long(out, at, captured[c])
        at = _long(out, at, second_us)
        at = _long(out, at, 0)  # RTCP
        at = _long(out, at, 0)
        at = _long(out, at, number)
        at = _long(out, at, (captured[c] + second_us) // 1000)
        at = _long(out, at, version[c])
        at = _copy(out, at, middle, middle_first[c], middle_first[c + 1])
        at = _frames(out, at, a, b, times)
        at = _longs(out, at, a, b, packet)
        at = _samples(out, at, a, b, box_first)
        for column in range(5):
            at = _floats(out, at, begin, end, columns[column])
        at = _longs(out, at, begin, end, labels)
        at = _count(out, at, reads)
        for r in range(read_first[a], read_first[b]):
            at = _long(out, at, read_box[r] - begin)
            ranks = 0
            for rank in range(read_bits.shape[1]):
                ranks += read_bits[r, rank] != 0
            at = _count(out, at, ranks)
            for rank in range(read_bits.shape[1]):
                if read_bits[r, rank] != 0:
                    length = 0
                    while length < read_text.shape[2] and read_text[r, rank, length] != 0:
                        length += 1
                    at = _long(out, at, length)
                    at = _copy(out, at, read_text[r, rank], 0, length)
                    at = _float(out, at, read_bits[r, rank])
            if ranks:
                at = _long(out, at, 0)
        if reads:
            at = _long(out, at, 0)
        at = _long(out, at, 1)  # a scene, not null
        for n in range(4):
            at = _float(out, at, scene[c, n])
        variant = signals_of[c]
        at = _copy(out, at, signals, signals_first[variant], signals_first[variant + 1])
        first[c + 1] = at
    return at


@_compiled_and_cached
def write_truth(  # noqa: PLR0917  compiled code takes flat arguments
    number: int,
    seed: int,
    head: Bytes,
    head_first: Ints,
    captured: Ints,
    frame_first: Ints,
    times: Ints,
    box_first: Ints,
    actor: Ints,
    label: Ints,
    columns: Bits,
    plated: NDArray[np.bool_],
    plate: Bytes,
    out: Bytes,
    first: Ints,
) -> int:
    """Write the truth-tracks of C cameras; return where they end, or -1 where room may not suffice.

    Args:
        number: of the second.
        seed: of the run.
        head: as in write_detections.
        head_first: int64 [C + 1].
        captured: int64 [C].
        frame_first: int64 [C + 1].
        times: int64 [F].
        box_first: int64 [F + 1].
        actor: int64 [B].
        label: int64 [B], COCO class.
        columns: uint32 [9, B]: x1, y1, x2, y2, visible, x, y, speed, heading as float32's bits.
        plated: bool [B], it is a vehicle with a plate.
        plate: uint8 [B, PLATE_BYTES].
        out: uint8, written.
        first: int64 [C + 1], written.
    """
    at = 0
    first[0] = 0
    for c in range(len(captured)):
        a, b = frame_first[c], frame_first[c + 1]
        begin, end = box_first[a], box_first[b]
        boxes = end - begin
        if at + 300 + 14 * (b - a) + 70 * boxes > len(out):
            return -1
        at = _copy(out, at, head, head_first[c], head_first[c + 1])
        at = _long(out, at, number)
        at = _long(out, at, captured[c])
        at = _long(out, at, seed)
        at = _frames(out, at, a, b, times)
        at = _samples(out, at, a, b, box_first)
        at = _longs(out, at, begin, end, actor)
        at = _longs(out, at, begin, end, label)
        for column in range(9):
            at = _floats(out, at, begin, end, columns[column])
        # which plates there are, in the order of their first box
        which = np.full(boxes, -1, np.int64)
        known = np.empty(boxes, np.int64)
        plates = 0
        for n in range(boxes):
            if not plated[begin + n]:
                continue
            for p in range(plates):
                if actor[begin + known[p]] == actor[begin + n]:
                    which[n] = p
                    break
            if which[n] < 0:
                known[plates] = n
                which[n] = plates
                plates += 1
        at = _longs(out, at, 0, boxes, which)
        at = _count(out, at, plates)
        for p in range(plates):
            at = _long(out, at, PLATE_BYTES)
            at = _copy(out, at, plate[begin + known[p]], 0, PLATE_BYTES)
        if plates:
            at = _long(out, at, 0)
        first[c + 1] = at
    return at
