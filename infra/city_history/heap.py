"""Memory that is used again stays with the process."""

import ctypes
from typing import Final

#: glibc's malloc.h: allocations by a mapping of their own, at most; free memory at the heap's end that is given back.
M_MMAP_MAX: Final = -4
M_TRIM_THRESHOLD: Final = -1
_KEEP_BYTES: Final = 1 << 30


def keep_pages() -> bool:
    """Let freed memory stay in the heap.

    Each block is made of arrays of tens of megabytes. glibc maps each of them anew and gives it back, and the kernel
    zeroes every page again: more time than the arrays take to fill.

    Returns:
        False: the C library is not glibc, or it refused; all works as before, at a greater cost.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, _KEEP_BYTES))
