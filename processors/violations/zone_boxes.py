"""zone_boxes: a track's boxes of a second in their order, and which of them show a foot that lies in a zone. Pure."""

import math
from typing import Any, Final

from processors.rules.ground import within
from processors.rules.place import Scope
from processors.rules.second import Second
from processors.violations.trail import Point

#: A box so close to the picture's border is cut off: it ends where the picture ends, pixels.
EDGE_PX: Final = 3.0


def own_boxes(i: int, second: Second) -> list[int]:
    """Return a track's boxes in a second, in their order."""
    t = second.tracks
    return sorted((b for b, of in enumerate(t.box_track) if of == i), key=t.box_sample.__getitem__)


def lies_in(b: int, second: Second, scope: Scope[Any]) -> bool:
    """Say whether a box's foot lies in a scope's zone; the whole view has none."""
    if scope.zone is None:
        return True
    t, camera, corners = second.tracks, second.place.camera, scope.zone.polygon_px
    x, y = (camera.width_px / t.width_px, camera.height_px / t.height_px) if t.width_px and t.height_px else (1.0, 1.0)
    foot = (t.box_x1_px[b] + t.box_x2_px[b]) / 2 * x, t.box_y2_px[b] * y
    return within(*foot, list(zip(corners[::2], corners[1::2], strict=True)))


def is_whole(b: int, second: Second) -> bool:
    """Say whether a box shows a vehicle's foot: the picture's border does not cut it off."""
    t = second.tracks
    return t.box_y2_px[b] < t.height_px - EDGE_PX and t.box_x1_px[b] > EDGE_PX and t.box_x2_px[b] < t.width_px - EDGE_PX


def feet_of(i: int, second: Second, begins_in: Scope[Any]) -> list[Point]:
    """Return where a track's whole boxes of a second stand, ascending by time, from the first in a zone on."""
    t = second.tracks
    if len(t.box_x_m) != len(t.box_track):
        return []
    out: list[Point] = []
    for b in own_boxes(i, second):
        x, y = t.box_x_m[b], t.box_y_m[b]
        known = math.isfinite(x) and math.isfinite(y) and is_whole(b, second)
        if known and (out or lies_in(b, second, begins_in)):
            out.append((t.sample_at_us[t.box_sample[b]], x, y))
    return out
