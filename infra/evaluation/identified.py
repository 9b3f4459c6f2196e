"""Identified: boxes with identities, frame by frame, as trackers are scored on them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: Identities (int64 [n]) and boxes (float64 [n, 4], x1, y1, x2, y2) of each frame.
Identified = Mapping[int, tuple[NDArray[np.int64], Array]]
