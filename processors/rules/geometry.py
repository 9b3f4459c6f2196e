"""Plane geometry of rules: zones, ground areas, boxes, directions. Pure functions."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas.messages import Calibration

Box = Sequence[float]


def _digest(  # noqa: C901, PLR0912, PLR0915, PLR0917 (one pass over the boxes, compiled)
    edges: npt.NDArray[np.float64],
    box_track: npt.NDArray[np.int64],
    box_sample: npt.NDArray[np.int64],
    person: npt.NDArray[np.uint8],
    scale_x: float,
    scale_y: float,
    corners: npt.NDArray[np.float64],
    starts: npt.NDArray[np.int64],
    ignored: int,
    sizes: npt.NDArray[np.float64],
    places: npt.NDArray[np.int64],
    people: npt.NDArray[np.int64],
) -> None:
    """Place the boxes of a second in the zones of its camera.

    Even-odd rule on each box's foot point, the middle of its lower edge; a point on an edge belongs to the zone on one
    side of it only, so that zones that share an edge never both hold it.

    Args:
        edges: float64 (4, boxes): x1, y1, x2, y2, pixels of the picture.
        box_track: int64 (boxes,): track of each box, below len(person).
        box_sample: int64 (boxes,): sampled frame of each box.
        person: uint8 (tracks,): 1 for a person.
        scale_x: the registry's pixels per picture pixel, horizontally.
        scale_y: likewise vertically.
        corners: float64 (2, corners): x and y of all zones' corners, zone after zone, registry's pixels.
        starts: int64 (zones + 1,): first corner of each zone.
        ignored: bit mask of zones whose content does not count.
        sizes: float64 (tracks, 5), filled: mean box of the second, registry's pixels, 0 without a box; intersection
            over union of the track's first and latest box, 1 with one. Filled, for making arrays costs more in here.
        places: int64 (2, tracks), filled: the latest box of each track, -1 without one; bit z set where the foot of
            that box is in zone z, 0 inside an ignored zone.
        people: int64 (zones, samples), zeros, filled: persons with their foot in the zone, by sampled frame.
    """
    tracks = person.shape[0]
    zones = starts.shape[0] - 1
    mean_box = sizes[:, :4]
    steady = sizes[:, 4]
    last = places[0]
    mask = places[1]
    for t in range(tracks):
        mean_box[t, :] = 0.0
        steady[t] = 1.0
        last[t] = -1
        mask[t] = 0
    count = np.zeros(tracks, np.int64)
    first = np.full(tracks, -1, np.int64)
    for i in range(box_track.shape[0]):
        t = box_track[i]
        x1 = edges[0, i] * scale_x
        y1 = edges[1, i] * scale_y
        x2 = edges[2, i] * scale_x
        y2 = edges[3, i] * scale_y
        mean_box[t, 0] += x1
        mean_box[t, 1] += y1
        mean_box[t, 2] += x2
        mean_box[t, 3] += y2
        count[t] += 1
        newest = last[t] < 0 or box_sample[i] >= box_sample[last[t]]
        if newest:
            last[t] = i
        if first[t] < 0 or box_sample[i] < box_sample[first[t]]:
            first[t] = i
        if not newest and person[t] == 0:
            continue
        x = (x1 + x2) * 0.5
        y = y2
        bits = 0
        for z in range(zones):
            inside = False
            j = starts[z + 1] - 1
            for k in range(starts[z], starts[z + 1]):
                yk = corners[1, k]
                yj = corners[1, j]
                if (yk > y) != (yj > y) and x < (corners[0, j] - corners[0, k]) * (y - yk) / (yj - yk) + corners[0, k]:
                    inside = not inside
                j = k
            if inside:
                bits |= 1 << z
        if bits & ignored:
            bits = 0
        if newest:
            mask[t] = bits
        if person[t] == 1:
            for z in range(zones):
                if bits >> z & 1:
                    people[z, box_sample[i]] += 1
    for t in range(tracks):
        if count[t] > 0:
            for e in range(4):
                mean_box[t, e] /= count[t]
            a = first[t]
            b = last[t]
            width = min(edges[2, a], edges[2, b]) - max(edges[0, a], edges[0, b])
            height = min(edges[3, a], edges[3, b]) - max(edges[1, a], edges[1, b])
            if width <= 0.0 or height <= 0.0:
                steady[t] = 0.0
            else:
                shared = width * height
                whole = (edges[2, a] - edges[0, a]) * (edges[3, a] - edges[1, a])
                whole += (edges[2, b] - edges[0, b]) * (edges[3, b] - edges[1, b])
                steady[t] = shared / (whole - shared)


@cache
def digest_kernel() -> Callable[..., Any]:
    """Return `_digest` compiled; the first call compiles or loads it (seconds or a tenth of one)."""
    from numba import njit  # noqa: PLC0415 (importing numba takes a second, which a stage without zones need not pay)

    compiled: Callable[..., Any] = njit(cache=True)(_digest)
    return compiled


def iou(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes x1, y1, x2, y2."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / union if union > 0 else 0.0


def containment(a: Box, b: Box) -> float:
    """Return the share of the smaller of two boxes that lies inside the other."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return width * height / smaller if smaller > 0 else 0.0


def turn_deg(a_deg: float, b_deg: float) -> float:
    """Return the smaller angle between two directions, degrees, 0 to 180."""
    return abs((a_deg - b_deg + 180.0) % 360.0 - 180.0)


def heading_deg(dx_m: float, dy_m: float) -> float:
    """Return the direction of a ground displacement, degrees clockwise from +y, 0 to 360."""
    return math.degrees(math.atan2(dx_m, dy_m)) % 360.0


def calibration_problem(calibration: Calibration) -> str | None:
    """Say why a calibration cannot be used, or return None where it can."""
    numbers = list(calibration.homography)
    if len(numbers) != 9:
        return f"its homography has {len(numbers)} numbers instead of 9"
    if not all(map(math.isfinite, numbers)):
        return "its homography has a number that is not finite"
    if calibration.width_px <= 0 or calibration.height_px <= 0:
        return f"it is for a picture of {calibration.width_px} x {calibration.height_px} pixels"
    matrix = np.array(numbers).reshape(3, 3)
    if np.linalg.matrix_rank(matrix / np.abs(matrix).max(initial=1e-300), tol=1e-12) != 3:
        return "its homography is singular"
    return None


def ground_area_m2(
    calibration: Calibration, polygon_px: Sequence[float], width_px: int, height_px: int
) -> float | None:
    """Return the area of a zone on the ground (shoelace formula over its projected corners).

    Args:
        calibration: the camera's calibration.
        polygon_px: corners x0, y0, x1, y1, ... in pixels of the registry's picture.
        width_px: width of that picture, pixels.
        height_px: its height, pixels.

    Returns:
        Square metres, or None where a corner lies on or beyond the horizon.
    """
    matrix = np.array(calibration.homography, np.float64).reshape(3, 3)
    scale = np.array([calibration.width_px / width_px, calibration.height_px / height_px])
    corners = np.array(polygon_px, np.float64).reshape(-1, 2) * scale
    foot = matrix[2] @ np.array([calibration.width_px / 2, calibration.height_px, 1.0])
    ground = np.column_stack([corners, np.ones(len(corners))]) @ matrix.T
    w = ground[:, 2] * math.copysign(1.0, foot)
    if not np.all(w > 1e-9 * np.abs(ground).max(initial=0.0)):
        return None
    x, y = ground[:, 0] / ground[:, 2], ground[:, 1] / ground[:, 2]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
