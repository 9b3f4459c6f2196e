"""Where a camera stands and how it sees the ground: the pinhole model, and the homography that follows from it. Pure.

Ground frame of a camera: origin below its lens, +x east, +y north, metres; the ground is a plane about it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """A camera's pose and lens.

    Attributes:
        x_m, y_m: of the lens in the city's frame.
        height_m: of the lens above ground.
        heading_deg: of the optical axis, degrees clockwise from north.
        tilt_deg: of the axis below the horizon.
        focal_px: focal length, pixels.
        width_px, height_px: of the picture; the axis meets its middle.
    """

    x_m: float
    y_m: float
    height_m: float
    heading_deg: float
    tilt_deg: float
    focal_px: float
    width_px: int
    height_px: int

    def axes(self) -> Floats:
        """Return float64 [3, 3]: the unit vectors to the right, down and ahead, in east, north, up."""
        heading, tilt = math.radians(self.heading_deg), math.radians(self.tilt_deg)
        sin, cos, level, fall = math.sin(heading), math.cos(heading), math.cos(tilt), math.sin(tilt)
        # the picture's down is ahead x right
        return np.array([[cos, -sin, 0.0], [-fall * sin, -fall * cos, -level], [sin * level, cos * level, -fall]])

    def ground_to_image(self) -> Floats:
        """Return float64 [3, 3]: (x, y, 1) of the camera's ground frame to (u w, v w, w), w > 0 before the lens."""
        axes = self.axes()
        seen = np.column_stack([axes[:, 0], axes[:, 1], -axes[:, 2] * self.height_m])
        lens = np.array(
            [[self.focal_px, 0.0, self.width_px / 2], [0.0, self.focal_px, self.height_px / 2], [0.0, 0.0, 1.0]]
        )
        return np.asarray(lens @ seen)

    def homography(self) -> Sequence[float]:
        """Return 9 numbers, row-major: image pixels (u, v, 1) to the ground frame."""
        matrix = np.linalg.inv(self.ground_to_image())
        return [float(f"{n:.9g}") for n in (matrix / np.abs(matrix[2]).max()).ravel()]

    def project(self, points_m: Floats) -> tuple[Floats, Floats]:
        """Return pixels float64 [n, 2] and depths float64 [n] of points of the ground, city frame [n, 2]."""
        local = points_m - (self.x_m, self.y_m)
        seen = np.column_stack([local, np.ones(len(local))]) @ self.ground_to_image().T
        return seen[:, :2] / seen[:, 2:], seen[:, 2]

    def ground_ahead_m(self, row_px: float) -> float:
        """Return how far ahead of the lens, along its heading, the middle column shows the ground at a row.

        Infinite at the horizon and above it.
        """
        angle = math.radians(self.tilt_deg) + math.atan((row_px - self.height_px / 2) / self.focal_px)
        return self.height_m / math.tan(angle) if angle > 0 else math.inf


@dataclass(frozen=True, slots=True)
class SurveyError:
    """What a survey of a camera got wrong: what the registry's calibration differs by from the truth.

    Attributes:
        height_ratio: relative error of the height.
        tilt_deg, heading_deg: errors of the angles.
        focal_ratio: relative error of the focal length.
    """

    height_ratio: float
    tilt_deg: float
    heading_deg: float
    focal_ratio: float

    def applied(self, view: View) -> View:
        """Return the view as the survey has it."""
        return replace(
            view,
            height_m=view.height_m * (1 + self.height_ratio),
            tilt_deg=view.tilt_deg + self.tilt_deg,
            heading_deg=view.heading_deg + self.heading_deg,
            focal_px=view.focal_px * (1 + self.focal_ratio),
        )


def draw_error(random: np.random.Generator, quality: float) -> SurveyError:
    """Draw a survey's errors.

    Args:
        random: the stream.
        quality: 1 for a careful survey (0.6 % of height and focal length, 0.06 degrees); larger is worse.
    """
    height, tilt, heading, focal = random.standard_normal(4) * quality
    return SurveyError(0.006 * height, 0.06 * tilt, 0.06 * heading, 0.006 * focal)


def stated_errors(view: View, near_m: float, far_m: float, quality: float) -> tuple[float, float]:
    """Return position_error_m and scale_error_ratio that a surveyor states: root mean squares over possible surveys.

    Args:
        view: the true view.
        near_m: where the part of the ground begins that is used, metres ahead of the lens.
        far_m: where it ends.
        quality: as for `draw_error`.
    """
    random = np.random.Generator(np.random.Philox(key=1))
    heading = math.radians(view.heading_deg)
    ahead = np.linspace(near_m, far_m, 9)
    ground = np.column_stack([ahead * math.sin(heading), ahead * math.cos(heading), np.ones(9)])
    pixels = ground @ view.ground_to_image().T
    position, scale = [], []
    for _ in range(48):
        surveyed = np.linalg.inv(draw_error(random, quality).applied(view).ground_to_image())
        found = pixels @ surveyed.T
        found = found[:, :2] / found[:, 2:]
        way = np.hypot(*np.diff(found, axis=0).T) / np.diff(ahead)
        scale.append(way - 1.0)
        # what shifts the whole ground alike is no error of a speed: the surveyor's origin is his own
        position.append(found - ground[:, :2] - (found - ground[:, :2]).mean(axis=0))
    return float(np.sqrt(np.mean(np.square(position)))), float(np.sqrt(np.mean(np.square(scale))))
