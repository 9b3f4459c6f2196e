"""Wrong way: driven against a zone's permitted direction. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.geometry import heading_deg, turn_deg
from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.violations.against import Against, Drive
from processors.violations.carriageway import Carriageway, carriageway_of
from processors.violations.enforced import enforced_scopes
from processors.violations.offence import Offence
from processors.violations.too_close import heard
from processors.violations.trail import go_on, places_of, tells_speed
from schemas.messages import Calibration


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        min_turn_deg: angle to the permitted direction from which on it is driven against: 120 degrees leaves a lane
            change, a curve and half a U-turn out.
        min_path_m: straight distance to be driven so, metres: more than manoeuvring out of a bay or round an obstacle.
        min_s: time to be driven so, seconds: 1.5 asks for three looks, as the last frames of two camera-seconds lie a
            little less than a second apart.
        coverage_k: angle - k * error must lie beyond min_turn_deg, and the path likewise.
        min_boxes: boxes behind the track.
        jump_ratio: a step between two looks that is so many times as long as the vehicle's speed allows is a jump of
            its track to another vehicle. Above 1, as a far foot point is seen with more error than the calibration's.
        min_from_middle_m: so far from a middle line that the other side's traffic may be over, metres: who overtakes
            or goes round an obstacle from there keeps to the lane beside the line. A lane's width, 3.5 m.
    """

    min_turn_deg: float = 120.0
    min_path_m: float = 12.0
    min_s: float = 1.5
    coverage_k: float = 1.96
    min_boxes: float = 5.0
    jump_ratio: float = 1.5
    min_from_middle_m: float = 3.5


#: A scope's settings, and the side of the street where it has a middle line; None: no traffic comes over.
Where = tuple[Settings, Carriageway | None]


#: Longest time between two looks at one drive.
GAP_US = 3_000_000
#: A step that lies nearer to the permitted direction than this is one with the traffic: half-way round.
ALONG_DEG = 90.0
#: Vehicles followed on one camera.
MOST_DRIVES = 256


class WrongWay:
    """Holds the direction of a vehicle's way over the ground, from where it turned, against its zone's."""

    kind: ClassVar[str] = "wrong_way"
    version: ClassVar[str] = "wrong_way/4"

    def initial(self) -> Against:
        """Nobody drives against the direction."""
        return Against({}, {})

    def observe(self, state: Against, second: Second, place: Place) -> tuple[Against, Sequence[Offence]]:
        """Look at each vehicle's direction."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        drives = state.drives
        t = second.tracks
        for track in [track for track, one in drives.items() if not 0 <= second.at_us - one.seen_us <= GAP_US]:
            del drives[track]
        calibration = place.calibration
        if calibration is None or t.calibration_version != calibration.version:
            return state, ()
        least = min(s.settings[0].min_turn_deg for s in scopes)
        ways = [s.zone.heading_deg for s in scopes if s.zone is not None and s.zone.heading_deg is not None]
        offences: list[Offence] = []
        for i, heading in enumerate(t.track_heading_deg):
            drive = drives.get(t.track_id[i])
            afresh = drive is not None and _went_over(drive, i, second, scopes[0].settings[0])
            if heading is None:
                # Below walking pace the direction is unknown: what was begun waits.
                if afresh:
                    del drives[t.track_id[i]]
                elif drive is not None:
                    drive.seen_us = second.at_us
                continue
            if t.track_class[i] not in MOTOR_VEHICLES:
                continue
            if not _is_against(heading, ways, least):
                drives.pop(t.track_id[i], None)
                continue
            offence = self._vehicle(drives, i, heading, second, scopes, place, afresh=afresh)
            if offence is not None:
                offences.append(offence)
        return state, heard(state.same, offences, second, {track: one.since_us for track, one in drives.items()})

    def _vehicle(
        self,
        state: dict[str, Drive],
        i: int,
        heading: float,
        second: Second,
        scopes: Sequence[Scope[Where]],
        place: Place,
        *,
        afresh: bool,
    ) -> Offence | None:
        t = second.tracks
        calibration = place.calibration
        track_id, x, y = t.track_id[i], t.track_x_m[i], t.track_y_m[i]
        mask = second.zone_mask[i]
        scope = next((s for s in scopes if mask & s.bit), None)
        if scope is None or scope.zone is None or scope.zone.heading_deg is None or x is None or y is None:
            state.pop(track_id, None)
            return None
        assert calibration is not None
        (settings, side), permitted = scope.settings, scope.zone.heading_deg
        zone_id = scope.zone.zone_id
        if turn_deg(heading, permitted) < settings.min_turn_deg or _near_middle(side, x, y, settings, calibration):
            state.pop(track_id, None)
            return None
        drive = state.get(track_id)
        if (
            drive is None
            or afresh
            or drive.zone_id != zone_id
            or not _is_driven(drive, i, second, settings, permitted, calibration.position_error_m)
        ):
            if drive is not None or len(state) < MOST_DRIVES:
                state[track_id] = Drive(
                    *(zone_id, second.at_us, second.at_us, x, y, x, y, second.at_us, second.sight_of(i)),
                    go_on([], places_of(i, second), settings.coverage_k)[0] if drive is None else drive.trail,
                )
            return None
        drive.seen_us = drive.last_us = second.at_us
        drive.last_x_m, drive.last_y_m = x, y
        path = math.hypot(x - drive.x_m, y - drive.y_m)
        lasted_s = (second.at_us - drive.since_us) / 1e6
        if path <= 0 or lasted_s < settings.min_s or t.track_boxes[i] < settings.min_boxes:
            return None
        # Both ends of the way have the calibration's position error, independent of each other.
        path_error = math.hypot(math.sqrt(2) * calibration.position_error_m, path * calibration.scale_error_ratio)
        error_deg = math.degrees(math.atan2(math.sqrt(2) * calibration.position_error_m, path))
        turn = turn_deg(heading_deg(x - drive.x_m, y - drive.y_m), permitted)
        excess = turn - settings.coverage_k * error_deg - settings.min_turn_deg
        if path - settings.coverage_k * path_error < settings.min_path_m or excess <= 0:
            return None
        return Offence(
            track_id=track_id,
            vehicle_class=t.track_class[i],
            zone_id=zone_id,
            since_us=drive.since_us,
            at_us=second.at_us,
            measured=round(turn, 1),
            error=round(error_deg, 1),
            limit=settings.min_turn_deg,
            unit="deg",
            confidence_factor=settings.coverage_k,
            excess=round(excess, 1),
            worth=round(path - settings.coverage_k * path_error, 2),
            measures={
                "turn_deg": round(turn, 1),
                "path_m": round(path, 2),
                "path_error_m": round(path_error, 2),
                "lasted_s": round(lasted_s, 1),
            },
            summary=f"Driven {path:.0f} m against the direction of zone {zone_id}, {turn:.0f} degrees off it, "
            f"for {lasted_s:.0f} s",
            onset=drive.onset,
            sight=second.sight_of(i),
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=calibration.method,
            model_version=t.model_version,
        )

    def pack(self, state: Against) -> Any:
        """Return the state as plain data."""
        return state.pack()

    def unpack(self, plain: Any) -> Against:
        """Return the state from what `pack` gave."""
        return Against.unpack(plain)


def _is_against(heading_deg: float, ways: Sequence[float], least_deg: float) -> bool:
    """Say whether a heading is so far off one of the permitted ones: before the vehicle's zone is asked for."""
    for way in ways:  # noqa: SIM110  most vehicles stop here: a generator costs more
        if turn_deg(heading_deg, way) >= least_deg:
            return True
    return False


def _went_over(drive: Drive, i: int, second: Second, settings: Settings) -> bool:
    """Let a drive's trail go on; say whether its track went over to another vehicle, or may have done so unseen.

    Where a queue stands, its vehicles look alike: a track whose vehicle is missed goes over to the one behind, again
    and again, and its place moves backwards without anybody driving. A trail too short to tell a speed says nothing of
    what came after it.
    """
    points = places_of(i, second)
    unknown = bool(points) and not tells_speed(drive.trail)
    drive.trail, over = go_on(drive.trail, points, settings.coverage_k)
    return over or unknown


def _is_driven(
    drive: Drive, i: int, second: Second, settings: Settings, permitted_deg: float, position_error_m: float
) -> bool:
    """Say whether the way since the last look is one that the vehicle can have driven, and not along the direction.

    Where a track goes over to another vehicle, its place jumps by more than its speed allows, or moves with the traffic
    while its heading, smoothed over two seconds, is still that of the jump.
    """
    t = second.tracks
    x, y, speed = t.track_x_m[i], t.track_y_m[i], t.track_speed_kmh[i]
    assert x is not None
    assert y is not None
    step = math.hypot(x - drive.last_x_m, y - drive.last_y_m)
    noise = settings.coverage_k * math.sqrt(2) * position_error_m
    if step <= noise:
        return True
    if turn_deg(heading_deg(x - drive.last_x_m, y - drive.last_y_m), permitted_deg) < ALONG_DEG:
        return False
    most_kmh = (speed or 0.0) + settings.coverage_k * (t.track_speed_error_kmh[i] or 0.0)
    return step <= settings.jump_ratio * most_kmh / 3.6 * (second.at_us - drive.last_us) / 1e6 + noise


def _near_middle(side: Carriageway | None, x: float, y: float, settings: Settings, calibration: Calibration) -> bool:
    """Say whether a place may be in the lane beside a middle line, where the other side's traffic may rightly be."""
    if side is None:
        return False
    error_m = settings.coverage_k * calibration.position_error_m
    return -side.beyond_m(x, y) - error_m < settings.min_from_middle_m


def scopes_of(place: Place) -> list[Scope[Where]]:
    """Return the zones with a permitted direction of a calibrated enforcement camera.

    A zone that says whether its left border may be driven over, by the limit `oncoming`, lies beside a middle line.
    """
    found = enforced_scopes(place, WrongWay.kind, Settings, frozenset({"roadway", "lane"}))
    return [
        Scope(
            s.zone,
            s.index,
            s.bit,
            (s.settings, carriageway_of(place, s.zone) if "oncoming" in s.zone.limits else None),
            s.area_m2,
        )
        for s in found
        if s.zone is not None and s.zone.heading_deg is not None
    ]
