"""Scene measurements on a small grey picture. Pure NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.messages import Scene

Grey = NDArray[np.uint8]

#: Size of the grey picture that is measured, pixels: whatever the camera's shape, it is stretched to this.
WIDTH_PX: Final = 160
HEIGHT_PX: Final = 90
#: Motion is looked for in means of 2x2 pixels, which keeps sensor noise and a shaking mast's single pixels out.
CELL_PX: Final = 2
#: A cell whose mean luma changed by more than this has changed. Sensor noise of 2x2 means stays below 4 by day; a
#: pedestrian's clothes against asphalt differ by 20 and more.
CHANGE_LUMA: Final = 14


@dataclass(frozen=True, slots=True)
class GreyLook:
    """One sampled frame's measurements.

    Attributes:
        cells: means of 2x2 pixels, uint8 [45, 80].
        luma_mean, luma_sd: of the grey picture, 0 to 255.
        sharpness: variance of its Laplacian.
    """

    cells: Grey
    luma_mean: float
    luma_sd: float
    sharpness: float


def look(grey: Grey) -> GreyLook:
    """Measure one grey picture, uint8 [90, 160].

    Sharpness is the variance of the 4-neighbour Laplacian (Pech-Pacheco et al., ICPR 2000).
    """
    wide = grey.astype(np.int32)
    sums = wide[0::2, 0::2] + wide[1::2, 0::2] + wide[0::2, 1::2] + wide[1::2, 1::2]
    laplacian = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] - 4 * wide[1:-1, 1:-1]
    mean, sd = _mean_sd(wide)
    return GreyLook((sums // 4).astype(np.uint8), mean, sd, _mean_sd(laplacian)[1] ** 2)


def changed_ratio(now: Grey, before: Grey) -> float:
    """Return the share of cells that changed, 0 to 1, after taking out a change of the whole picture's brightness."""
    difference = now.astype(np.int16) - before.astype(np.int16)
    difference -= np.int16(np.median(difference))
    return float(np.count_nonzero(np.abs(difference) > CHANGE_LUMA)) / difference.size


def scene_of(looks: Sequence[GreyLook], motions: Sequence[float]) -> Scene:
    """Return a group's scene: the largest motion of its samples, means of the rest, quantised to 1e-4.

    Args:
        looks: its samples, at least one.
        motions: changed_ratio of each sample against the one before it.
    """
    count = len(looks)
    return Scene(
        motion_ratio=round(max(motions), 4),
        luma_mean=round(sum(one.luma_mean for one in looks) / count, 4),
        luma_sd=round(sum(one.luma_sd for one in looks) / count, 4),
        sharpness=round(sum(one.sharpness for one in looks) / count, 4),
    )


def _mean_sd(values: NDArray[np.int32]) -> tuple[float, float]:
    """Mean and standard deviation from exact integer sums, the same on every CPU."""
    count = values.size
    total = int(values.sum(dtype=np.int64))
    squares = int((values.astype(np.int64) ** 2).sum())
    return total / count, max(0.0, (squares * count - total * total) / (count * count)) ** 0.5
