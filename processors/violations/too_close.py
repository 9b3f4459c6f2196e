"""too_close: further tracks of vehicles that drive: who seems nearer to one than two vehicles can be. Pure."""

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from operator import itemgetter
from typing import Any, Final

from processors.rules.second import Foot, Second
from processors.violations.offence import Offence
from processors.violations.second_box import ACROSS_M, ALONG_M, LEAST_IOU, MOTORCYCLE, one_vehicle

#: Feet that are farther apart along either axis are two vehicles', whatever their heading, metres.
MOST_APART_M: Final = math.hypot(ACROSS_M, ALONG_M)

#: Further tracks remembered on one camera; the oldest leave.
MOST_SAME: Final = 256


@dataclass(slots=True)
class Companion:
    """A track that seemed to show another track's vehicle for a second or more.

    Attributes:
        first: that other track.
        near_s: seconds in which it seemed so.
        both_s: seconds in which both tracks were in view.
    """

    first: str
    near_s: int
    both_s: int

    @property
    def is_same(self) -> bool:
        """Whether it shows that vehicle: it did so in most of the seconds; who is overtaken does so in one or two."""
        return 2 * self.near_s > self.both_s

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [self.first, self.near_s, self.both_s]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Companion":
        """Return what `pack` gave."""
        return cls(*plain)


def near_pairs(second: Second, about: Container[str], least_iou: float = LEAST_IOU) -> set[tuple[str, str]]:
    """Return the pairs of tracks of a second that show one vehicle each, in both orders.

    As for `second_box.elder_of`: their feet are nearer than two vehicles', and their boxes overlap, in most frames that
    both have. A motorcycle rides between the lanes, and is nobody's further track.

    Args:
        second: the second.
        about: of each pair one is among these tracks.
        least_iou: how much boxes of one vehicle overlap at least.
    """
    t = second.tracks
    wanted = [track in about for track in t.track_id]
    frames: dict[int, list[Foot]] = {}
    for foot in second.vehicle_feet:
        if t.track_class[foot[1]] != MOTORCYCLE:
            frames.setdefault(t.box_sample[foot[0]], []).append(foot)
    both: dict[tuple[int, int], list[bool]] = {}
    for feet in frames.values():
        for (b, i, x, y), (c, j, other_x, other_y) in combinations(sorted(feet, key=itemgetter(1)), 2):
            if i == j or not (wanted[i] or wanted[j]):
                continue
            maybe = abs(other_x - x) < MOST_APART_M and abs(other_y - y) < MOST_APART_M  # most stop here
            both.setdefault((i, j), []).append(
                maybe and one_vehicle(b, c, _heading_deg(i, j, second), second, least_iou)
            )
    found = [(t.track_id[i], t.track_id[j]) for (i, j), near in both.items() if 2 * sum(near) > len(near)]
    return {*found, *((j, i) for i, j in found)}


def _heading_deg(i: int, j: int, second: Second) -> float | None:
    """Return the heading of the one that began first, or the other's where that has none."""
    t = second.tracks
    elder, other = sorted((i, j), key=lambda k: (t.track_first_seen_us[k], t.track_id[k]))
    return t.track_heading_deg[other] if t.track_heading_deg[elder] is None else t.track_heading_deg[elder]


def join(same: dict[str, Companion], second: Second, driving: Mapping[str, int]) -> set[str]:
    """Remember in place which tracks seem to show a vehicle that drives, by another track; at most MOST_SAME.

    What is found does not depend on the order of the tracks in the message.

    Args:
        same: what is known, by further track, the oldest first.
        second: the second.
        driving: tracks of such vehicles, and since when each is known, microseconds since the Unix epoch; of two such
            tracks of one vehicle the later one is the further.

    Returns:
        The further tracks that were in this second beside one of `driving` that is known for longer: what that one
        shows counts.
    """
    t = second.tracks
    if not same and not any(track in driving for track in t.track_id):
        return set()
    begun_us = dict(zip(t.track_id, t.track_first_seen_us, strict=True))
    pairs = near_pairs(second, driving.keys() | {further for further in begun_us if further in same})
    for further in begun_us:
        known = same.get(further)
        if known is not None and known.first in begun_us:
            known.both_s += 1
            known.near_s += (further, known.first) in pairs
    order = sorted((driving[track], track) for track in begun_us if track in driving)
    for place, (_, first) in enumerate(order):
        elder = {track for _, track in order[: place + 1]}
        for further in sorted(other for track, other in pairs if track == first and other not in elder):
            known = same.get(further)
            if (known is not None and (known.is_same or known.first == first)) or _leads_to(same, first, further):
                continue
            # They were beside each other neither before both were in view nor, as far as is known, before it drove so.
            together_us = second.ends_us - max(begun_us[first], begun_us[further], driving[first])
            same[further] = Companion(first, 1, max(1, -(-together_us // second.step_us)) if second.step_us else 1)
            if len(same) > MOST_SAME:
                del same[next(iter(same))]
    return {
        further
        for further in begun_us
        if (one := same.get(further)) is not None
        and (further, one.first) in pairs
        and one.first in driving
        and driving[one.first] <= driving.get(further, second.ends_us)
    }


def heard(
    same: dict[str, Companion], offences: Sequence[Offence], second: Second, driving: Mapping[str, int]
) -> list[Offence]:
    """Return a second's offences, each under the first track of its vehicle.

    One of a further track is left out while the other track is beside it: what that one shows counts. So a box between
    two vehicles charges neither with the other's.

    Args:
        same: as in `join`, and as changed there.
        offences: what was found, by track.
        second: the second.
        driving: as in `join`.
    """
    beside = join(same, second, driving)
    return [replace(one, track_id=name_of(same, one.track_id)) for one in offences if one.track_id not in beside]


def name_of(same: Mapping[str, Companion], track: str) -> str:
    """Return the first track of the vehicle that a track shows: itself, where it is nobody's further track."""
    while (one := same.get(track)) is not None and one.is_same:
        track = one.first
    return track


def _leads_to(same: Mapping[str, Companion], track: str, end: str) -> bool:
    """Say whether a track is one or the further one of another, by whatever was ever seen: no track is its own."""
    while track != end:
        one = same.get(track)
        if one is None:
            return False
        track = one.first
    return True
