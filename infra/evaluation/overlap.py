"""iou: overlap of boxes."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def iou(a: Floats, b: Floats) -> Floats:
    """Return float64 [len(a), len(b)], IoU of boxes x1, y1, x2, y2; 0 where a box is empty."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    overlap = np.clip(high - low, 0.0, None).prod(axis=2)
    areas = [np.clip(one[:, 2:4] - one[:, :2], 0.0, None).prod(axis=1) for one in (a, b)]
    union = areas[0][:, None] + areas[1][None, :] - overlap
    return np.asarray(np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0.0))
