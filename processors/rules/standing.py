"""Standing: follows the places at which vehicles stand, through a lost track, a passing lorry, a sparse look. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processors.rules.geometry import containment, iou
from processors.rules.second import Second
from processors.rules.sight import Sight

#: Looks after which a place is one where a vehicle stands, not one it passes.
MATURE = 3
#: Looks in a row that a standing vehicle must be elsewhere to have left: one bad box is none.
LEAVING = 2
#: Seconds from the last look at a vehicle whose track then went elsewhere, within which whoever stands at its place is
#: the same one, under a track that began since (see `may_be`): the track went over to another's box. A choice: the next
#: of a queue is at its place in two seconds already (decision 0284), under the track that it had before.
RETURN_S = 4.0
#: The looks after MATURE over which a place's box is taken anew: in the first ones the vehicle still rolls or brakes.
SETTLING = 5
#: A part of a vehicle (half hidden) lies inside its whole, and is no smaller than this share of it.
PART, PART_AREA = 0.85, 0.3
#: Seconds looked at after which a vehicle that was hardly there is forgotten.
PASSING_S = 2.0
#: Two boxes that overlap so are one vehicle, detected twice.
TWICE_IOU = 0.7
#: Vehicles followed on one camera.
MOST_STANDS = 256


@dataclass(slots=True)
class Stand:
    """A place where a vehicle stands, or is just passing.

    Attributes:
        zone_id: its zone.
        first_track_id: the vehicle's first track; names it.
        track_id: its present track.
        since_us: when it was first seen there.
        seen_us: when it was last seen there.
        hits: seconds in which it was seen there.
        inside: of them, those in which it was in the zone.
        off: seconds in a row in which its track was seen elsewhere.
        absent_us: time looked at since it was last seen, microseconds.
        foot_x_px: sum over the hits of its foot point's x, the registry's pixels.
        foot_y_px: likewise y.
        box: where it came to stand, x1, y1, x2, y2, the registry's pixels; fixed after MATURE + SETTLING looks.
        onset: pictures of that.
    """

    zone_id: str
    first_track_id: str
    track_id: str
    since_us: int
    seen_us: int
    hits: int
    inside: int
    off: int
    absent_us: int
    foot_x_px: float
    foot_y_px: float
    box: list[float]
    onset: Sight

    @property
    def foot_px(self) -> tuple[float, float]:
        """The mean foot point, the registry's pixels."""
        return self.foot_x_px / self.hits, self.foot_y_px / self.hits

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [
            *(self.zone_id, self.first_track_id, self.track_id, self.since_us, self.seen_us, self.hits, self.inside),
            *(self.off, self.absent_us, self.foot_x_px, self.foot_y_px, self.box, self.onset.pack()),
        ]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Stand":
        """Return what `pack` gave."""
        return cls(*[*plain[:-1], Sight(*plain[-1])])


def follow(
    stands: Sequence[Stand],
    second: Second,
    index: Mapping[str, int],
    zone_of: Callable[[int], str | None],
    least_iou: float,
    occlusion_s: float,
) -> tuple[list[Stand], dict[int, int]]:
    """Match the vehicles of a second to the places where vehicles stood.

    Args:
        stands: the places so far; changed in place.
        second: the second, observed.
        index: place in the track arrays of each vehicle to be followed, by track.
        zone_of: gives the zone of a vehicle by its place in the track arrays, None where it is in none.
        least_iou: overlap of a box with the place, from which on the vehicle stands there.
        occlusion_s: how long a vehicle may be out of sight, looked for or not, and be taken for the same again: from
            its last look to the begin of the second in which it is seen again.

    Returns:
        The places kept, and for each that is seen now, by its position among them, the place in the track arrays.
    """
    kept: list[Stand] = []
    here: dict[int, int] = {}
    free = dict(index)
    boxes = second.mean_box
    for stand in stands:
        # Over time in which nobody looked one may have left and another have come: a place does not outlast it, neither
        # under the same track.
        if second.begins_us - stand.seen_us > occlusion_s * 1e6 or _left(stand, second):
            continue
        i = free.get(stand.track_id)
        if i is None:
            stand.absent_us += second.step_us
            if stand.absent_us <= (occlusion_s if stand.hits >= MATURE else PASSING_S) * 1e6:
                kept.append(stand)
        elif same_place(boxes[i], stand.box, least_iou):
            _seen(stand, boxes[i], second, zone_of(i))
            del free[stand.track_id]
            here[len(kept)] = i
            kept.append(stand)
        elif stand.hits >= MATURE:
            stand.off += 1
            kept.append(stand)
            if stand.off < LEAVING:
                del free[stand.track_id]
    # A vehicle at a place whose own track is elsewhere in this very second is the same: none leaves and is replaced so
    # soon. What went away is the track, to a second box of the vehicle or to another one.
    away = [n for n, stand in enumerate(kept) if n not in here and stand.hits >= MATURE]
    twice = _join(kept, here, away, second, zone_of, least_iou)
    for track_id, i in free.items():
        box = boxes[i]
        # Whoever drives through a place does not stand there.
        stands_now = second.last_box[i] >= 0 and second.steady[i] >= least_iou
        back = next(
            (n for n in away if stands_now and same_place(box, kept[n].box, least_iou) and may_be(kept[n], i, second)),
            None,
        )
        if back is not None:
            away.remove(back)
            kept[back].track_id = track_id
            _seen(kept[back], box, second, zone_of(i))
            here[back] = i
        elif (
            stands_now
            and len(kept) < MOST_STANDS
            and (zone_id := zone_of(i)) is not None
            and not any(iou(box, kept[n].box) >= TWICE_IOU for n in here)
        ):
            here[len(kept)] = i
            kept.append(
                Stand(
                    *(zone_id, track_id, track_id, second.at_us, second.at_us, 1, 1, 0, 0),
                    *((box[0] + box[2]) / 2, box[3], list(box), second.sight_of(i)),
                )
            )
    if twice or any(stand.off >= LEAVING for stand in kept):
        stay = [n for n, stand in enumerate(kept) if not _left(stand, second) and n not in twice]
        here = {place: here[n] for place, n in enumerate(stay) if n in here}
        kept = [kept[n] for n in stay]
    return kept, here


def _left(stand: Stand, second: Second) -> bool:
    """Say whether a vehicle has left its place: its track is elsewhere, and nobody has stood here since."""
    return stand.off >= LEAVING and second.begins_us - stand.seen_us > RETURN_S * 1e6


def may_be(stand: Stand, i: int, second: Second) -> bool:
    """Say whether a track at a place may be its vehicle's whose own track went elsewhere.

    After LEAVING looks only one that began since: who was in view before is the next of a queue that has moved up, two
    seconds after the last look where boxes that overlap by half are at one place.
    """
    return stand.off <= LEAVING or second.tracks.track_first_seen_us[i] > stand.seen_us


def _join(
    kept: Sequence[Stand],
    here: dict[int, int],
    away: list[int],
    second: Second,
    zone_of: Callable[[int], str | None],
    least_iou: float,
) -> set[int]:
    """Give stays without their vehicle that of a later stay at the same place; return which were joined to them.

    A second box of the vehicle began a place of its own while the first was still seen.
    """
    joined: set[int] = set()
    for n in tuple(away):
        stand = kept[n]
        for m, i in here.items():
            later = kept[m].since_us > stand.since_us and may_be(stand, i, second)
            if later and same_place(kept[m].box, stand.box, least_iou):
                away.remove(n)
                joined.add(m)
                stand.track_id = kept[m].track_id
                _seen(stand, second.mean_box[i], second, zone_of(i))
                here[n] = here.pop(m)
                break
    return joined


def _seen(stand: Stand, box: Sequence[float], second: Second, zone_id: str | None) -> None:
    stand.seen_us, stand.absent_us, stand.off = second.at_us, 0, 0
    stand.hits += 1
    stand.box = settled(stand.box, box, stand.hits)
    stand.inside += zone_id == stand.zone_id
    if zone_id is not None and 2 * stand.inside < stand.hits <= MATURE + SETTLING:
        # The first looks, while it still rolled or was badly seen, were of another zone: it stands in this one.
        stand.zone_id, stand.inside = zone_id, 1
    stand.foot_x_px += (box[0] + box[2]) / 2
    stand.foot_y_px += box[3]


def settled(spot: Sequence[float], box: Sequence[float], hits: int) -> list[float]:
    """Return a place's box after a further look: the mean of the looks after the first, then fixed.

    A place that followed its vehicle for longer would take one that creeps in a queue for standing.

    Args:
        spot: the place's box so far.
        box: the vehicle's box in the look.
        hits: looks so far, this one included.
    """
    n = hits - MATURE
    if not 0 < n <= SETTLING:
        return list(spot)
    return [round(old + (new - old) / n, 2) for old, new in zip(spot, box, strict=True)]


def same_place(box: Sequence[float], spot: Sequence[float], least_iou: float) -> bool:
    """Say whether a box shows a vehicle at a place: it overlaps it well, or is a part of it (half hidden)."""
    overlap = iou(box, spot)
    if overlap >= least_iou:
        return True
    if overlap <= 0:
        return False
    area = (box[2] - box[0]) * (box[3] - box[1])
    whole = (spot[2] - spot[0]) * (spot[3] - spot[1])
    return PART_AREA * whole <= area < whole and containment(box, spot) >= PART
