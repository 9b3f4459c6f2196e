"""CrossingWatch: the people on and beside a camera's crossings, and the motor vehicles that come to them. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from processors.rules.second import PERSON, Foot, Second
from processors.rules.sight import Sight
from processors.violations.ground_area import GroundArea
from processors.violations.walk import Spot, Walk

#: Who was not seen for longer is forgotten.
GONE_US = 3_000_000
#: So many people, and so many vehicles, near the crossings of one camera at most: with all of them the state stays
#: below 64 KB, a sixteenth of what its topic takes.
MOST_WALKS = 40
#: Vehicles are followed so near to a crossing, metres: at 60 km/h two seconds, more looks than show a vehicle driven.
VEHICLE_NEAR_M = 35.0
#: People are followed so near to one, metres: where who runs at 2.5 m/s was 2.4 s before they stepped onto it.
PERSON_NEAR_M = 6.0
#: Frames that are nearer to the last one than this are left out, microseconds: five a second are enough for the rules,
#: and a camera that is looked at more often must not have a larger state.
EVERY_US = 150_000


@dataclass(slots=True)
class CrossingWatch:
    """Who is near the crossings of one camera.

    Attributes:
        people: walks of people, by track.
        vehicles: ways of motor vehicles, by track.
        judged_us: time of the last look that was judged, microseconds since the Unix epoch.
    """

    people: dict[str, Walk] = field(default_factory=dict)
    vehicles: dict[str, Walk] = field(default_factory=dict)
    judged_us: int = 0

    def follow(self, second: Second, areas: Mapping[str, GroundArea]) -> None:
        """Take a second's boxes of people and motor vehicles near the crossings into their walks.

        Args:
            second: one whose boxes are on the ground.
            areas: the crossings, by zone.
        """
        t = second.tracks
        if second.at_us < self.judged_us:
            self.judged_us = 0
        taken = self._taken(t.sample_at_us)
        crossings = list(areas.values())
        for walks, near_m, feet in (
            (self.people, PERSON_NEAR_M, _people(second)),
            (self.vehicles, VEHICLE_NEAR_M, second.vehicle_feet),
        ):
            for b, i, x, y in feet:
                if t.box_sample[b] not in taken:
                    continue
                walk = walks.get(t.track_id[i])
                for area in crossings:
                    if area.is_near(x, y, near_m):
                        break
                else:
                    if walk is not None:
                        walk.zone_id = ""
                    continue
                if walk is None:
                    if len(walks) >= MOST_WALKS:
                        continue
                    walk = walks[t.track_id[i]] = Walk([])
                zone_id = ""
                if walks is self.people:
                    zone_id = next((zone_id for zone_id, area in areas.items() if area.contains(x, y)), "")
                seen = second.sight_of_box(b)
                # What the state is written with: a picture's box to a tenth of a pixel, as the evidence has it.
                sight = Sight(*seen[:6], [round(edge, 1) for edge in seen.boxes_xyxy_px])
                walk.add(Spot(t.sample_at_us[t.box_sample[b]], round(x, 3), round(y, 3), sight), zone_id)

    def _taken(self, sample_at_us: Sequence[int]) -> set[int]:
        """Return which of a second's frames are looked at."""
        taken = set()
        last_us = self.judged_us
        for n, at_us in enumerate(sample_at_us):
            if at_us - last_us >= EVERY_US:
                taken.add(n)
                last_us = at_us
        return taken

    def leave(self, at_us: int) -> None:
        """Forget who was not seen for GONE_US before a time, microseconds since the Unix epoch, or only after it."""
        for walks in (self.people, self.vehicles):
            for name in [n for n, walk in walks.items() if not 0 <= at_us - walk.spots[-1].at_us <= GONE_US]:
                del walks[name]

    def judged(self, at_us: int, walk_s: float, picture_s: float) -> None:
        """Keep only what looks after a time need.

        Args:
            at_us: that time; all looks until then are judged.
            walk_s: how long before a look the walks are wanted.
            picture_s: how long before a look the pictures are wanted, and the walks of people before that.
        """
        self.judged_us = at_us
        for walks, span_s in ((self.vehicles, walk_s), (self.people, walk_s + picture_s)):
            for name, walk in list(walks.items()):
                since_us, pictures_us = at_us - span_s * 1e6, at_us - picture_s * 1e6
                walk.spots = [
                    spot if spot.at_us >= pictures_us or not spot.sight.track_ids else _bare(spot)
                    for spot in walk.spots
                    if spot.at_us >= since_us
                ]
                if not walk.spots:
                    del walks[name]

    def pack(self) -> list[Any]:
        """Return this as plain data: each frame once, places in millimetres, boxes in tenths of a pixel."""
        frames: dict[tuple[Any, ...], int] = {}
        walks = [
            {
                name: [
                    walk.zone_id,
                    walk.since_us,
                    [frames.setdefault(spot.sight[:5], len(frames)) for spot in walk.spots],
                    [round(1e3 * spot.x_m) for spot in walk.spots],
                    [round(1e3 * spot.y_m) for spot in walk.spots],
                    [round(10.0 * edge) for spot in walk.spots for edge in spot.sight.boxes_xyxy_px],
                ]
                for name, walk in of.items()
            }
            for of in (self.people, self.vehicles)
        ]
        return [[list(frame) for frame in frames], *walks, self.judged_us]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "CrossingWatch":
        """Return what `pack` gave."""
        frames, people, vehicles, judged_us = plain
        return cls(
            {name: _walk(name, frames, walk) for name, walk in people.items()},
            {name: _walk(name, frames, walk) for name, walk in vehicles.items()},
            judged_us,
        )


def _people(second: Second) -> Sequence[Foot]:
    """Return the boxes of people with a place on the ground, as `Second.vehicle_feet` has those of vehicles."""
    t = second.tracks
    of, xs, ys, finite = t.box_track, t.box_x_m, t.box_y_m, math.isfinite
    return [
        (b, of[b], xs[b], ys[b])
        for b in second.boxes_in_time
        if t.track_class[of[b]] == PERSON and finite(xs[b]) and finite(ys[b])
    ]


def _bare(spot: Spot) -> Spot:
    """Return a look without its box."""
    return Spot(spot.at_us, spot.x_m, spot.y_m, Sight(*spot.sight[:5], [], []))


def _walk(name: str, frames: Sequence[Sequence[int]], plain: Sequence[Any]) -> Walk:
    """Return a track's walk from plain data; its last looks have boxes."""
    zone_id, since_us, seen_in, x_mm, y_mm, edges = plain
    bare = len(seen_in) - len(edges) // 4
    spots = []
    for n, frame in enumerate(frames[k] for k in seen_in):
        box = edges[4 * (n - bare) : 4 * (n - bare) + 4] if n >= bare else []
        epoch_us, sequence, partition, offset, at_us = frame
        drawn = [name] if box else []
        sight = Sight(epoch_us, sequence, partition, offset, at_us, drawn, [edge / 10.0 for edge in box])
        spots.append(Spot(at_us, x_mm[n] / 1e3, y_mm[n] / 1e3, sight))
    return Walk(spots, zone_id, since_us)
