"""The repeat tier: an offence within a year from the executed penalty of an earlier one, for the same (art. 61)."""

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.almaty_days import DAY_S, SECOND_US


def lawful_repeats(
    vehicle: NDArray[np.integer],
    article: NDArray[np.integer],
    occurred_us: NDArray[np.int64],
    executed_us: NDArray[np.int64],
    window_days: int,
) -> NDArray[np.bool_]:
    """Return (N,) bool: an earlier penalty for the same article was executed in the year before the offence.

    Args:
        vehicle: (N,) whose owner is liable.
        article: (N,) codes below 256.
        occurred_us: (N,) instants of the offences, ascending.
        executed_us: (N,) instants at which their penalties were executed; 0: they were not.
        window_days: the year.
    """
    key = vehicle.astype(np.int64) << 8 | article
    order = np.argsort(key, kind="stable")  # within a key the offences stay in their order
    key, occurred, executed = key[order], occurred_us[order], executed_us[order]
    out = np.zeros(len(key), bool)
    window_us = window_days * DAY_S * SECOND_US
    # the position of each row among those of its key: only rows from the n-th on have one n places earlier
    begins = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.empty(0, np.int64)
    position = np.arange(len(key)) - np.repeat(begins, np.diff(np.r_[begins, len(key)]))
    rows = np.flatnonzero(position >= 1)
    for back in range(1, int(position.max(initial=0)) + 1):
        rows = rows[position[rows] >= back]
        earlier = executed[rows - back]
        since_us = occurred[rows] - earlier
        out[rows] |= (earlier > 0) & (since_us >= 0) & (since_us < window_us)
    found = np.empty_like(out)
    found[order] = out
    return found
