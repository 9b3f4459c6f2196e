"""The machine: goes through a plan (plan.py) and turns a datum into streams, or streams into a datum.

Everything compiled stands in this one file: numba's cache on disk sees a change of the file of a cached function, and
of no other. No fast-math, as everywhere.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Op codes; plan.py says what each is.
(
    END,
    LONG,
    FLOAT,
    BOOLEAN,
    STRING,
    ENUM,
    OPTIONAL,
    ARRAY,
    NEXT,
    LONGS,
    FLOATS,
    STRINGS,
    OPTIONAL_FLOATS,
) = range(13)

#: Most arrays within arrays.
MOST_DEPTH: Final = 8
#: Position that stands for a refusal.
REFUSED: Final = -1
#: Bytes of the longest long.
LONG_BYTES: Final = 10


F = TypeVar("F", bound=Callable[..., Any])


def _compiled(function: F) -> F:
    """Return a function that numba compiles into those that call it."""
    return cast("F", numba.njit(error_model="numpy", nogil=True)(function))


class MachineCode(NamedTuple):
    """The two compiled functions.

    Attributes:
        read: see `read`.
        write: see `write`.
    """

    read: Callable[..., tuple[int, int]]
    write: Callable[..., int]


@cache
def machine_code() -> MachineCode:
    """Return the compiled functions; the first call of each compiles it or loads it from the disk."""
    options: dict[str, Any] = {"error_model": "numpy", "nogil": True, "cache": True}
    return MachineCode(numba.njit(**options)(read), numba.njit(**options)(write))


@_compiled
def _long(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return a long and the position behind it; REFUSED where it is cut off or longer than a long is."""
    value = np.uint64(0)
    shift = np.uint64(0)
    for _ in range(LONG_BYTES):
        if at >= end:
            return 0, REFUSED
        byte = data[at]
        at += 1
        value |= np.uint64(byte & np.uint8(0x7F)) << shift
        if byte < 0x80:
            if shift == np.uint64(63) and byte > 1:
                return 0, REFUSED
            return np.int64(value >> np.uint64(1)) ^ -np.int64(value & np.uint64(1)), at  # type: ignore[return-value]
        shift += np.uint64(7)
    return 0, REFUSED


@_compiled
def _block(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return how many items an array's block has and the position of the first; each item has a byte or more."""
    count, at = _long(data, at, end)
    if at >= 0 and count < 0:
        count = -count
        _, at = _long(data, at, end)  # the block's size, which nothing here needs
    if at < 0 or count < 0 or count > end - at:
        return 0, REFUSED
    return count, at


def read(  # noqa: C901, PLR0911, PLR0912, PLR0915  one loop for the compiler
    plan: NDArray[np.int64], data: Bytes, at: int, ints: Ints, floats: Floats
) -> tuple[int, int]:
    """Read a datum that begins at `at` and fills the rest of `data`.

    Only what every reader of Avro takes for well-formed is read: booleans of 0 and 1, longs of 64 bits, indices that
    are there, counts that the rest of the data can hold. Nothing outside the arrays is touched, whatever the data is.

    Args:
        plan: int64 [ops, plan.COLUMNS].
        data: uint8 [bytes].
        at: first byte of the datum.
        ints: int64, at least 2 * bytes + 8; filled.
        floats: float64, at least bytes + 8; filled.

    Returns:
        How many integers and floats it came to; REFUSED, REFUSED where the datum is refused.
    """
    no = REFUSED, REFUSED
    end = data.shape[0]
    ni = nf = depth = 0
    pc = 0
    left = np.zeros(MOST_DEPTH, np.int64)  # items of each array's block that are still to come
    slot = np.zeros(MOST_DEPTH, np.int64)  # where its length stands
    word = np.zeros(1, np.uint32)
    single = word.view(np.float32)
    while True:
        op = plan[pc, 0]
        if op == END:
            return (ni, nf) if at == end else no
        if op in (LONG, ENUM):
            value, at = _long(data, at, end)
            if at < 0 or (op == ENUM and not 0 <= value < plan[pc, 1]):
                return no
            ints[ni] = value
            ni += 1
        elif op == BOOLEAN:
            if at >= end or data[at] > 1:
                return no
            ints[ni] = data[at]
            ni += 1
            at += 1
        elif op == STRING:
            size, at = _long(data, at, end)
            if at < 0 or not 0 <= size <= end - at:
                return no
            ints[ni] = at
            at += size
            ints[ni + 1] = at
            ni += 2
        elif op == FLOAT:
            if end - at < 4:
                return no
            word[0] = data[at] | data[at + 1] << 8 | data[at + 2] << 16 | data[at + 3] << 24
            floats[nf] = single[0]
            nf += 1
            at += 4
        elif op == OPTIONAL:
            if at >= end or (data[at] != 0 and data[at] != 2):
                return no
            there = data[at] >> 1 != plan[pc, 2]
            at += 1
            ints[ni] = there
            ni += 1
            if not there:
                pc = plan[pc, 1]
                continue
        elif op in (ARRAY, NEXT):
            if op == ARRAY:
                slot[depth] = ni
                ints[ni] = 0
                ni += 1
                depth += 1
                body = pc + 1
                behind = plan[pc, 1]
            else:
                left[depth - 1] -= 1
                body = plan[pc, 1]
                behind = pc + 1
            if op == ARRAY or left[depth - 1] == 0:
                count, at = _block(data, at, end)
                if at < 0:
                    return no
                left[depth - 1] = count
                ints[slot[depth - 1]] += count
                if count == 0:
                    depth -= 1
                    pc = behind
                    continue
            pc = body
            continue
        else:  # a run: an array of one simple type
            begin = ni
            ints[ni] = 0
            ni += 1
            if op == OPTIONAL_FLOATS:
                ints[ni] = 0
                ni += 1
            while True:
                count, at = _block(data, at, end)
                if at < 0:
                    return no
                if count == 0:
                    break
                if op == LONGS:
                    for _ in range(count):
                        value, at = _long(data, at, end)
                        if at < 0:
                            return no
                        ints[ni] = value
                        ni += 1
                elif op == FLOATS:
                    if count > (end - at) // 4:
                        return no
                    for _ in range(count):
                        word[0] = data[at] | data[at + 1] << 8 | data[at + 2] << 16 | data[at + 3] << 24
                        floats[nf] = single[0]
                        nf += 1
                        at += 4
                elif op == STRINGS:
                    for _ in range(count):
                        size, at = _long(data, at, end)
                        if at < 0 or not 0 <= size <= end - at:
                            return no
                        ints[ni] = at
                        at += size
                        ints[ni + 1] = at
                        ni += 2
                else:
                    for i in range(count):
                        if at >= end or (data[at] != 0 and data[at] != 2):
                            return no
                        there = data[at] >> 1 != plan[pc, 1]
                        at += 1
                        if there:
                            if end - at < 4:
                                return no
                            word[0] = data[at] | data[at + 1] << 8 | data[at + 2] << 16 | data[at + 3] << 24
                            floats[nf] = single[0]
                            at += 4
                        else:
                            floats[nf] = 0.0
                            ints[ni] = ints[begin] + i
                            ints[begin + 1] += 1
                            ni += 1
                        nf += 1
                ints[begin] += count
        pc += 1


@_compiled
def _put_long(out: Bytes, at: int, value: int) -> int:
    """Write a long; return the position behind it."""
    left = np.uint64(value << 1) ^ np.uint64(value >> 63)
    while left > np.uint64(0x7F):
        out[at] = np.uint8(left & np.uint64(0x7F)) | np.uint8(0x80)
        left >>= np.uint64(7)
        at += 1
    out[at] = np.uint8(left)
    return at + 1


def write(  # noqa: C901, PLR0912, PLR0915  one loop for the compiler
    plan: NDArray[np.int64], ints: Ints, floats: Floats, text: Bytes, out: Bytes
) -> int:
    """Write a datum; the streams are those of a message that fits the plan, nothing is checked here.

    Args:
        plan: int64 [ops, plan.COLUMNS].
        ints: int64 [n].
        floats: float64 [m].
        text: uint8 [t], the strings one after the other.
        out: uint8, at least (LONG_BYTES + 1) * n + 5 * m + t + 8; filled.

    Returns:
        How many bytes it came to.
    """
    ni = nf = nt = at = depth = 0
    pc = 0
    left = np.zeros(MOST_DEPTH, np.int64)
    single = np.zeros(1, np.float32)
    word = single.view(np.uint8)
    while True:
        op = plan[pc, 0]
        if op == END:
            return at
        if op in (LONG, ENUM):
            at = _put_long(out, at, ints[ni])
            ni += 1
        elif op == BOOLEAN:
            out[at] = ints[ni]
            ni += 1
            at += 1
        elif op == STRING:
            size = ints[ni]
            ni += 1
            at = _put_long(out, at, size)
            for k in range(size):
                out[at + k] = text[nt + k]
            at += size
            nt += size
        elif op == FLOAT:
            single[0] = floats[nf]
            nf += 1
            for k in range(4):
                out[at + k] = word[k]
            at += 4
        elif op == OPTIONAL:
            there = ints[ni] != 0
            ni += 1
            out[at] = 2 * (1 - plan[pc, 2] if there else plan[pc, 2])
            at += 1
            if not there:
                pc = plan[pc, 1]
                continue
        elif op == ARRAY:
            count = ints[ni]
            ni += 1
            if count == 0:
                out[at] = 0
                at += 1
                pc = plan[pc, 1]
                continue
            at = _put_long(out, at, count)
            left[depth] = count
            depth += 1
        elif op == NEXT:
            left[depth - 1] -= 1
            if left[depth - 1] > 0:
                pc = plan[pc, 1]
                continue
            depth -= 1
            out[at] = 0
            at += 1
        else:
            count = ints[ni]
            ni += 1
            if count > 0:
                at = _put_long(out, at, count)
            if op == LONGS:
                for _ in range(count):
                    at = _put_long(out, at, ints[ni])
                    ni += 1
            elif op == FLOATS:
                for _ in range(count):
                    single[0] = floats[nf]
                    nf += 1
                    for k in range(4):
                        out[at + k] = word[k]
                    at += 4
            elif op == STRINGS:
                for _ in range(count):
                    size = ints[ni]
                    ni += 1
                    at = _put_long(out, at, size)
                    for k in range(size):
                        out[at + k] = text[nt + k]
                    at += size
                    nt += size
            else:
                nulls = ints[ni]
                ni += 1
                for i in range(count):
                    if nulls > 0 and ints[ni] == i:
                        out[at] = 2 * plan[pc, 1]
                        at += 1
                        ni += 1
                        nulls -= 1
                    else:
                        out[at] = 2 * (1 - plan[pc, 1])
                        at += 1
                        single[0] = floats[nf]
                        for k in range(4):
                            out[at + k] = word[k]
                        at += 4
                    nf += 1
            out[at] = 0
            at += 1
        pc += 1
