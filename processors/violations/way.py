"""Way: where one vehicle was seen around a stop line, and when it passed the line, with the error of that. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from processors.rules.second import Foot, Second
from processors.rules.sight import Sight
from processors.violations.stop_line import StopLine
from processors.violations.taken_places import taken_places

#: Looks kept before the line and in all: two before it give a speed, those beyond it are a few seconds.
MOST_BEFORE = 4
MOST_LOOKS = 24
#: Where vehicles are followed, metres before the line.
BEFORE_M = 35.0
#: Vehicles followed on one camera, and how long one may be out of sight.
MOST_WAYS = 128
GAP_US = 2_500_000
#: A track has just begun that was first seen less than this before: two looks at two frames a second, microseconds.
FRESH_US = 1_100_000
#: Sum of the squares of three changes of speed in units of coverage_k (1.96) errors: 99 % of chi^2 with three degrees
#: of freedom, 11.34, over 1.96^2.
MOST_SQUARES = 2.95
#: A box that ends so close to the picture's lower edge is cut off there: its foot is nearer than it seems, pixels.
EDGE_PX = 3.0


class Look(NamedTuple):
    """One box of the vehicle.

    Attributes:
        at_us: capture time, microseconds since the Unix epoch.
        along_m: its foot beyond the line, metres; negative: before it.
        across_m: its foot across the direction, metres to the right.
        cut: the picture's lower edge cuts the box: along_m is the least it can be.
        sight: its picture.
        beside: the older track at whose place it is in the same frame (see taken_places); empty: none.
        taken: that one stands there.
    """

    at_us: int
    along_m: float
    across_m: float
    cut: bool
    sight: Sight
    beside: str = ""
    taken: bool = False

    @property
    def height_px(self) -> float:
        """Height of the box, pixels."""
        _, y1, _, y2 = self.sight.boxes_xyxy_px[:4]
        return y2 - y1


#: The looks of a second near a line: of each its track, its place beyond the line (see `looks_near`) and itself; and by
#: track.
Near = tuple[Sequence[tuple[int, float, Look]], Mapping[int, Sequence[Look]]]
#: Makes a named tuple of all its values: in half the time that its own class takes.
_made = tuple.__new__


class Passing(NamedTuple):
    """When a vehicle's front passed the line.

    Attributes:
        at_us: the instant, microseconds since the Unix epoch.
        error_s: its standard uncertainty, seconds.
        before: place of the last look before the line; the next one is the first beyond it.
    """

    at_us: int
    error_s: float
    before: int


@dataclass(slots=True)
class Way:
    """A vehicle's way.

    Attributes:
        looks: ascending by time: the last MOST_BEFORE before the line, then those beyond it.
        done: the rule has decided about it.
        vehicle_class: COCO-80 class as it was last voted.
    """

    looks: list[Look]
    done: bool = False
    vehicle_class: int = -1

    def passing(self, position_error_m: float) -> Passing | None:
        """Return when the line was passed; None where that was not seen.

        Between the last look before the line and the first beyond it the way is taken as evenly driven; where the first
        look beyond is cut off by the picture's edge, the speed is that of the two looks before.

        Args:
            position_error_m: standard uncertainty of a foot's place against the line's, metres.
        """
        looks = self.looks
        beyond = next((n for n, look in enumerate(looks) if look.along_m >= 0), 0)
        if not beyond:
            return None
        before, first, second = looks[beyond - 1], looks[beyond - 1], looks[beyond]
        if second.cut:
            if beyond < 2:
                return None
            first, second = looks[beyond - 2], before
        lasted_s = (second.at_us - first.at_us) / 1e6
        path_m = second.along_m - first.along_m
        if path_m <= 0 or lasted_s <= 0:
            return None
        speed_mps = path_m / lasted_s
        share = (0.0 - first.along_m) / path_m
        # Both looks' errors, weighted as they enter the place between (or, beyond them, outside) the two.
        error_s = position_error_m * math.hypot(1.0 - share, share) / speed_mps
        at_us = first.at_us + round(share * lasted_s * 1e6)
        return Passing(at_us, error_s, beyond - 1)

    def driven(
        self,
        first: int,
        last: int,
        *,
        most_gap_s: float,
        most_aside_m: float,
        most_mps2: float,
        noise_m: float,
        most_up_mps2: float = math.inf,
        usual_mps2: float = math.inf,
    ) -> bool:
        """Say whether one vehicle can have driven from one look to another; else the track went over to a neighbour.

        Args:
            first: place of the first look.
            last: place of the last one.
            most_gap_s: most that two looks in a row may lie apart, seconds.
            most_aside_m: most that two looks in a row may lie apart across the direction, metres.
            most_mps2: most that the speed may change, metres a second squared.
            most_up_mps2: most that it may rise, likewise: nobody speeds up as hard as they brake.
            usual_mps2: what it changes by usually; what all changes have beyond it, in units of their errors, must be
                no more than errors make in 99 of 100 ways (MOST_SQUARES).
            noise_m: error of a look's place along the way that is reckoned with, metres. The difference of two speeds
                has three looks in it, weighted 1, -2, 1: the error of the three together is sqrt(6) of one's; that of
                two steps apart has four.
        """
        looks = self.looks[first : last + 1]
        for a, b in pairwise(looks):
            if abs(b.across_m - a.across_m) > most_aside_m or b.at_us - a.at_us > most_gap_s * 1e6:
                return False
        whole = [look for look in looks if not look.cut]
        steps = [(b.along_m - a.along_m, (b.at_us - a.at_us) / 1e6) for a, b in pairwise(whole)]
        speeds = [(path_m / lasted_s, lasted_s) for path_m, lasted_s in steps if lasted_s > 0]
        squares = 0.0
        for n, (after, after_s) in enumerate(speeds):
            apart_s = after_s / 2
            for k in range(n - 1, -1, -1):
                before, before_s = speeds[k]
                change, most = abs(after - before), min(most_up_mps2, most_mps2) if after > before else most_mps2
                lasted_s = apart_s + before_s / 2
                apart_s += before_s
                # steps that follow each other share a look
                adjacent = k == n - 1
                apart = math.sqrt(2.0) * math.hypot(1 / before_s, 1 / after_s)
                error = noise_m * (math.sqrt(6.0) / min(before_s, after_s) if adjacent else apart)
                if change > most * lasted_s + error:
                    return False
                if adjacent and error > 0:
                    squares += max((change - usual_mps2 * lasted_s) / error, 0.0) ** 2
        return squares <= MOST_SQUARES

    def unbroken(self, first: int, most_gap_s: float) -> int:
        """Return the place of the first look from which on none is missing before the one at `first`."""
        while first and self.looks[first].at_us - self.looks[first - 1].at_us <= most_gap_s * 1e6:
            first -= 1
        return first

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [self.looks, self.done, self.vehicle_class]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Way":
        """Return what `pack` gave."""
        # Looks of a rule whose version is older than `beside` have none.
        looks, done, vehicle_class = plain
        return cls(
            [
                Look(at_us, along_m, across_m, cut, Sight(*sight), *beside)
                for at_us, along_m, across_m, cut, sight, *beside in looks
            ],
            done,
            vehicle_class,
        )


def follow(
    ways: dict[str, Way], second: Second, line: StopLine, at_line_m: float = 0.0, fresh_m: float = 0.0
) -> list[int]:
    """Take a second's boxes of motor vehicles near the line into their ways, in place; drop those out of sight.

    Args:
        ways: by track.
        second: the second.
        line: the line.
        at_line_m: a way begins before the line or less than so far beyond it, metres.
        fresh_m: the way of a track that has just begun may begin so far beyond it, likewise: see succession.

    Returns:
        Indices of the tracks with a way, as the second has them.
    """
    t = second.tracks
    for track_id in [name for name, way in ways.items() if not 0 <= second.at_us - way.looks[-1].at_us <= GAP_US]:
        del ways[track_id]
    near: set[int] = set()
    unknown: set[int] = set()
    for i, own in looks_by_track(second, line).items():
        way = ways.get(t.track_id[i])
        if way is None:
            unknown.add(i)
            continue
        way.vehicle_class = t.track_class[i]
        near.add(i)
        add_looks(way.looks, own)
    for i, begins_m, look in looks_near(second, line) if unknown else ():
        if i not in unknown:
            continue
        way = ways.get(t.track_id[i])
        if way is None:
            # Who comes from elsewhere, or is first seen beyond the line, did not pass it before our eyes.
            just_begun = begins_m < fresh_m and look.at_us - t.track_first_seen_us[i] <= FRESH_US
            if not (begins_m < at_line_m or just_begun) or len(ways) >= MOST_WAYS:
                continue
            way = ways[t.track_id[i]] = Way([])
        way.vehicle_class = t.track_class[i]
        near.add(i)
        if not way.looks or look.at_us > way.looks[-1].at_us:
            add_look(way.looks, look)
    return sorted(near)


def looks_near(second: Second, line: StopLine) -> Sequence[tuple[int, float, Look]]:
    """Return the looks of a second near a line, ascending by time, for all rules that ask.

    Returns:
        Of each its track, as the second has it; its place beyond the line, infinite aside of it: where a way may begin;
        the look.
    """
    return _near(second, line)[0]


def looks_by_track(second: Second, line: StopLine) -> Mapping[int, Sequence[Look]]:
    """Return the same looks by track, as the second has them, in the order in which the tracks are first seen."""
    return _near(second, line)[1]


def _near(second: Second, line: StopLine) -> Near:
    known: Near | None = second.shared.get(line)
    if known is not None:
        return known
    t = second.tracks
    found: list[tuple[int, float, Look]] = []
    feet: list[Foot] = []
    sample_at_us, box_sample, lower_px = t.sample_at_us, t.box_sample, t.box_y2_px
    edge_px, left_m, right_m = t.height_px - EDGE_PX, line.left_m, line.right_m
    # As StopLine's along_m and across_m: a second has dozens of feet, and a call costs more than the sums.
    east, north, line_m, sight_of = line.east, line.north, line.line_m, second.sight_of_box
    for b, i, x, y in second.vehicle_feet:
        along = x * east + y * north - line_m
        if along < -BEFORE_M:
            continue
        across = x * north - y * east
        at_us, cut = sample_at_us[box_sample[b]], lower_px[b] >= edge_px
        look = _made(Look, (at_us, round(along, 3), round(across, 3), cut, sight_of(b), "", False))
        found.append((i, along if left_m <= across <= right_m else math.inf, look))
        feet.append((b, i, along, across))
    for n, older in taken_places(t, feet).items():
        i, begins_m, look = found[n]
        found[n] = (i, begins_m, look._replace(beside=older.track_id, taken=older.stands))
    of: dict[int, list[Look]] = {}
    for i, _, look in found:
        own = of.get(i)
        if own is None:
            of[i] = [look]
        else:
            own.append(look)
    near = second.shared[line] = (found, of)
    return near


def add_looks(looks: list[Look], new: Sequence[Look]) -> None:
    """Add a known track's looks of a second, ascending by time, to its way's, in place, as `add_look` one by one."""
    last = looks[-1]
    if last.along_m < 0:
        last_us = last.at_us
        for look in new:
            if look.along_m >= 0 or look.at_us <= last_us:
                break
            last_us = look.at_us
        else:  # before the line and still before it, as all are that wait
            looks += new
            del looks[:-MOST_BEFORE]
            return
    for look in new:
        # Of a track that goes on with another's way, what was seen beside that one is left.
        if look.at_us > looks[-1].at_us:
            add_look(looks, look)


def add_look(looks: list[Look], look: Look) -> None:
    """Add a look to a way's, in place; what no rule needs any more leaves."""
    looks.append(look)
    if look.along_m < 0:
        # Whoever is before the line (again) has not passed it: what was beyond is forgotten.
        if len(looks) > 1 and looks[-2].along_m >= 0:
            looks[:] = [one for one in looks if one.along_m < 0]
        del looks[:-MOST_BEFORE]
    elif len(looks) > MOST_LOOKS:
        # The first looks beyond the line are of its passing and stay; the middle of a long wait goes.
        del looks[MOST_LOOKS // 2]
