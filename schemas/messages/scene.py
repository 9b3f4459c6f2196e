"""Scene: What pixels alone show in one second, over its sampled frames."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """What pixels alone show in one second, over its sampled frames.

    Attributes:
        motion_ratio: Share of the picture that changed against the last sampled frame, 0 to 1.
        luma_mean: Mean luma, 0 to 255.
        luma_sd: Standard deviation of luma, 0 to 255: low when the lens is covered.
        sharpness: Variance of the Laplacian of luma: low when defocused.
    """

    motion_ratio: float
    luma_mean: float
    luma_sd: float
    sharpness: float
