"""Analysis: How densely a camera is analysed."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.region_of_interest import RegionOfInterest


@dataclass(frozen=True, slots=True)
class Analysis:
    """How densely a camera is analysed.

    Attributes:
        enforcement: True for a camera that measures violations: always at active_fps.
        idle_fps: Frames inferred a second while nothing moves; 0: keyframes only.
        active_fps: Frames inferred a second while something moves.
        score_floor_ratio: Lowest detection score kept, 0 to 1.
        regions: Crops inferred besides the whole view.
    """

    enforcement: bool
    idle_fps: float
    active_fps: float
    score_floor_ratio: float
    regions: Sequence[RegionOfInterest]
