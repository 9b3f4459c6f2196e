"""Upright: how tall a vehicle is, from its box and the ground's calibration. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Final

from processors.rules.place import Place
from processors.rules.second import Second

#: Length and height of a car, metres (the medians of cars sold in Europe lie at 4.4 and 1.5). A box's upper edge is a
#: vehicle's far end where the camera looks down on its roof: what a car's length takes up there is taken off. A longer
#: vehicle comes out taller than it is, a shorter one lower.
CAR_M: Final = 4.5
CAR_HIGH_M: Final = 1.5
#: Looking down more steeply than this, a camera sees roofs and hardly heights: the cosine of 60 degrees. A choice.
LEAST_COSINE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Upright:
    """A camera's view of heights.

    At the foot of a box the homography gives metres a pixel across the view (a) and along it (b). Their ratio a / b is
    the sine of the angle d at which the camera looks down there (foreshortening of the ground plane: Hartley,
    Zisserman, Multiple View Geometry, 2004, 8.1). From a lens at height c the far upper edge of a block of height H and
    length L is seen over the foot at a height of T = (H + L tan d) / (1 + L tan d / c), by similar triangles.

    Attributes:
        to_ground: homography from the picture's pixels to the ground, by rows.
        lens_m: height of the lens above ground, metres.
    """

    to_ground: Sequence[float]
    lens_m: float

    @classmethod
    def of(cls, place: Place, width_px: int, height_px: int) -> "Upright | None":
        """Return a camera's for pictures of a size; None without a calibration, a height or a size."""
        calibration, lens_m = place.calibration, place.camera.height_m or 0.0
        if calibration is None or not width_px or not height_px or not lens_m > 0.0:
            return None
        columns = (calibration.width_px / width_px, calibration.height_px / height_px, 1.0)
        return cls([float(value) * columns[n % 3] for n, value in enumerate(calibration.homography)], lens_m)

    def height_m(self, x1_px: float, y1_px: float, x2_px: float, y2_px: float) -> float | None:
        """Return the height of a vehicle with this box, metres; None where the camera looks down too steeply."""
        seen = self._seen(x1_px, y1_px, x2_px, y2_px)
        if seen is None:
            return None
        tall, tangent = seen
        return tall * (1.0 + CAR_M * tangent / self.lens_m) - CAR_M * tangent

    def times_a_car(self, x1_px: float, y1_px: float, x2_px: float, y2_px: float) -> float | None:
        """Return how many times as tall as a car's a box is, there; None where the camera looks down too steeply."""
        seen = self._seen(x1_px, y1_px, x2_px, y2_px)
        if seen is None:
            return None
        tall, tangent = seen
        return tall * (1.0 + CAR_M * tangent / self.lens_m) / (CAR_HIGH_M + CAR_M * tangent)

    def _seen(self, x1_px: float, y1_px: float, x2_px: float, y2_px: float) -> tuple[float, float] | None:
        """Return T and tan d of a box."""
        h = self.to_ground
        u, v = (x1_px + x2_px) / 2.0, y2_px
        x, y, w = (h[n] * u + h[n + 1] * v + h[n + 2] for n in (0, 3, 6))
        if not math.isfinite(w) or w == 0.0:
            return None
        # derivatives of x / w and y / w by column and row
        across = math.hypot(h[0] * w - x * h[6], h[3] * w - y * h[6]) / w**2
        along = math.hypot(h[1] * w - x * h[7], h[4] * w - y * h[7]) / w**2
        sine = across / along if along > across else 1.0
        cosine = math.sqrt(1.0 - sine * sine)
        return ((y2_px - y1_px) * across, sine / cosine) if cosine >= LEAST_COSINE else None


def height_m(i: int, second: Second) -> float | None:
    """Return the median height of a track's vehicle over the boxes of a second, metres; None where it cannot be told.

    Args:
        i: index of the track.
        second: of a calibrated camera.
    """
    t = second.tracks
    view = Upright.of(second.place, t.width_px, t.height_px)
    if view is None:
        return None
    edges = zip(t.box_track, t.box_x1_px, t.box_y1_px, t.box_x2_px, t.box_y2_px, strict=True)
    heights = [view.height_m(*box) for of, *box in edges if of == i]
    found = [one for one in heights if one is not None]
    return round(median_low(found), 2) if found else None
