"""compiled: machine code from a plain function, with the options that keep results the same everywhere.

No fast-math: sums keep their order and nothing is fused, so that the same messages give the same bits. Functions here
are not cached by themselves: numba does not see a change of a function that a cached one calls, so only the outermost
kernel is cached, under a key that holds all sources (kernel.py).
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Return a function that numba compiles at its first call; the Python original stays at `.py_func`."""
    return cast("F", numba.njit(error_model="numpy", nogil=True)(function))


def compiled_and_cached(function: F) -> F:
    """As `compiled`, and the machine code is kept on disk beside the source (or in the user's cache folder)."""
    return cast("F", numba.njit(error_model="numpy", nogil=True, cache=True)(function))
