"""One heap for all of the process's threads."""

import ctypes
from typing import Final

#: glibc's malloc.h.
M_ARENA_MAX: Final = -8


def share_one_arena() -> bool:
    """Let every thread started from now on allocate from the process's main heap.

    glibc gives threads heaps of their own, up to eight a core. A camera's thread allocates half a megabyte for each
    message and Kafka's client frees it later, so each of those heaps grows to its cameras' peak, and the kernel zeroes
    pages for one heap while another has free ones. In one heap the next camera's message takes the last one's pages.

    Returns:
        False: the C library is not glibc, or it refused; all works as before, at a greater cost.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(M_ARENA_MAX, 1))
