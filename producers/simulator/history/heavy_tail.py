"""Who is drawn how often: few often, many seldom, in whole numbers alone."""

from math import isqrt

import numpy as np
from numpy.typing import NDArray


def heavy_tailed(draws: NDArray[np.int64], count: int, head: int) -> NDArray[np.int64]:
    """Return (N,) ranks in [0, count), drawn with weights proportional to 1 / sqrt(rank + head).

    The inverse of that distribution is a square: rank + head = (count + head) * v^2 with v uniform between
    sqrt(head / (count + head)) and 1 (Zipf-Mandelbrot with exponent 1/2).

    Args:
        draws: (N,) in [0, 2^32).
        count: at most 2^31 less `head`.
        head: how many share the first place.
    """
    low = isqrt((head << 64) // (count + head))
    v = np.uint64(low) + ((draws.astype(np.uint64) * np.uint64((1 << 32) - low)) >> np.uint64(32))
    square = (v * v) >> np.uint64(32)
    rank = ((square * np.uint64(count + head)) >> np.uint64(32)).astype(np.int64) - head
    return np.clip(rank, 0, count - 1)
