"""Placement: where in the picture each thing is drawn, and which of its sides is seen. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producers.simulator.lens import View
from producers.simulator.motions import sizes_of
from producers.simulator.sight import Seen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """Things of one frame, the farthest first.

    Attributes:
        actor, kind: int64 [n], see Seen.
        xyxy_px: float64 [n, 4], the whole box, beyond the picture's edges too.
        facing_deg: float64 [n], which side is seen, see Sprite.
    """

    actor: NDArray[np.int64]
    kind: NDArray[np.int64]
    xyxy_px: Floats
    facing_deg: Floats


def place(view: View, seen: Seen, frame: int) -> Placed:
    """Return the things of a frame as they are to be drawn.

    Args:
        view: the camera's true view.
        seen: what is truly seen, nearest first.
        frame: of it.
    """
    rows = np.arange(int(seen.first[frame]), int(seen.first[frame + 1]))[::-1]
    boxes = seen.xyxy_px[rows]
    size = np.array([view.width_px, view.height_px])
    touches = (boxes[:, :2] <= 0.0).any(axis=1) | (boxes[:, 2:] >= size).any(axis=1)
    cut = np.flatnonzero(touches)
    if len(cut):
        # truth ends at the picture's edge, the thing does not
        which = rows[cut]
        sizes = sizes_of(seen.actor[which], seen.kind[which])
        whole = whole_boxes(view, seen.ground_m[which], seen.heading_deg[which], sizes)
        boxes[cut] = whole
    bearing = np.degrees(np.arctan2(seen.ground_m[rows, 0], seen.ground_m[rows, 1]))
    facing = (180.0 - (seen.heading_deg[rows] - bearing) + 180.0) % 360.0 - 180.0
    return Placed(seen.actor[rows], seen.kind[rows], boxes, facing)


def whole_boxes(view: View, ground_m: Floats, heading_deg: Floats, size_m: Floats) -> Floats:
    """Return the boxes of upright blocks, not cut at the picture's edges: float64 [n, 4].

    Args:
        view: the camera's true view.
        ground_m: float64 [n, 2], middles of the footprints, camera's ground frame.
        heading_deg: float64 [n].
        size_m: float64 [n, 3], length, width, height.
    """
    heading = np.radians(heading_deg)
    ahead = np.column_stack([np.sin(heading), np.cos(heading)])
    right = np.column_stack([np.cos(heading), -np.sin(heading)])
    low = np.full((len(ground_m), 2), np.inf)
    high = -low
    for along in (-0.5, 0.5):
        for across in (-0.5, 0.5):
            foot = ground_m + along * size_m[:, :1] * ahead + across * size_m[:, 1:2] * right
            for level in (0.0, 1.0):
                point = np.column_stack([foot, level * size_m[:, 2] - view.height_m]) @ view.axes().T
                depth = np.maximum(point[:, 2:], 0.1)
                pixel = view.focal_px * point[:, :2] / depth + (view.width_px / 2, view.height_px / 2)
                low, high = np.minimum(low, pixel), np.maximum(high, pixel)
    return np.column_stack([low, high])
