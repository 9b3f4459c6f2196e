"""Random draws without a state: each is a function of the seed, the stream's name and the row's number.

Only integers are computed, so that every machine draws the same.
"""

import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_GOLDEN: Final = 0x9E3779B97F4A7C15
_MASK: Final = 0xFFFFFFFFFFFFFFFF
_SHIFT: Final = tuple(np.uint64(bits) for bits in (30, 27, 31))
_FACTOR: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_HIGH: Final = np.uint64(32)
#: Draws lie in [0, 2^32).
RANGE: Final = 1 << 32


class Draws:
    """Draws of one seed.

    Args:
        seed: any integer.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed & _MASK

    def wide(self, stream: str, numbers: NDArray[np.integer]) -> NDArray[np.uint64]:
        """Return 64 random bits a row: SplitMix64's output function (Steele, Lea, Flood, OOPSLA 2014) of a counter.

        Args:
            stream: names what is drawn; two streams are independent.
            numbers: (N,) of each row, not negative.
        """
        start = _mixed(self._seed ^ _mixed(zlib.crc32(stream.encode()) * _GOLDEN & _MASK))
        z = numbers.astype(np.uint64)
        z *= np.uint64(_GOLDEN)
        z += np.uint64(start)
        for shift, factor in zip(_SHIFT[:2], _FACTOR, strict=True):
            z ^= z >> shift
            z *= factor
        z ^= z >> _SHIFT[2]
        return z

    def draw(self, stream: str, numbers: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return (N,) integers, uniform in [0, 2^32)."""
        found: NDArray[np.int64] = (self.wide(stream, numbers) >> _HIGH).astype(np.int64)
        return found

    def below(self, stream: str, numbers: NDArray[np.integer], bound: int) -> NDArray[np.int64]:
        """Return (N,) integers, uniform in [0, bound); bound at most 2^31."""
        found: NDArray[np.int64] = (self.draw(stream, numbers) * bound) >> 32
        return found


def _mixed(value: int) -> int:
    """Return SplitMix64's output function of one integer."""
    value = (value + _GOLDEN) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def ladder(weights: Sequence[float]) -> NDArray[np.int64]:
    """Return (K,) the upper ends of K classes on [0, 2^32), sized by their weights.

    Raises:
        ValueError: a weight is negative, or all are 0.
    """
    found = np.asarray(weights, np.float64)
    if len(found) == 0 or found.min() < 0 or found.sum() <= 0:
        raise ValueError(f"the weights are {list(weights)}; expected none below 0 and one above")
    ends: NDArray[np.int64] = np.rint(np.cumsum(found) / found.sum() * RANGE).astype(np.int64)
    ends[-1] = RANGE
    return ends


def choose(draws: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (N,) the class that each draw falls into; `ends` as `ladder` gives them."""
    return np.searchsorted(ends, draws, side="right").astype(np.int64)


def share(ratio: float) -> int:
    """Return the draw below which a share of all draws lies.

    Raises:
        ValueError: it is no share.
    """
    if not 0 <= ratio <= 1:
        raise ValueError(f"a share is {ratio}; expected 0 to 1")
    return round(ratio * RANGE)


def quantile(draws: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (N,) values of a distribution that is given by its quantiles, straight lines between them.

    Args:
        draws: (N,) in [0, 2^32).
        values: (K + 1,) the quantiles 0, 1/K, ... 1; K at most 2^20, and their differences below 2^31.
    """
    steps = len(values) - 1
    at = draws * steps
    index = at >> 32
    low = values[index]
    found: NDArray[np.int64] = low + (((values[index + 1] - low) * (at & (RANGE - 1))) >> 32)
    return found
