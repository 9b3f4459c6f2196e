"""RegionOfInterest: A crop of the view that is inferred at its own resolution."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegionOfInterest:
    """A crop of the view that is inferred at its own resolution.

    Attributes:
        x_px: Left edge, pixels.
        y_px: Top edge, pixels.
        width_px: Width, pixels.
        height_px: Height, pixels.
    """

    x_px: int
    y_px: int
    width_px: int
    height_px: int
