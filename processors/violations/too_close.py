"""too_close: further tracks of a vehicle that drives: who seems nearer to it than a car is long. Pure."""

import math
from collections.abc import Mapping
from typing import Final

from processors.rules.second import Second

#: Two vehicles in one lane are at least a car's length apart from foot to foot: 4.5 m, less the feet's errors. Nearer
#: ones are two boxes of one vehicle, whatever their boxes overlap (twins.py asks for half, for those that may stand).
ALONG_M: Final = 4.0
#: Less than two vehicles side by side are apart, metres: a car is 1.8 wide.
ACROSS_M: Final = 1.5
#: Further tracks remembered on one camera; the oldest leave.
MOST_SAME: Final = 256


def further_tracks(second: Second, driving: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return further tracks of vehicles that drive: (the vehicle's track, the further one).

    Args:
        second: the second.
        driving: tracks of such vehicles, and since when each is known, microseconds since the Unix epoch; of two such
            tracks of one vehicle the later one is the further.
    """
    t = second.tracks
    known = {i: since_us for i, track in enumerate(t.track_id) if (since_us := driving.get(track)) is not None}
    if not known:
        return []
    out: dict[int, int] = {}
    feet = second.vehicle_feet
    for b, i, x, y in feet:
        heading = t.track_heading_deg[i]
        if i not in known or heading is None:
            continue
        east, north = math.sin(math.radians(heading)), math.cos(math.radians(heading))
        for c, j, other_x, other_y in feet:
            if j == i or t.box_sample[c] != t.box_sample[b]:
                continue
            dx, dy = other_x - x, other_y - y
            if abs(dx * east + dy * north) > ALONG_M or abs(dx * north - dy * east) > ACROSS_M:
                continue
            if j not in known or (known[i], t.track_id[i]) < (known[j], t.track_id[j]):
                out.setdefault(j, i)
    return [(t.track_id[i], t.track_id[j]) for j, i in out.items()]


def join(same: dict[str, str], second: Second, driving: Mapping[str, int]) -> None:
    """Remember a second's further tracks in place, under the first track of each vehicle; at most MOST_SAME.

    Args:
        same: the vehicle's first track, by further track, the oldest first.
        second: the second.
        driving: as in `further_tracks`.
    """
    for track, further in further_tracks(second, driving):
        first = same.get(track, track)
        if further != first and further not in same:
            same[further] = first
            if len(same) > MOST_SAME:
                del same[next(iter(same))]
