"""CameraTracks: one camera's true objects and tracks, box by box, as flat arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from infra.evaluation.stated_plate import StatedPlate

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CameraTracks:
    """Of one camera: B true boxes, K boxes of tracks, S speeds.

    Attributes:
        true_at_us: int64 [B], capture time of the sampled frame, microseconds since the Unix epoch.
        true_actor: int64 [B], the true object.
        true_xyxy_px: float64 [B, 4].
        true_visible_ratio: float64 [B], 0 to 1.
        true_speed_kmh: float64 [B].
        at_us: int64 [K], capture time of the sampled frame.
        track: int64 [K], a number for each track.
        xyxy_px: float64 [K, 4].
        speed_at_us: int64 [S], capture time of the last sampled frame of the camera-second that states a speed.
        speed_track: int64 [S].
        speed_kmh, speed_error_kmh: float64 [S], the speed and its stated standard uncertainty.
        plate_of: the true plate of each true object that has one.
        votes: plates that tracks are stated to have.
    """

    true_at_us: Ints
    true_actor: Ints
    true_xyxy_px: Floats
    true_visible_ratio: Floats
    true_speed_kmh: Floats
    at_us: Ints
    track: Ints
    xyxy_px: Floats
    speed_at_us: Ints
    speed_track: Ints
    speed_kmh: Floats
    speed_error_kmh: Floats
    plate_of: Mapping[int, str] = field(default_factory=dict)
    votes: Sequence[StatedPlate] = ()
