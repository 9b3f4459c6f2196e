"""Driven way: a vehicle's way through a zone in which it must not drive, and what is remembered of a camera's. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processors.rules.sight import Sight
from processors.violations.offence import Offence

#: Over a longer time without a place a track may have gone over to another vehicle, seconds; a choice.
MOST_GAP_S = 2.0


@dataclass(slots=True)
class Way:
    """A vehicle's way in a zone.

    Attributes:
        zone_id: the zone.
        since_us: when it was first seen there.
        seen_us: when the vehicle was last seen, anywhere.
        x_m: where it came in, or was first seen there, metres.
        y_m: likewise.
        spoilt: it was too slow, or seemed to be one that may.
        over: it left the picture, or the track made a step that no vehicle can: what it shows since is another one.
        inside: whether its latest look was in the zone.
        vehicle_class: COCO-80 class of its track when it was last followed.
        judged: seconds in which it was asked whether an elder track shows the vehicle, too.
        doubled: those of them in which one does.
        last_us: when it was last seen with a place that steps are told from.
        last_x_m: that place, metres.
        last_y_m: likewise.
        step_mps: speed of the way there from the place before, metres a second; None: there was none.
        step_s: how long that took, seconds.
        pace_mps: speed that tracking had for it when it was first seen in the zone, metres a second; None: none.
        pace_error_mps: error of it that is reckoned with.
        heading_deg: its direction then, degrees clockwise from +y; None: none.
        cut: whether the picture's lower edge cut its latest box.
        measured: tracking had a speed for it in a second of its way.
        boxes: those behind its present track.
        earlier_boxes: those behind the tracks that showed it before.
        onset: pictures of the begin.
        best: its longest measurement, None before one is beyond the limit.
    """

    zone_id: str
    since_us: int
    seen_us: int
    x_m: float
    y_m: float
    spoilt: bool
    over: bool
    inside: bool
    vehicle_class: int
    judged: int
    doubled: int
    last_us: int
    last_x_m: float
    last_y_m: float
    step_mps: float | None
    step_s: float
    pace_mps: float | None
    pace_error_mps: float
    heading_deg: float | None
    cut: bool
    measured: bool
    boxes: int
    earlier_boxes: int
    onset: Sight
    best: Offence | None

    def step(
        self, seen_us: tuple[int, int], x_m: float, y_m: float, most_mps2: float, noise_m: float, *, cut: bool
    ) -> bool:
        """Take the next place; say whether one vehicle can have driven there, as fast as it had come.

        The foot of a box that the picture's lower edge cuts stays at the edge while the vehicle drives on: no step is
        told from it. Who comes in over the edge begins there; whoever is seen whole again must be where they can be.

        Args:
            seen_us: when it was seen again after the place before, and when it was seen at this place, microseconds
                since the Unix epoch: more than MOST_GAP_S may lie between the places, but not without a look.
            x_m: the place, metres.
            y_m: likewise.
            most_mps2: most that the speed may change, metres a second squared.
            noise_m: error of a place that is reckoned with, metres.
            cut: whether the picture's lower edge cuts the box.
        """
        again_us, at_us = seen_us
        comes_in, self.cut = self.cut and self.step_mps is None, cut
        if comes_in or (cut and self.step_mps is None):
            self.last_us, self.last_x_m, self.last_y_m = at_us, x_m, y_m
            return True
        if cut:
            return True
        lasted_s = (at_us - self.last_us) / 1e6
        if lasted_s <= 0:
            return True
        if again_us - self.last_us > MOST_GAP_S * 1e6:
            return False
        mps = math.hypot(x_m - self.last_x_m, y_m - self.last_y_m) / lasted_s
        before_mps, before_s = self.step_mps, self.step_s
        self.last_us, self.last_x_m, self.last_y_m, self.step_mps, self.step_s = at_us, x_m, y_m, mps, lasted_s
        if before_mps is None:
            return True
        # The difference of two speeds has three places in it, weighted 1, -2, 1: sqrt(6) of one's error, see way.py.
        allowed = most_mps2 * (before_s + lasted_s) / 2 + math.sqrt(6.0) * noise_m / min(before_s, lasted_s)
        return abs(mps - before_mps) <= allowed

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [
            *(self.zone_id, self.since_us, self.seen_us, self.x_m, self.y_m, self.spoilt, self.over),
            *(self.inside, self.vehicle_class, self.judged, self.doubled, self.last_us, self.last_x_m, self.last_y_m),
            *(self.step_mps, self.step_s, self.pace_mps, self.pace_error_mps, self.heading_deg, self.cut),
            *(self.measured, self.boxes, self.earlier_boxes, self.onset.pack()),
            self.best.pack() if self.best is not None else None,
        ]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Way":
        """Return what `pack` gave."""
        *fields, onset, best = plain
        return cls(*[*fields, Sight(*onset), Offence.unpack(best) if best is not None else None])


@dataclass(slots=True)
class Drives:
    """What a rule remembers of a camera.

    Attributes:
        ways: of vehicles that were in a zone, by track.
        slow: when vehicles that were slow outside the zones were last seen, by track, the least recently seen first.
    """

    ways: dict[str, Way]
    slow: dict[str, int]

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [{track: way.pack() for track, way in self.ways.items()}, list(self.slow.items())]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Drives":
        """Return what `pack` gave."""
        ways, slow = plain
        return cls({track: Way.unpack(way) for track, way in ways.items()}, dict(slow))
