"""From cases to the rows of a topic: each case has the rows of some slots, in their order."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """M rows of N cases.

    Attributes:
        row: (M,) int64, number of each row's case among the N.
        slot: (M,) int64, its slot.
        ordinal: (M,) int64, its number among its case's rows, from 0.
        taken: (N, slots) bool.
    """

    row: NDArray[np.int64]
    slot: NDArray[np.int64]
    ordinal: NDArray[np.int64]
    taken: NDArray[np.bool_]

    @classmethod
    def of(cls, taken: NDArray[np.bool_]) -> "Slots":
        """Return the rows of the slots that are taken, case by case."""
        row, slot = np.nonzero(taken)
        counts = np.count_nonzero(taken, axis=1)
        begins = np.cumsum(counts) - counts
        return cls(row, slot, np.arange(len(row)) - begins[row], taken)

    def of_slots(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return (M,) the rows' values out of (N, slots)."""
        found: NDArray[Any] = values[self.taken]
        return found
