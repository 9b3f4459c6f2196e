"""SceneChange: what an event does to a camera's scene measurements; SceneChanges: those of a set of cameras. Pure.

The sizes that scenarios give are assumptions of the order that a light, a cloud or water of that size has in a picture
of that scale; nothing was fitted to footage.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Rows of what `SceneChanges.at` returns.
MOTION, LUMA, LUMA_SD, SHARPNESS = range(4)


@dataclass(frozen=True, slots=True)
class SceneChange:
    """What pixels alone show of an event, against the same scene without it.

    Attributes:
        motion_ratio: share of the picture that changes beside what moves anyway.
        luma_mean: by how much the mean luma rises, 0 to 255.
        luma_sd_ratio: the spread of luma as a share of what it was.
        sharpness_ratio: the Laplacian's variance as a share of what it was.
        ramp_s: it grows to this within so many seconds; 0: it is there at once.
    """

    motion_ratio: float = 0.0
    luma_mean: float = 0.0
    luma_sd_ratio: float = 1.0
    sharpness_ratio: float = 1.0
    ramp_s: float = 0.0


class SceneChanges:
    """What changes before each of a set of cameras.

    Args:
        cameras: how many.
    """

    def __init__(self, cameras: int) -> None:
        self._none: Final = np.tile(np.array([[0.0], [0.0], [1.0], [1.0]]), cameras)
        self._held: list[tuple[int, SceneChange, int, int]] = []

    def add(self, place: int, change: SceneChange, from_us: int, to_us: int) -> None:
        """Take a change in.

        Args:
            place: of the camera in the set.
            change: what changes.
            from_us: when it begins, microseconds since the Unix epoch.
            to_us: when it is over.
        """
        self._held.append((place, change, from_us, to_us))

    def at(self, captured_us: NDArray[np.int64]) -> Floats:
        """Return float64 [4, C]: MOTION and LUMA to be added, LUMA_SD and SHARPNESS to be multiplied by.

        Args:
            captured_us: int64 [C], begin of each camera's second; it ascends from call to call.
        """
        if not self._held:
            return self._none
        out = self._none.copy()
        kept = []
        for entry in self._held:
            place, change, from_us, to_us = entry
            now_us = int(captured_us[place])
            if now_us < to_us:
                kept.append(entry)
            if not from_us <= now_us < to_us:
                continue
            share = min(1.0, (now_us - from_us) / 1e6 / change.ramp_s) if change.ramp_s else 1.0
            out[MOTION, place] += share * change.motion_ratio
            out[LUMA, place] += share * change.luma_mean
            out[LUMA_SD, place] *= 1.0 + share * (change.luma_sd_ratio - 1.0)
            out[SHARPNESS, place] *= 1.0 + share * (change.sharpness_ratio - 1.0)
        self._held = kept
        return out
