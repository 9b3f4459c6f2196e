"""Pedestrian priority: passing before a person who walks over a crossing without a signal. Sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from processors.rules.ground import within
from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, PERSON, Second
from processors.rules.sight import Sight
from processors.violations.drive import apart, driven
from processors.violations.encounter import Encounter, encounter
from processors.violations.offence import Offence
from processors.violations.stop_line import ground_of
from processors.violations.walk import Spot, Walk, fitted


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one crossing.

    Attributes:
        max_gap_s: gap below which the vehicle did not give way, seconds: gap + k * error must lie below. A person at
            1.4 m/s walks from the kerb of three lanes to the third in 6 s: less is somebody on the driver's own half
            who walks towards them. A choice.
        coverage_k: k: 1.96, 97.5 % one-sided for a normal error (JCGM 100:2008, annex G).
        notice_s: time for which the person must have been on the crossing by then, seconds: a second of reaction and
            half a second to begin to brake. A choice.
        min_pace_mps: the person's pace towards the path must lie above it by k times its error, metres a second: who
            stands, or strolls along the kerb, is not crossing. A third of a free walk (1.34, Weidmann 1993).
        walk_s: time before the passing over which the walk is taken as straight and even, seconds. A choice.
        half_width_m: from the middle of the vehicle's path to where it touches a person, metres: half a car, 0.9, and
            something of a person. A choice.
        foot_error_m: standard uncertainty of a foot's place against another's of the same camera, metres. A choice.
        min_kmh: slower a vehicle rolls up to the crossing, km/h. A choice.
        most_gap_s: most that two looks at the vehicle in a row may lie apart, seconds: over a longer gap its track may
            have gone over to another, or to the person. A choice.
        least_looks: looks at the vehicle, 0.4 s apart, that show it driven. A choice.
        most_turn_deg: most that a vehicle's way may turn between two looks: more is a track that went over to another.
        most_mps2: most that its speed may change, metres a second squared, beside the looks' errors: who brakes harder
            than 5 tries to give way, and a track that goes over to another vehicle changes by more. A choice.
    """

    max_gap_s: float = 6.0
    coverage_k: float = 1.96
    notice_s: float = 1.5
    min_pace_mps: float = 0.4
    walk_s: float = 3.0
    half_width_m: float = 1.0
    foot_error_m: float = 0.3
    min_kmh: float = 8.0
    most_gap_s: float = 1.1
    least_looks: float = 4.0
    most_turn_deg: float = 30.0
    most_mps2: float = 5.0


#: Nothing is remembered for longer, and so many people and vehicles of one camera at most.
GONE_US = 3_000_000
MOST_WALKS = 128
#: A zone's limit of 1 says that no signal stands at the crossing.
UNSIGNALLED = "unsignalled"

Crossing = tuple[Settings, Sequence[tuple[float, float]]]
#: An encounter, whose walk, where, and the vehicle's looks before and after.
Passing = tuple[Encounter, Walk, Scope[Crossing], Spot, Spot]


@dataclass(slots=True)
class Seen:
    """Who is before the camera.

    Attributes:
        people: walks of people, by track.
        vehicles: ways of motor vehicles, by track.
        judged_us: time of the last look that was judged, microseconds since the Unix epoch.
    """

    people: dict[str, Walk] = field(default_factory=dict)
    vehicles: dict[str, Walk] = field(default_factory=dict)
    judged_us: int = 0


class PedestrianPriority:
    """Holds the gap between a vehicle's front and a person who walks towards its path against the time left to them."""

    kind: ClassVar[str] = "pedestrian_priority"
    version: ClassVar[str] = "pedestrian_priority/1"

    def initial(self) -> Seen:
        """Nobody is there."""
        return Seen()

    def observe(self, state: Seen, second: Second, place: Place) -> tuple[Seen, Sequence[Offence]]:
        """Follow people and vehicles; return the vehicles that passed before somebody in this second."""
        scopes = place.scopes(self.kind, scopes_of)
        t, calibration = second.tracks, place.calibration
        if not scopes or not second.observed:
            return state, ()
        if calibration is None or t.calibration_version != calibration.version:
            return state, ()
        for walks in (state.people, state.vehicles):
            for name in [n for n, walk in walks.items() if not 0 <= second.at_us - walk.spots[-1].at_us <= GONE_US]:
                del walks[name]
        if not t.box_x_m:
            return state, ()
        _follow(state, second, scopes)
        offences: list[Offence] = []
        if any(walk.zone_id for walk in state.people.values()):
            by_zone = {scope.zone_id: scope for scope in scopes}
            for i, track_id in enumerate(t.track_id):
                way = state.vehicles.get(track_id)
                offence = self._judge(way, i, state, second, by_zone, place) if way is not None else None
                if offence is not None:
                    offences.append(offence)
        state.judged_us = second.at_us
        return state, offences

    def _judge(
        self,
        way: Walk,
        i: int,
        state: Seen,
        second: Second,
        by_zone: dict[str | None, Scope[Crossing]],
        place: Place,
    ) -> Offence | None:
        """Return a vehicle's worst encounter of this second: the one with the least gap."""
        worst: Passing | None = None
        for n, after in enumerate(way.spots):
            if after.at_us <= state.judged_us:
                continue
            for walk in state.people.values():
                scope = by_zone.get(walk.zone_id)
                if scope is None:
                    continue
                settings = scope.settings[0]
                looks = apart(way.spots[: n + 1], settings.walk_s)
                if len(looks) < settings.least_looks or not driven(
                    looks,
                    min_kmh=settings.min_kmh,
                    most_gap_s=settings.most_gap_s,
                    most_turn_deg=settings.most_turn_deg,
                    most_mps2=settings.most_mps2,
                    noise_m=settings.coverage_k * settings.foot_error_m,
                ):
                    continue
                # The walk is fitted anew at each look: who seems to have passed already by one fit has not by the next.
                for before in looks[-3:-1]:
                    found = _found(before, after, walk, scope, place)
                    if found is not None and (worst is None or found.gap_s < worst[0].gap_s):
                        worst = (found, walk, scope, before, after)
        return _offence(*worst, i, second, place) if worst is not None else None

    def pack(self, state: Seen) -> Any:
        """Return the state as plain data."""
        people, vehicles = (
            {name: walk.pack() for name, walk in walks.items()} for walks in (state.people, state.vehicles)
        )
        return [people, vehicles, state.judged_us]

    def unpack(self, plain: Any) -> Seen:
        """Return the state from what `pack` gave."""
        people, vehicles, judged_us = plain
        return Seen(
            {name: Walk.unpack(walk) for name, walk in people.items()},
            {name: Walk.unpack(walk) for name, walk in vehicles.items()},
            judged_us,
        )


def _follow(state: Seen, second: Second, scopes: Sequence[Scope[Crossing]]) -> None:
    """Take a second's boxes of people and motor vehicles into their walks, in place."""
    t = second.tracks
    for b in sorted(range(len(t.box_track)), key=t.box_sample.__getitem__):
        i = t.box_track[b]
        x, y, coco = t.box_x_m[b], t.box_y_m[b], t.track_class[i]
        if not (math.isfinite(x) and math.isfinite(y)) or (coco != PERSON and coco not in MOTOR_VEHICLES):
            continue
        walks = state.people if coco == PERSON else state.vehicles
        walk = walks.get(t.track_id[i])
        if walk is None:
            if len(walks) >= MOST_WALKS:
                continue
            walk = walks[t.track_id[i]] = Walk([])
        zone_id = ""
        if coco == PERSON:
            zone_id = next((s.zone_id or "" for s in scopes if within(x, y, s.settings[1])), "")
        spot = Spot(t.sample_at_us[t.box_sample[b]], round(x, 3), round(y, 3), second.sight_of_box(b))
        walk.add(spot, zone_id)


def _found(before: Spot, after: Spot, walk: Walk, scope: Scope[Crossing], place: Place) -> Encounter | None:
    """Return the encounter of a vehicle and a person between two looks at it, where it proves the offence."""
    settings, corners = scope.settings
    assert place.calibration is not None
    # What the vehicle made the person do is no longer their walk.
    line = fitted(walk.spots, before.at_us - settings.walk_s * 1e6, before.at_us)
    if line is None or line.residual_m > settings.coverage_k * settings.foot_error_m:
        return None
    found = encounter(
        before,
        after,
        line,
        half_width_m=settings.half_width_m,
        foot_error_m=settings.foot_error_m,
        scale_error_ratio=place.calibration.scale_error_ratio,
    )
    if found is None or not _proves(found, walk, settings) or not within(*found.front_m, corners):
        return None
    return found


def _proves(found: Encounter, walk: Walk, settings: Settings) -> bool:
    """Say whether the whole tolerance interval of an encounter lies beyond what is allowed."""
    return (
        found.gap_s + settings.coverage_k * found.error_s < settings.max_gap_s
        and found.pace_mps - settings.coverage_k * found.pace_error_mps > settings.min_pace_mps
        and found.at_us - walk.since_us >= settings.notice_s * 1e6
    )


def _offence(  # noqa: PLR0917 (an encounter, and whose it is)
    found: Encounter,
    walk: Walk,
    scope: Scope[Crossing],
    before: Spot,
    after: Spot,
    i: int,
    second: Second,
    place: Place,
) -> Offence:
    t, calibration, settings = second.tracks, place.calibration, scope.settings[0]
    assert calibration is not None
    excess = settings.max_gap_s - found.gap_s - settings.coverage_k * found.error_s
    return Offence(
        track_id=t.track_id[i],
        vehicle_class=t.track_class[i],
        zone_id=scope.zone_id,
        since_us=walk.since_us,
        at_us=found.at_us,
        measured=round(found.gap_s, 2),
        error=round(found.error_s, 2),
        limit=settings.max_gap_s,
        unit="s",
        confidence_factor=settings.coverage_k,
        excess=round(excess, 2),
        worth=round(excess, 2),
        measures={
            "gap_s": round(found.gap_s, 2),
            "gap_error_s": round(found.error_s, 2),
            "person_from_path_m": round(found.aside_m - settings.half_width_m, 2),
            "person_pace_mps": round(found.pace_mps, 2),
            "person_on_crossing_s": round((found.at_us - walk.since_us) / 1e6, 1),
            "vehicle_kmh": round(3.6 * found.speed_mps, 1),
        },
        summary=f"Passed over the crossing {scope.zone_id}, where no signal stands, {found.gap_s:.1f} s "
        f"(+-{settings.coverage_k * found.error_s:.1f}) before a person who had been walking over it for "
        f"{(found.at_us - walk.since_us) / 1e6:.1f} s",
        onset=_together(before, walk),
        sight=_together(after, walk),
        clock_source=t.clock_source,
        registry_version=t.registry_version,
        calibration_version=t.calibration_version,
        calibration_method=calibration.method,
        model_version=t.model_version,
    )


def _together(vehicle: Spot, walk: Walk) -> Sight:
    """Return the picture of a look at the vehicle, with the person's box where the same frame shows it."""
    person = next((spot.sight for spot in walk.spots if spot.at_us == vehicle.at_us), None)
    if person is None:
        return vehicle.sight
    return vehicle.sight._replace(
        track_ids=[*vehicle.sight.track_ids, *person.track_ids],
        boxes_xyxy_px=[*vehicle.sight.boxes_xyxy_px, *person.boxes_xyxy_px],
    )


def scopes_of(place: Place) -> list[Scope[Crossing]]:
    """Return the crossings that say they have no signal, of a calibrated enforcement camera."""
    if place.calibration is None or not place.camera.analysis.enforcement:
        return []
    out: list[Scope[Crossing]] = []
    for scope in place.zone_scopes(PedestrianPriority.kind, Settings, frozenset({"crossing"})):
        assert scope.zone is not None
        corners = ground_of(place, scope.zone)
        if corners and scope.zone.limits.get(UNSIGNALLED, 0.0):
            out.append(Scope(scope.zone, scope.index, scope.bit, (scope.settings, corners), scope.area_m2))
    return out
