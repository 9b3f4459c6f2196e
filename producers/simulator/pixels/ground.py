"""Ground: a camera's background: its street laid with textures of real footage, seen through its true lens. Pure.

Backgrounds of the clips themselves do not fit: none of their lenses stands as the city's do, and things must move over
the ground as its homography says. So the ground is drawn anew from pieces of the clips' median backgrounds.
"""

import json
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from producers.simulator.city_camera import CityCamera
from producers.simulator.pixels.sprite import DATA
from producers.simulator.streets import KERB_M, LANE_M, SIDEWALK_M, STOP_LINE_M, Streets

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

#: Half a dashed line's width, its dash and its gap, metres (ST RK 1412: 0.1 m wide, 1:3 in town).
LINE_M: Final = 0.07
DASH_M: Final = 2.0
GAP_M: Final = 4.0
#: Kerbs: width and brightness.
KERBSTONE_M: Final = 0.25
#: Ground further away than this is hidden by trees, metres.
TREES_M: Final = 140.0
#: Trees stand this high, metres.
TREES_HIGH_M: Final = 14.0
#: Large stains on the ground: their size (m) and depth (share of brightness).
STAIN_M: Final = 3.0
STAIN_RATIO: Final = 0.08
#: Places that a texture is looked up at, a metre.
LEVELS: Final = 5


class Textures:
    """The ground's textures: pieces of median backgrounds (ground.png, ground.json), each with halvings."""

    def __init__(self) -> None:
        index = json.loads((DATA / "ground.json").read_text(encoding="utf-8"))
        with (DATA / "ground.png").open("rb") as file, Image.open(file) as picture:
            atlas = np.asarray(picture.convert("RGB")).astype(np.float64)
        levels: dict[str, list[Floats]] = {}
        scale: dict[str, float] = {}
        for one in index:
            x, y, w, h = one["x"], one["y"], one["width"], one["height"]
            piece = atlas[y : y + h, x : x + w]
            # slow changes of light within a piece would show as a pattern when it is repeated
            slow = ndimage.gaussian_filter(piece, (h / 4, w / 4, 0), mode="reflect")
            flat = piece if one["name"] == "trees" else piece - slow + piece.mean(axis=(0, 1))
            levels[one["name"]] = [ndimage.gaussian_filter(flat, (s, s, 0), mode="mirror") for s in (0, 1, 2, 4, 8)]
            scale[one["name"]] = w / one["width_m"]
        self._levels: Mapping[str, list[Floats]] = levels
        self._px_per_m: Mapping[str, float] = scale

    def at(self, name: str, x_m: Floats, y_m: Floats, footprint_m: Floats) -> Floats:
        """Return colours of points, float64 [n, 3], 0 to 255; pieces are laid mirrored, so that no seam shows.

        Args:
            name: of the texture.
            x_m: float64 [n], places on the surface.
            y_m: float64 [n].
            footprint_m: float64 [n], what one pixel of the picture covers there.
        """
        levels, scale = self._levels[name], self._px_per_m[name]
        height, width = levels[0].shape[:2]
        column = _mirrored(x_m * scale, width)
        row = _mirrored(y_m * scale, height)
        level = np.clip(np.round(np.log2(np.maximum(footprint_m * scale, 1.0))), 0, LEVELS - 1).astype(np.int64)
        out = np.empty((len(x_m), 3))
        for n in range(LEVELS):
            own = level == n
            if own.any():
                places = np.vstack([row[own], column[own]])
                for k in range(3):
                    out[own, k] = ndimage.map_coordinates(levels[n][..., k], places, order=1, mode="mirror")
        return out


def _mirrored(places: Floats, size: int) -> Floats:
    """Fold places into 0 to size - 1."""
    span = size - 1.0
    return span - np.abs(np.mod(places, 2.0 * span) - span)


def background(camera: CityCamera, streets: Streets, textures: Textures) -> Bytes:
    """Return what a camera sees when nobody is there: uint8 [height, width, 3]."""
    view = camera.view
    columns, rows = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    rays = (
        np.stack(
            [
                (columns - view.width_px / 2) / view.focal_px,
                (rows - view.height_px / 2) / view.focal_px,
                np.ones_like(rows),
            ],
            -1,
        ).reshape(-1, 3)
        @ view.axes()
    )
    level = np.hypot(rays[:, 0], rays[:, 1])
    away = np.where(rays[:, 2] < -1e-6, view.height_m * level / np.maximum(-rays[:, 2], 1e-6), np.inf)
    out = np.empty((len(rays), 3))
    near = away < TREES_M
    reach = view.height_m / -rays[near, 2]
    x, y = view.x_m + reach * rays[near, 0], view.y_m + reach * rays[near, 1]
    out[near] = _surface(camera, streets, textures, x, y, reach / view.focal_px)
    # trees and houses as a wall at TREES_M: by azimuth and by the height at which a ray meets it
    far = ~near
    azimuth = np.arctan2(rays[far, 0], rays[far, 1])
    high = view.height_m + TREES_M * rays[far, 2] / level[far]
    part = textures.at("trees", azimuth * TREES_M, TREES_HIGH_M * 0.52 - high * 0.52, np.full(int(far.sum()), 0.01))
    out[far] = part
    return np.clip(out.round(), 0, 255).astype(np.uint8).reshape(view.height_px, view.width_px, 3)


def _surface(
    camera: CityCamera, streets: Streets, textures: Textures, x: Floats, y: Floats, footprint: Floats
) -> Floats:
    """Return the colour of points of the ground."""
    dx, dy = streets.direction(camera.edge)
    a = streets.edge_from[camera.edge]
    east, north = x - streets.node_x_m[a], y - streets.node_y_m[a]
    along, right = east * dx + north * dy, east * dy - north * dx
    side = np.abs(right)
    road = float(streets.edge_lanes[camera.edge]) * LANE_M
    length = streets.length_m(camera.edge)
    crossing = (along > length - STOP_LINE_M + 1.0) & (along < length + STOP_LINE_M)
    asphalt = (side < road + KERB_M) | crossing
    walk = ~asphalt & (side < road + KERB_M + SIDEWALK_M)
    paved = np.zeros(len(x), np.bool_)
    for name, area in camera.areas.items():
        room = 2.0 if name == "square" else 1.0
        (b, e), (left, far) = area.along_m, area.right_m
        paved |= (along > b - 14.0) & (along < e + 10.0) & (right > left - room) & (right < far + room)
    walk |= paved & ~asphalt
    grass = ~asphalt & ~walk
    out = np.empty((len(x), 3))
    for name, own in (("asphalt", asphalt), ("paving", walk), ("grass", grass)):
        out[own] = textures.at(name, right[own], along[own], footprint[own])
    out *= (1.0 + _stains(along, right))[:, None]
    out[walk] *= 0.72  # the clip's pavement lies in full sun
    _lay(out, np.abs(side - road - KERB_M - KERBSTONE_M / 2) < KERBSTONE_M / 2, ~crossing, 150.0, 0.7, footprint)
    dash = np.mod(along, DASH_M + GAP_M) < DASH_M
    lanes = round(road / LANE_M)
    for lane in range(1, lanes):
        _lay(
            out,
            np.abs(side - lane * LANE_M) < np.maximum(LINE_M, footprint / 2),
            dash & ~crossing,
            215.0,
            0.8,
            footprint,
        )
    _lay(out, np.abs(side - 0.15) < np.maximum(LINE_M, footprint / 2), ~crossing, 215.0, 0.85, footprint)
    stop = (np.abs(along - (length - STOP_LINE_M)) < 0.2) & (right > 0) & (right < road)
    _lay(out, stop, np.ones(len(x), np.bool_), 220.0, 0.85, footprint)
    return out


def _lay(
    out: Floats, where: NDArray[np.bool_], among: NDArray[np.bool_], luma: float, cover: float, footprint: Floats
) -> None:
    """Paint a line over the ground; far away it covers a part of its pixels only."""
    own = where & among
    share = (cover * np.minimum(1.0, 2.0 * LINE_M / np.maximum(footprint[own], 1e-6)))[:, None]
    out[own] = out[own] * (1.0 - share) + luma * share


def _stains(along: Floats, right: Floats) -> Floats:
    """Return slow changes of brightness over the ground, float64 [n]: three waves that never meet again."""
    u, v = along / STAIN_M, right / STAIN_M
    waves = np.sin(u + 1.3 * v) + np.sin(0.43 * u - 0.71 * v + 1.0) + np.sin(0.17 * u + 0.29 * v + 2.0)
    return STAIN_RATIO * waves / 3.0
