"""twins: two tracks of one vehicle, known by boxes of one frame that overlap. Pure."""

from collections.abc import Mapping
from typing import Final

from processors.rules.geometry import iou
from processors.rules.second import MOTOR_VEHICLES, Second

#: Two vehicles' boxes in one frame overlap as much only where one hides half of the other. A choice.
SAME_IOU: Final = 0.5


def twins(second: Second, watched: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return further tracks of vehicles that wait, or were decided a moment ago: (name of the vehicle, further track).

    A detector gives a vehicle two boxes, or a track ends while its next one has begun: both are seen in one frame.

    Args:
        second: the second.
        watched: names of the vehicles, by the track that shows each at present.
    """
    t = second.tracks
    shown = {i: watched[track] for i, track in enumerate(t.track_id) if track in watched}
    if not shown or len(t.track_id) == 1:
        return []
    out: list[tuple[str, str]] = []
    found: set[int] = set()
    for b, i in enumerate(t.box_track):
        if i not in shown:
            continue
        own = (t.box_x1_px[b], t.box_y1_px[b], t.box_x2_px[b], t.box_y2_px[b])
        for c, j in enumerate(t.box_track):
            if j == i or j in found or t.box_sample[c] != t.box_sample[b] or t.track_class[j] not in MOTOR_VEHICLES:
                continue
            if iou(own, (t.box_x1_px[c], t.box_y1_px[c], t.box_x2_px[c], t.box_y2_px[c])) >= SAME_IOU:
                found.add(j)
                out.append((shown[i], t.track_id[j]))
    return out
