"""Shoulder driving: driving along on a shoulder, without coming to stand there. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from processors.rules.geometry import heading_deg, turn_deg
from processors.rules.ground import within
from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.enforced import enforced_scopes
from processors.violations.offence import Offence
from processors.violations.rolling import Rolling, rolled
from processors.violations.stop_line import ground_of
from processors.violations.walk import Spot, Walk


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one shoulder.

    Attributes:
        min_path_m: straight distance to be driven on it, metres; path - k * error must lie beyond. A choice.
        coverage_k: k: 1.96, 97.5 % one-sided for a normal error (JCGM 100:2008, annex G).
        min_kmh: slower on the whole, a vehicle comes to stand or starts, km/h. A choice.
        stop_m: whoever may stand within this distance beyond the way, or may have stood so near before it, is left,
            metres: by the acceleration that fits the looks, and k times its error. A choice.
        min_boxes: boxes behind the track.
        min_seen_ratio: share of the frames that were looked at on its way in which the vehicle must have been found: a
            track that is often not may be put together of two. A choice.
    """

    min_path_m: float = 30.0
    coverage_k: float = 1.96
    min_kmh: float = 20.0
    stop_m: float = 40.0
    min_boxes: float = 5.0
    min_seen_ratio: float = 0.7


#: A vehicle that was not seen on the shoulder for so long has left it.
GONE_US = 2_000_000
#: How long a proposed one is remembered, and how near two tracks of one vehicle lie, metres: a car's half-length.
REMEMBER_US = 10_000_000
SAME_M = 2.5
#: Vehicles followed on one camera.
MOST_DRIVES = 128
#: A box that ends below this share of the picture's height may be cut off by its lower edge, and its foot nearer.
WHOLE_RATIO = 0.94
#: Off the zone's direction by more, it is driven against it: wrong_way's matter.
ALONG_DEG = 90.0

Shoulder = tuple[Settings, Sequence[tuple[float, float]]]


@dataclass(slots=True)
class Drive:
    """A vehicle on a shoulder.

    Attributes:
        walk: its looks there.
        vehicle_class: COCO-80 class id of its track.
        boxes: boxes behind the track.
        done: it was proposed; it stays for a while, so that a second track of the same vehicle is no second one.
        sampled: number of the frame with which the next second begins, of the frames that were looked at since the
            drive began.
        frames: number of each look's frame, counted so: what was sampled while it drove, at whatever rate.
    """

    walk: Walk
    vehicle_class: int
    boxes: int
    done: bool = False
    sampled: int = 0
    frames: list[int] = field(default_factory=list)

    def add(self, spot: Spot, zone_id: str, sample: int) -> None:
        """Take in a look on a shoulder; sample: the number of its frame in its second."""
        if self.walk.zone_id not in {"", zone_id}:
            self.walk.spots.clear()
        self.walk.add(spot, zone_id)
        self.frames.append(self.sampled + sample)
        del self.frames[: -len(self.walk.spots)]

    @property
    def seen_ratio(self) -> float:
        """Share of the frames from its first look to its last one in which it was found."""
        return len(self.frames) / (self.frames[-1] - self.frames[0] + 1)

    def same(self, other: "Drive") -> bool:
        """Say whether another track is of the same vehicle: it was found at the same place in a frame of both."""
        places = {spot.at_us: spot for spot in self.walk.spots}
        both = [(places[spot.at_us], spot) for spot in other.walk.spots if spot.at_us in places]
        return any(math.hypot(a.x_m - b.x_m, a.y_m - b.y_m) <= SAME_M for a, b in both)


class ShoulderDriving:
    """Whoever breaks down drives there to come to stand, perhaps beyond the picture: who brakes or starts is left."""

    kind: ClassVar[str] = "shoulder_driving"
    version: ClassVar[str] = "shoulder_driving/2"

    def initial(self) -> dict[str, Drive]:
        """Nobody drives there."""
        return {}

    def observe(
        self, state: dict[str, Drive], second: Second, place: Place
    ) -> tuple[dict[str, Drive], Sequence[Offence]]:
        """Follow each vehicle on a shoulder; judge those that have left it."""
        scopes = place.scopes(self.kind, scopes_of)
        t, calibration = second.tracks, place.calibration
        if not scopes or not second.observed:
            return state, ()
        if calibration is None or t.calibration_version != calibration.version:
            return state, ()
        if t.box_x_m:
            _follow(state, second, scopes)
        for drive in state.values():
            drive.sampled += len(t.sample_at_us)
        offences: list[Offence] = []
        by_zone = {scope.zone_id: scope for scope in scopes}
        for track_id, drive in list(state.items()):
            gone_us = second.at_us - drive.walk.spots[-1].at_us
            if 0 <= gone_us < GONE_US or (drive.done and 0 <= gone_us < REMEMBER_US):
                continue
            del state[track_id]
            if drive.done or any(other.done and other.same(drive) for other in state.values()):
                continue
            scope = by_zone.get(drive.walk.zone_id)
            offence = _judge(track_id, drive, scope, second, place) if scope is not None else None
            if offence is not None:
                offences.append(offence)
                drive.done = True
                state[track_id] = drive
        return state, offences

    def pack(self, state: dict[str, Drive]) -> Any:
        """Return the state as plain data."""
        return {
            track: [drive.walk.pack(), drive.vehicle_class, drive.boxes, drive.done, drive.sampled, drive.frames]
            for track, drive in state.items()
        }

    def unpack(self, plain: Any) -> dict[str, Drive]:
        """Return the state from what `pack` gave."""
        return {track: Drive(Walk.unpack(walk), *rest) for track, (walk, *rest) in plain.items()}


def _follow(state: dict[str, Drive], second: Second, scopes: Sequence[Scope[Shoulder]]) -> None:
    """Take a second's boxes on shoulders into the drives, in place."""
    t = second.tracks
    for b, i, x, y in second.vehicle_feet:
        if t.box_y2_px[b] >= WHOLE_RATIO * t.height_px:
            continue
        zone_id = next((s.zone_id or "" for s in scopes if within(x, y, s.settings[1])), "")
        if not zone_id:
            continue
        drive = state.get(t.track_id[i])
        if drive is None:
            if len(state) >= MOST_DRIVES:
                continue
            drive = state[t.track_id[i]] = Drive(Walk([]), t.track_class[i], 0)
        drive.vehicle_class, drive.boxes = t.track_class[i], t.track_boxes[i]
        sample = t.box_sample[b]
        drive.add(Spot(t.sample_at_us[sample], round(x, 3), round(y, 3), second.sight_of_box(b)), zone_id, sample)


def _judge(track_id: str, drive: Drive, scope: Scope[Shoulder], second: Second, place: Place) -> Offence | None:
    """Return the offence of a vehicle that has left a shoulder, where its way surely is one and not to a stop."""
    settings, spots, calibration = scope.settings[0], drive.walk.spots, place.calibration
    assert calibration is not None
    assert scope.zone is not None
    first, last = spots[0], spots[-1]
    path = math.hypot(last.x_m - first.x_m, last.y_m - first.y_m)
    lasted_s = (last.at_us - first.at_us) / 1e6
    # Both ends of the way have the calibration's position error, independent of each other.
    error = math.hypot(math.sqrt(2.0) * calibration.position_error_m, path * calibration.scale_error_ratio)
    excess = path - settings.coverage_k * error - settings.min_path_m
    if excess <= 0 or drive.boxes < settings.min_boxes or path < settings.min_kmh / 3.6 * lasted_s:
        return None
    if drive.seen_ratio < settings.min_seen_ratio:
        return None
    permitted = scope.zone.heading_deg
    if (
        permitted is not None
        and turn_deg(heading_deg(last.x_m - first.x_m, last.y_m - first.y_m), permitted) > ALONG_DEG
    ):
        return None
    rolling = rolled(spots)
    if rolling is None or rolling.least_stop_m(settings.coverage_k) < settings.stop_m:
        return None
    return _offence(track_id, drive, scope, second, place, (path, error, excess), rolling)


def _offence(
    track_id: str,
    drive: Drive,
    scope: Scope[Shoulder],
    second: Second,
    place: Place,
    way: tuple[float, float, float],
    rolling: Rolling,
) -> Offence:
    path, error, excess = way
    settings, spots, t, calibration = scope.settings[0], drive.walk.spots, second.tracks, place.calibration
    assert calibration is not None
    mean_kmh = 3.6e6 * path / (spots[-1].at_us - spots[0].at_us)
    return Offence(
        track_id=track_id,
        vehicle_class=drive.vehicle_class,
        zone_id=scope.zone_id,
        since_us=spots[0].at_us,
        at_us=spots[-1].at_us,
        measured=round(path, 2),
        error=round(error, 2),
        limit=settings.min_path_m,
        unit="m",
        confidence_factor=settings.coverage_k,
        excess=round(excess, 2),
        worth=round(excess, 2),
        measures={
            "path_m": round(path, 2),
            "path_error_m": round(error, 2),
            "mean_kmh": round(mean_kmh, 1),
            "acceleration_mps2": round(rolling.mps2, 2),
            "acceleration_error_mps2": round(rolling.error_mps2, 2),
        },
        summary=f"Driven along on the shoulder (zone {scope.zone_id}) for {path:.0f} m "
        f"(+-{settings.coverage_k * error:.0f}) at {mean_kmh:.0f} km/h, not to a stop",
        onset=spots[0].sight,
        sight=spots[-1].sight,
        clock_source=t.clock_source,
        registry_version=t.registry_version,
        calibration_version=t.calibration_version,
        calibration_method=calibration.method,
        model_version=t.model_version,
        middle=spots[len(spots) // 2].sight,
    )


def scopes_of(place: Place) -> list[Scope[Shoulder]]:
    """Return the shoulders of a calibrated enforcement camera."""
    out: list[Scope[Shoulder]] = []
    for scope in enforced_scopes(place, ShoulderDriving.kind, Settings, frozenset({"shoulder"})):
        assert scope.zone is not None
        corners = ground_of(place, scope.zone)
        if corners:
            out.append(Scope(scope.zone, scope.index, scope.bit, (scope.settings, corners), scope.area_m2))
    return out
