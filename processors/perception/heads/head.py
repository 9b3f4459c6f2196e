"""Head: a signal head that a camera's registry entry draws, in a picture's own pixels. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from processors.perception.letterbox import View
from schemas.messages import Camera, Zone

ZONE_KIND: Final = "signal_head"
#: A zone's limits of 1: `signal_group.<id>` names the group that the head shows, `lamps.<letters>` its lamps.
SIGNAL_GROUP: Final = "signal_group."
LAMPS: Final = "lamps."
#: Red above amber above green, or from left to right.
USUAL_LAMPS: Final = "rag"
LETTERS: Final = frozenset("rag")
#: Heads of one camera that are read, in the registry's order: each costs a copy of its few pixels a sampled frame.
MOST_HEADS: Final = 8


@dataclass(frozen=True, slots=True)
class Head:
    """One head.

    Attributes:
        zone_id: the zone that draws it.
        group_id: the signal group that it shows.
        lamps: letters r, a, g from top to bottom, or from left to right where the zone is wider than tall.
        view: its rectangle in the picture, pixels.
    """

    zone_id: str
    group_id: str
    lamps: str
    view: View


def heads_of(camera: Camera | None, width_px: int, height_px: int) -> Sequence[Head]:
    """Return a camera's heads, the rectangles around their zones scaled from the size they were drawn in.

    A zone that names no group or several, or other lamps, is none; so is one beyond the picture's edge. Rectangles are
    widened to even pixels, as colour is sampled.
    """
    if camera is None or camera.width_px <= 0 or camera.height_px <= 0:
        return ()
    scale_x, scale_y = width_px / camera.width_px, height_px / camera.height_px
    out: list[Head] = []
    for zone in camera.zones:
        if zone.kind != ZONE_KIND:
            continue
        groups = named(zone, SIGNAL_GROUP)
        lamps = named(zone, LAMPS)
        xs, ys = zone.polygon_px[0::2], zone.polygon_px[1::2]
        left, top = int(min(xs) * scale_x) // 2 * 2, int(min(ys) * scale_y) // 2 * 2
        right, bottom = -(-round(max(xs) * scale_x) // 2) * 2, -(-round(max(ys) * scale_y) // 2) * 2
        inside = 0 <= left < right <= width_px and 0 <= top < bottom <= height_px
        known = len(groups) == 1 and len(lamps) <= 1 and set("".join(lamps)) <= LETTERS
        if known and inside and len(out) < MOST_HEADS:
            view = View(left, top, right - left, bottom - top, whole=False)
            out.append(Head(zone.zone_id, groups[0], lamps[0] if lamps else USUAL_LAMPS, view))
    return out


def named(zone: Zone, prefix: str) -> Sequence[str]:
    """Return what a zone's limits that are not 0 name after a prefix."""
    return [name.removeprefix(prefix) for name, on in zone.limits.items() if name.startswith(prefix) and on]
