"""second_box: whether a track shows a vehicle that an elder track shows too, told by where both stand. Pure."""

import math
from typing import Final

from processors.rules.geometry import iou
from processors.rules.second import MOTOR_VEHICLES, Second

MOTORCYCLE: Final = 3
#: Two vehicles' middles are no nearer to each other across their way than a car is wide, metres: 1.8 and two mirrors.
ACROSS_M: Final = 2.0
#: The near ends of two vehicles one behind the other are at least a car's length apart, metres.
ALONG_M: Final = 4.5
#: Boxes of one vehicle overlap (IoU) so much at least: places alone are wrong where the ground is no plane. A choice.
LEAST_IOU: Final = 0.1


def elder_of(i: int, second: Second, alike_m: float = ALONG_M) -> int | None:
    """Return the track that shows the same vehicle and began before, None where there is none.

    A detector gives one vehicle in five a second box beside the first (docs/noise.md), aside by up to two metres and
    near by up to four, and the second box's track goes its own way. In one frame two vehicles cannot stand so near:
    in most frames that both tracks have, their feet must be less than ACROSS_M aside and ALONG_M behind each other,
    and their boxes overlap. A motorcycle may ride so near, and is nobody's second box.

    Args:
        i: index of the track.
        second: one whose boxes are on the ground.
        alike_m: how far apart near ends are at least where both tracks are voted the same class, metres: what is longer
            than a car is farther apart.
    """
    t = second.tracks
    if t.track_class[i] not in MOTOR_VEHICLES or t.track_class[i] == MOTORCYCLE or not t.box_x_m:
        return None
    own = {t.box_sample[b]: b for b, of in enumerate(t.box_track) if of == i}
    both: dict[int, list[bool]] = {}
    for b, j in enumerate(t.box_track):
        a = own.get(t.box_sample[b])
        if j == i or a is None or not _began_before(j, i, second):
            continue
        along_m = alike_m if t.track_class[j] == t.track_class[i] else ALONG_M
        both.setdefault(j, []).append(one_vehicle(a, b, _heading_deg(i, j, second), second, along_m=along_m))
    found = [j for j, same in both.items() if 2 * sum(same) > len(same)]
    return min(found, key=lambda j: (t.track_first_seen_us[j], j), default=None)


def _began_before(j: int, i: int, second: Second) -> bool:
    t = second.tracks
    return (
        t.track_class[j] in MOTOR_VEHICLES
        and t.track_class[j] != MOTORCYCLE
        and (t.track_first_seen_us[j], j) < (t.track_first_seen_us[i], i)
    )


def _heading_deg(i: int, j: int, second: Second) -> float | None:
    headings = second.tracks.track_heading_deg
    return headings[j] if headings[j] is not None else headings[i]


def one_vehicle(
    a: int,
    b: int,
    heading_deg: float | None,
    second: Second,
    least_iou: float = LEAST_IOU,
    *,
    along_m: float = ALONG_M,
) -> bool:
    """Say whether two boxes of one frame can only be of one vehicle.

    They overlap by `least_iou` or more, and stand nearer to each other than ACROSS_M and `along_m`.
    """
    t = second.tracks
    east, north = t.box_x_m[b] - t.box_x_m[a], t.box_y_m[b] - t.box_y_m[a]
    if not (math.isfinite(east) and math.isfinite(north)):
        return False
    if heading_deg is None:
        # Of who does not move the way is not known: as near as two beside each other never are.
        near = math.hypot(east, north) < ACROSS_M
    else:
        way = math.radians(heading_deg)
        along = east * math.sin(way) + north * math.cos(way)
        across = east * math.cos(way) - north * math.sin(way)
        near = abs(across) < ACROSS_M and abs(along) < along_m
    boxes = [(t.box_x1_px[n], t.box_y1_px[n], t.box_x2_px[n], t.box_y2_px[n]) for n in (a, b)]
    return near and iou(*boxes) >= least_iou
