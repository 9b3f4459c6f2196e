"""Sight: what a set of cameras truly has before its lenses, over any frames. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.city_camera import CityCamera
from producers.simulator.motions import COCO, Motions, sizes_of
from producers.simulator.outlook import MOUNTS
from producers.simulator.sight_kernel import COLUMNS, X1, X_M, Y2, Y_M, see

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Objects are found by the cell of the ground that the middle of their piece lies in.
CELL_M: Final = 40.0
#: A piece of path is at most a second long: its ends lie less than this from its middle.
MARGIN_M: Final = 25.0
#: How far beyond what it measures a camera still shows something, share of the distance.
BEYOND_RATIO: Final = 1.5
#: Boxes that are made room for at first, a frame.
ROOM: Final = 24


@dataclass(frozen=True, slots=True)
class Seen:
    """True boxes of F frames, in each frame the nearest object first; quantised as they are sent.

    Attributes:
        first: int64 [F + 1]; the boxes of frame f are first[f]:first[f + 1].
        actor, kind: int64 [B], object and class (motions.py).
        coco: int64 [B], COCO-80 class id.
        xyxy_px: float64 [B, 4], cut at the picture's edges, to 0.01.
        visible_ratio: float64 [B], share of the whole box that shows, to 1/64.
        open_ratio: float64 [B], share of its part in the picture that nothing nearer hides.
        ground_m: float64 [B, 2], in the camera's ground frame, to 1 cm.
        speed_kmh: float64 [B], to 0.01.
        heading_deg: float64 [B], to 0.1.
        depth_m: float64 [B], along the optical axis.
    """

    first: Ints
    actor: Ints
    kind: Ints
    coco: Ints
    xyxy_px: Floats
    visible_ratio: Floats
    open_ratio: Floats
    ground_m: Floats
    speed_kmh: Floats
    heading_deg: Floats
    depth_m: Floats


class Sight:
    """The lenses of a set of cameras.

    Args:
        cameras: any, of one city.
    """

    def __init__(self, cameras: Sequence[CityCamera]) -> None:
        views = [camera.view for camera in cameras]
        reach = np.array([MOUNTS[camera.outlook].far_m * BEYOND_RATIO for camera in cameras])
        self._lens = np.array([[v.x_m, v.y_m, v.height_m, v.focal_px, v.width_px, v.height_px] for v in views]).reshape(
            -1, 6
        )
        self._lens = np.column_stack([self._lens, reach])
        self._axes = np.array([v.axes() for v in views]).reshape(-1, 3, 3)
        spots = [_footprint(v.x_m, v.y_m, v.heading_deg, float(r)) for v, r in zip(views, reach, strict=True)]
        low = np.array([spot[0] for spot in spots]).min(axis=0) - MARGIN_M
        # the same borders of cells whatever cameras are looked through
        low = np.floor(low / CELL_M) * CELL_M
        high = np.array([spot[1] for spot in spots]).max(axis=0) + MARGIN_M
        self._low = low
        self._columns, self._rows = (int(n) + 1 for n in (high - low) // CELL_M)
        cells, first = [], [0]
        for least, most in spots:
            a = ((least - MARGIN_M - low) // CELL_M).astype(np.int64)
            b = ((most + MARGIN_M - low) // CELL_M).astype(np.int64)
            rows, columns = np.arange(a[1], b[1] + 1), np.arange(a[0], b[0] + 1)
            found = (rows[:, None] * self._columns + columns).ravel()
            cells.append(found)
            first.append(first[-1] + len(found))
        self._cells, self._cell_first = np.concatenate(cells), np.array(first, np.int64)
        watched = np.zeros(self._columns * self._rows, np.bool_)
        watched[self._cells] = True
        self._watched = watched
        self._room = ROOM

    def relevant(self, motions: Motions) -> Motions:
        """Return the pieces that any of the cameras may see."""
        cell, inside = self._cell(motions)
        return motions.chosen(inside & self._watched[cell])

    def look(self, frame_camera: Ints, frame_us: Ints, motions: Motions) -> Seen:
        """Return the true boxes of frames.

        Args:
            frame_camera: int64 [F], place of each frame's camera among those of this sight.
            frame_us: int64 [F], its time, microseconds since the Unix epoch.
            motions: pieces that cover these times, each at most a second long.
        """
        cell, inside = self._cell(motions)
        cell[~inside] = self._columns * self._rows
        order = np.argsort(cell, kind="stable")
        starts = np.searchsorted(cell[order], np.arange(self._columns * self._rows + 1)).astype(np.int64)
        size = sizes_of(motions.actor, motions.kind)
        first = np.zeros(len(frame_us) + 1, np.int64)
        while True:
            room = self._room * (len(frame_us) + 8)
            piece, out = np.empty(room, np.int64), np.empty((room, COLUMNS))
            count = see(
                frame_camera, frame_us, self._lens, self._axes, self._cells, self._cell_first, starts, order,
                motions.from_us, motions.to_us, motions.x_m, motions.y_m, motions.heading_rad, motions.speed_kmh, size,
                first, piece, out,
            )  # fmt: skip
            if count >= 0:
                break
            self._room *= 2
        piece, out = piece[:count], out[:count]
        kind = motions.kind[piece]
        return Seen(
            first=first,
            actor=motions.actor[piece],
            kind=kind,
            coco=COCO[kind],
            xyxy_px=np.round(out[:, X1 : Y2 + 1], 2),
            visible_ratio=out[:, 4],
            open_ratio=out[:, 5],
            ground_m=np.round(out[:, X_M : Y_M + 1], 2),
            speed_kmh=np.round(out[:, 8], 2),
            heading_deg=np.round(out[:, 9], 1) % 360.0,
            depth_m=out[:, 10],
        )

    def _cell(self, motions: Motions) -> tuple[Ints, NDArray[np.bool_]]:
        """Return each piece's cell, and whether it lies in the grid."""
        column = ((motions.x_m.mean(axis=1) - self._low[0]) // CELL_M).astype(np.int64)
        row = ((motions.y_m.mean(axis=1) - self._low[1]) // CELL_M).astype(np.int64)
        inside = (column >= 0) & (column < self._columns) & (row >= 0) & (row < self._rows)
        return np.where(inside, row * self._columns + column, 0), inside


def _footprint(x_m: float, y_m: float, heading_deg: float, reach_m: float) -> tuple[Floats, Floats]:
    """Return the least and greatest corner of the ground before a lens: 40 degrees to both sides."""
    angles = np.radians(heading_deg + np.linspace(-40.0, 40.0, 9))
    points = np.vstack([[x_m, y_m], np.column_stack([x_m + reach_m * np.sin(angles), y_m + reach_m * np.cos(angles)])])
    return points.min(axis=0), points.max(axis=0)
