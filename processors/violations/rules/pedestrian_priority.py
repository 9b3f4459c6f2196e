"""Pedestrian priority: passing before a person who walks over a crossing without a signal. Sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.rules.sight import Sight
from processors.violations.crossing_watch import CrossingWatch
from processors.violations.drive import apart, driven
from processors.violations.encounter import Encounter, encounter
from processors.violations.enforced import enforced_scopes
from processors.violations.ground_area import GroundArea
from processors.violations.offence import Offence
from processors.violations.second_box import elder_of
from processors.violations.stop_line import ground_of
from processors.violations.walk import Line, Spot, Walk, fitted


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
        min_kmh: slower a vehicle rolls up to the crossing, km/h; speed - k * error must lie above it. A choice.
        most_gap_s: most that two looks at the vehicle in a row may lie apart, seconds: over a longer gap its track may
            have gone over to another, or to the person: only looks after it count. A choice.
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


#: A zone's limit of 1 says that no signal stands at the crossing.
UNSIGNALLED = "unsignalled"
#: A way that stays farther from a crossing than this does not lead over it, metres.
BESIDE_M = 1.0

Crossing = tuple[Settings, GroundArea]
#: An encounter, whose walk, where, and the vehicle's looks before and after.
Passing = tuple[Encounter, Walk, Scope[Crossing], Spot, Spot]
#: The people who are on a crossing, each with where.
Walkers = Sequence[tuple[str, Walk, Scope[Crossing]]]
#: Walks by person and time until which they are fitted; None: what they did tells no even walk.
Lines = dict[tuple[str, int], Line | None]


class PedestrianPriority:
    """Holds the gap between a vehicle's front and a person who walks towards its path against the time left to them."""

    kind: ClassVar[str] = "pedestrian_priority"
    version: ClassVar[str] = "pedestrian_priority/3"

    def initial(self) -> CrossingWatch:
        """Nobody is there."""
        return CrossingWatch()

    def observe(self, state: CrossingWatch, second: Second, place: Place) -> tuple[CrossingWatch, Sequence[Offence]]:
        """Follow people and vehicles; return the vehicles that passed before somebody in this second."""
        scopes = place.scopes(self.kind, scopes_of)
        t, calibration = second.tracks, place.calibration
        if not scopes or not second.observed:
            return state, ()
        if calibration is None or t.calibration_version != calibration.version:
            return state, ()
        state.leave(second.at_us)
        if not t.box_x_m:
            return state, ()
        by_zone = {scope.zone_id or "": scope for scope in scopes}
        state.follow(second, {zone_id: scope.settings[1] for zone_id, scope in by_zone.items()})
        walkers = [
            (name, walk, by_zone[walk.zone_id]) for name, walk in state.people.items() if walk.zone_id in by_zone
        ]
        offences: list[Offence] = []
        lines: Lines = {}
        for i, track_id in enumerate(t.track_id if walkers else ()):
            way = state.vehicles.get(track_id)
            worst = _worst(way, state.judged_us, walkers, lines, place) if way is not None else None
            # Two boxes of one vehicle: the elder track's is judged, a second box may be metres aside of the vehicle.
            if worst is not None and elder_of(i, second) is None:
                offences.append(_offence(*worst, i, second, place))
        settings = [scope.settings[0] for scope in scopes]
        # Both looks before a passing lie within two gaps of the one after it.
        state.judged(second.at_us, max(s.walk_s for s in settings), 2.0 * max(s.most_gap_s for s in settings))
        return state, offences

    def pack(self, state: CrossingWatch) -> Any:
        """Return the state as plain data."""
        return state.pack()

    def unpack(self, plain: Any) -> CrossingWatch:
        """Return the state from what `pack` gave."""
        return CrossingWatch.unpack(plain)


def _worst(way: Walk, judged_us: int, walkers: Walkers, lines: Lines, place: Place) -> Passing | None:
    """Return a vehicle's worst encounter of those looks that are not judged yet: the one with the least gap.

    Args:
        way: the vehicle's.
        judged_us: time until which its looks were judged.
        walkers: who is on a crossing.
        lines: walks that were fitted in this second, taken from and added to.
        place: the camera.
    """
    worst: Passing | None = None
    for n, after in enumerate(way.spots):
        if after.at_us <= judged_us:
            continue
        befores: dict[str, Sequence[Spot]] = {}
        for name, walk, scope in walkers:
            if walk.zone_id not in befores:
                befores[walk.zone_id] = _befores(way.spots[: n + 1], scope.settings)
            for before in befores[walk.zone_id]:
                # The walk is fitted anew at each look: who seems to have passed already by one fit has not by the next.
                key = (name, before.at_us)
                if key not in lines:
                    lines[key] = _line(before, walk, scope.settings[0])
                line = lines[key]
                found = _found(before, after, line, walk, scope, place) if line is not None else None
                if found is not None and (worst is None or found.gap_s < worst[0].gap_s):
                    worst = (found, walk, scope, before, after)
    return worst


def _befores(spots: Sequence[Spot], crossing: Crossing) -> Sequence[Spot]:
    """Return the looks from which a vehicle may have passed a crossing until its last one; none: it surely did not."""
    settings, area = crossing
    looks = apart(spots, settings.walk_s)
    # After a long gap it may be another vehicle's track: what was seen since is held against itself alone.
    gaps = [n for n in range(1, len(looks)) if looks[n].at_us - looks[n - 1].at_us > settings.most_gap_s * 1e6]
    looks = looks[gaps[-1] :] if gaps else looks
    after = looks[-1]
    if len(looks) < settings.least_looks:
        return ()
    chosen = [one for one in looks[-3:-1] if area.may_meet((one.x_m, one.y_m), (after.x_m, after.y_m), BESIDE_M)]
    if not chosen or not driven(
        looks,
        min_kmh=settings.min_kmh,
        most_gap_s=settings.most_gap_s,
        most_turn_deg=settings.most_turn_deg,
        most_mps2=settings.most_mps2,
        noise_m=settings.coverage_k * settings.foot_error_m,
    ):
        return ()
    return chosen


def _line(before: Spot, walk: Walk, settings: Settings) -> Line | None:
    """Return a person's walk until a look at a vehicle: what the vehicle made them do is no longer their walk."""
    line = fitted(walk.spots, before.at_us - settings.walk_s * 1e6, before.at_us)
    return None if line is None or line.residual_m > settings.coverage_k * settings.foot_error_m else line


def _found(before: Spot, after: Spot, line: Line, walk: Walk, scope: Scope[Crossing], place: Place) -> Encounter | None:
    """Return the encounter of a vehicle and a person between two looks at it, where it proves the offence."""
    settings, area = scope.settings
    assert place.calibration is not None
    found = encounter(
        before,
        after,
        line,
        half_width_m=settings.half_width_m,
        foot_error_m=settings.foot_error_m,
        scale_error_ratio=place.calibration.scale_error_ratio,
    )
    if found is None or not _proves(found, walk, settings) or not area.contains(*found.front_m):
        return None
    # Both looks' errors make the speed between them: who rolls, or stands while their box jumps, did not pass.
    error_mps = math.sqrt(2.0) * settings.foot_error_m * 1e6 / (after.at_us - before.at_us)
    if 3.6 * (found.speed_mps - settings.coverage_k * error_mps) <= settings.min_kmh:
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
    out: list[Scope[Crossing]] = []
    for scope in enforced_scopes(place, PedestrianPriority.kind, Settings, frozenset({"crossing"})):
        assert scope.zone is not None
        corners = ground_of(place, scope.zone)
        if corners and scope.zone.limits.get(UNSIGNALLED, 0.0):
            out.append(
                Scope(scope.zone, scope.index, scope.bit, (scope.settings, GroundArea.of(corners)), scope.area_m2)
            )
    return out
