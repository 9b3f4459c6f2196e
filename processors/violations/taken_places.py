"""TakenPlaces: looks at a place where another vehicle is in the same frame. Pure.

Two vehicles cannot be at one place. Where the boxes of two tracks stand nearer to each other than a car is long and
half a lane wide, at least one of them is no vehicle of its own: the detector's second box of the other's, or that
vehicle's box, to which a track went over. The track that has been there for longer is taken at its word: that it shows
the vehicle, and, where it stands, that the other one is not there. So is a younger one that stands, by one that drives:
a vehicle that came later and stands there now is in the way of whoever waited behind it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from schemas.messages import Tracks

#: Two feet in one frame are nearer than two cars': a small car's length along the direction (3.6 m, as for who stands
#: on rails) and half a lane of 3.5 m across it.
LENGTH_M: Final = 3.6
HALF_LANE_M: Final = 1.75
#: Slower than this a vehicle stands or creeps, kilometres an hour: walking pace and the error of a speed. A choice.
STANDS_KMH: Final = 10.0
#: COCO-80 class of motorcycles: two of them, or one beside a car, do share a lane.
MOTORCYCLE: Final = 3


class Taken(NamedTuple):
    """An older track at the place of a look.

    Attributes:
        track_id: its name; empty: none is older, but one stands there.
        stands: one stands there, so that whoever comes by cannot be there.
    """

    track_id: str
    stands: bool


def taken_places(tracks: Tracks, feet: Sequence[tuple[int, int, float, float]]) -> Mapping[int, Taken]:
    """Return the looks at which an older track, or one that stands, is at the same place: which one's place it is.

    Args:
        tracks: the second.
        feet: (box, track, metres along a direction, metres across it), ascending by time.

    Returns:
        By place in `feet`: the name of the oldest such track. Of two that began together the first in the message.
    """
    out: dict[int, Taken] = {}
    begin = 0
    for end in range(1, len(feet) + 1):
        if end < len(feet) and tracks.box_sample[feet[end][0]] == tracks.box_sample[feet[begin][0]]:
            continue
        for n, near in _near(tracks, feet, begin, end).items() if end - begin > 1 else ():
            own = feet[n][1]
            older = [one for one in near if one < (tracks.track_first_seen_us[own], own)]
            # Of two that stand the older one has the place.
            stands = any(_stands(tracks, i) for _, i in (older if _stands(tracks, own) else near))
            if older or stands:
                out[n] = Taken(tracks.track_id[min(older)[1]] if older else "", stands)
        begin = end
    return out


def _near(
    tracks: Tracks, feet: Sequence[tuple[int, int, float, float]], begin: int, end: int
) -> Mapping[int, list[tuple[int, int]]]:
    """Return who is near to a foot of one frame, from one on up to another: (first seen, track) of each, by its place.

    Sorted along the direction, who is near to a foot follows it: most pairs are never looked at.
    """
    frame = sorted((feet[n][2], feet[n][3], feet[n][1], n) for n in range(begin, end))
    found: dict[int, list[tuple[int, int]]] = {}
    for place, (along_m, across_m, own, n) in enumerate(frame, 1):
        for k in range(place, end - begin):
            along, across, other, m = frame[k]
            if along - along_m >= LENGTH_M:
                break
            if abs(across - across_m) >= HALF_LANE_M or other == own:
                continue
            if MOTORCYCLE not in {tracks.track_class[own], tracks.track_class[other]}:
                found.setdefault(n, []).append((tracks.track_first_seen_us[other], other))
                found.setdefault(m, []).append((tracks.track_first_seen_us[own], own))
    return found


def _stands(tracks: Tracks, track: int) -> bool:
    speed_kmh = tracks.track_speed_kmh[track]
    return speed_kmh is not None and speed_kmh < STANDS_KMH
