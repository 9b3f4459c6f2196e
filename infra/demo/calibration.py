"""Ground-plane calibration of a fixed camera from things of known size in its picture.

The model is a pinhole without distortion above a flat ground: lens height, pitch, roll and focal length, the principal
point in the middle of the picture (Hartley and Zisserman, Multiple View Geometry, 2nd ed., ch. 6 and 8). The ground
frame's origin lies below the lens; +y points along the view, +x to its right. Observations are lengths on the ground,
heights of upright things, and distances between a point and a line on the ground; least squares finds the parameters
and the scatter of the relative residuals gives the calibration's relative scale error.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

Array = NDArray[np.float64]
Point = tuple[float, float]

#: Prior of the horizontal field of view: surveillance lenses, degrees (mean, standard deviation).
FIELD_OF_VIEW_DEG = (50.0, 15.0)
#: Prior of the roll of a fixed camera, degrees (standard deviation; mean 0).
ROLL_SD_DEG = 2.0
#: What is known of a real thing's size, relative (cars of one class, adults, road markings differ about that much).
SIZE_SD_RATIO = 0.06


@dataclass(frozen=True, slots=True)
class Length:
    """Two points on the ground, pixels, and the distance between them, metres."""

    what: str
    a_px: Point
    b_px: Point
    metres: float


@dataclass(frozen=True, slots=True)
class Height:
    """Foot and top of an upright thing, pixels, and its height, metres."""

    what: str
    foot_px: Point
    top_px: Point
    metres: float


@dataclass(frozen=True, slots=True)
class Offset:
    """A point on the ground, pixels, and its distance from the ground line through two others, metres."""

    what: str
    point_px: Point
    line_a_px: Point
    line_b_px: Point
    metres: float


Observation = Length | Height | Offset


@dataclass(frozen=True, slots=True)
class Pinhole:
    """A fitted camera.

    Attributes:
        height_m: lens above ground, metres.
        pitch_rad: downward tilt of the view, radians.
        roll_rad: rotation about the view axis, radians.
        focal_px: focal length, pixels.
        width_px: picture width.
        height_px: picture height.
        residual_ratio: root mean square of the relative residuals of the observations.
    """

    height_m: float
    pitch_rad: float
    roll_rad: float
    focal_px: float
    width_px: int
    height_px: int
    residual_ratio: float

    def homography(self) -> Array:
        """Return the 3x3 float64 matrix from pixels (u, v, 1) to ground metres (x, y, w); w is 1 in the middle."""
        view = _View(self.pitch_rad, self.roll_rad, self.focal_px, self.width_px, self.height_px)
        matrix = _image_to_ground(self.height_m, view)
        centre = matrix @ np.array([self.width_px / 2, self.height_px / 2, 1.0])
        return np.asarray(matrix / centre[2])


class _View(NamedTuple):
    """Where a camera looks (radians) and how it maps rays to pixels."""

    pitch: float
    roll: float
    focal: float
    width: int
    height: int


def _rays(view: _View) -> Array:
    """Return the 3x3 matrix from pixels to rays (right, forward, down) in a levelled frame."""
    pitch, roll, focal, width, height = view
    intrinsic_inverse = np.array([[1 / focal, 0, -width / 2 / focal], [0, 1 / focal, -height / 2 / focal], [0, 0, 1.0]])
    unroll = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1.0]])
    # camera axes: x right, y down, z forward; pitched down by `pitch`
    level = np.array([[1.0, 0, 0], [0, -np.sin(pitch), np.cos(pitch)], [0, np.cos(pitch), np.sin(pitch)]])
    return np.asarray(level @ unroll @ intrinsic_inverse)


def _image_to_ground(lens_m: float, view: _View) -> Array:
    rays = _rays(view)
    return np.asarray(np.stack([lens_m * rays[0], lens_m * rays[1], rays[2]]))


def to_ground(matrix: Array, point_px: Point) -> Array:
    """Map one pixel to ground metres, float64[2]."""
    x, y, w = matrix @ np.array([point_px[0], point_px[1], 1.0])
    return np.array([x / w, y / w])


def _measure(observation: Observation, lens_m: float, view: _View) -> float:
    """Return what the model says the observed thing measures, metres."""
    matrix = _image_to_ground(lens_m, view)
    if isinstance(observation, Length):
        return float(np.linalg.norm(to_ground(matrix, observation.a_px) - to_ground(matrix, observation.b_px)))
    if isinstance(observation, Offset):
        point, a, b = (
            to_ground(matrix, p) for p in (observation.point_px, observation.line_a_px, observation.line_b_px)
        )
        along = (b - a) / np.linalg.norm(b - a)
        return float(abs(along[0] * (point - a)[1] - along[1] * (point - a)[0]))
    # the top of an upright thing lies above its foot: its ray passes the foot's vertical at the height looked for
    foot = to_ground(matrix, observation.foot_px)
    ray = _rays(view) @ np.array([observation.top_px[0], observation.top_px[1], 1.0])
    return float(lens_m - ray[2] * np.linalg.norm(foot) / np.hypot(ray[0], ray[1]))


def fit(
    observations: Sequence[Observation], width_px: int, height_px: int, *, roll_sd_deg: float = ROLL_SD_DEG
) -> Pinhole:
    """Fit a pinhole to observations of one picture size.

    Args:
        observations: at least three.
        width_px: picture width.
        height_px: picture height.
        roll_sd_deg: prior standard deviation of the roll, degrees; a hand-mounted camera may hang askew.

    Raises:
        ValueError: fewer than three observations, or no model explains them.
    """
    if len(observations) < 3:
        raise ValueError(f"{len(observations)} observations; at least 3 are needed to fit a camera above the ground")
    fov, fov_sd = np.radians(FIELD_OF_VIEW_DEG[0]), np.radians(FIELD_OF_VIEW_DEG[1])

    def residuals(p: Array) -> Array:
        lens_m, focal = np.exp(p[0]), np.exp(p[3])
        view = _View(p[1], p[2], focal, width_px, height_px)
        out = [(_measure(o, lens_m, view) / o.metres - 1) / SIZE_SD_RATIO for o in observations]
        out.append((2 * np.arctan(width_px / 2 / focal) - fov) / fov_sd)
        out.append(p[2] / np.radians(roll_sd_deg))
        return np.asarray(np.clip(np.nan_to_num(np.array(out), nan=1e3), -1e3, 1e3))

    focal0 = width_px / 2 / np.tan(fov / 2)
    starts = [(np.log(h), np.radians(t), 0.0, np.log(focal0)) for h in (3.0, 6.0, 10.0) for t in (10.0, 20.0, 35.0)]
    best = min((least_squares(residuals, s, loss="soft_l1") for s in starts), key=lambda r: float(r.cost))
    relative = residuals(best.x)[: len(observations)] * SIZE_SD_RATIO
    rms = float(np.sqrt(np.mean(relative**2)))
    if rms > 0.5:
        raise ValueError(f"the observations contradict each other: they miss the best model by {rms:.0%}")
    pitch = math.remainder(float(best.x[1]), 2 * math.pi)  # the search may leave by whole turns
    return Pinhole(
        float(np.exp(best.x[0])), pitch, float(best.x[2]), float(np.exp(best.x[3])), width_px, height_px, rms
    )
