"""The rows of one topic that belong to some violations, or to some incidents."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.columns import Column


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """M rows.

    Attributes:
        columns: of M rows each.
        row: (M,) int64, number of each row's violation or incident among those asked for, ascending.
    """

    columns: Sequence[Column]
    row: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.row)
