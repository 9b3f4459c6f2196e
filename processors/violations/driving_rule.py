"""DrivingRule: what the rules on driving where one must not share: a way through a zone, judged when it is over."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.driven_way import Drives, Way
from processors.violations.enforced import enforced_scopes
from processors.violations.ground_area import GroundArea
from processors.violations.lost_way import LOST_S, lost
from processors.violations.offence import Offence
from processors.violations.second_box import ALONG_M, elder_of
from processors.violations.stop_line import ground_of


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        min_path_m: straight distance to be driven in the zone, metres; path - k * error must lie beyond.
        coverage_k: k.
        min_kmh: slower anywhere in view, a vehicle comes to stand or starts, which is another matter, km/h.
        min_boxes: boxes behind the track.
        most_mps2: most that the speed may change from one second to the next, beside the looks' own errors: above it a
            track has gone over to another vehicle. 6: a lorry that brakes as hard as it can; a choice.
    """

    min_path_m: float = 12.0
    coverage_k: float = 1.96
    min_kmh: float = 12.0
    min_boxes: float = 5.0
    most_mps2: float = 6.0


#: A vehicle that was not seen for so long has left.
GONE_US = 2_000_000
#: Error of a foot point within a vehicle's box, metres, beside the calibration's; a choice.
FOOT_ERROR_M = 0.5
#: A box that ends so close to the picture's lower edge is cut off there, pixels.
EDGE_PX = 3.0
#: Share of its height by which a box that goes down has gone down: above what its lower edge errs from look to look,
#: below what a vehicle that leaves drives in a second. A choice.
DOWN_RATIO = 0.1
#: Times `min_boxes` that a track must have while no speed was measured on it: its few looks may be of two vehicles, or
#: of bad boxes beside one that stands. A choice.
UNMEASURED_FACTOR = 4.0
#: Vehicles followed on one camera.
MOST_WAYS = 256
#: Slow vehicles outside the zones remembered on one camera; the least recently seen leave first.
MOST_SLOW = 256


class DrivingRule:
    """Follows vehicles of its classes through its zones; proposes their longest way once they have left."""

    kind: ClassVar[str]
    zone_kinds: ClassVar[frozenset[str]]
    triggers: ClassVar[frozenset[str]] = frozenset()
    #: COCO-80 classes that must not drive there.
    vehicles: ClassVar[frozenset[int]]
    #: Classes that excuse a vehicle whenever it is voted one, also while the picture's edge cuts it, until it is gone.
    excused: ClassVar[frozenset[int]] = frozenset()
    #: Classes that excuse a vehicle that is voted one in a zone before it is voted one of `vehicles`.
    excused_before: ClassVar[frozenset[int]] = frozenset()
    #: Whether a track that begins in a zone may go on with the way of one that was lost there: nobody follows another.
    alone: ClassVar[bool] = False
    #: What it did, in words.
    did: ClassVar[str]
    defaults: ClassVar[type[Settings]] = Settings

    def initial(self) -> Drives:
        """Nobody drives there."""
        return Drives({}, {})

    def observe(self, state: Drives, second: Second, place: Place) -> tuple[Drives, Sequence[Offence]]:
        """Follow each vehicle's way; return those that are over."""
        scopes = place.scopes(self.kind, self.scopes_of)
        if not scopes or not second.observed:
            return state, ()
        t = second.tracks
        if place.calibration is None or t.calibration_version != place.calibration.version:
            return state, ()
        masks = second.zone_mask if t.track_id else []
        for i, track_id in enumerate(t.track_id):
            scope = next((s for s in scopes if masks[i] & s.bit), None)
            settings = scopes[0].settings if scope is None else scope.settings
            way = state.ways.get(track_id) or self._met(state, i, second, scope, settings)
            if way is not None:
                own = next((s for s in scopes if s.zone_id == way.zone_id), None)
                self._go_on(way, i, second, own, settings, place)
        offences = []
        for track_id, seen_us in list(state.slow.items()):
            if len(state.slow) > MOST_SLOW or not 0 <= second.at_us - seen_us < GONE_US:
                del state.slow[track_id]
        for track_id, way in list(state.ways.items()):
            if not 0 <= second.at_us - way.seen_us < (LOST_S * 1e6 if self.alone and not way.over else GONE_US):
                del state.ways[track_id]
                # Who is spared is so as long as the track goes on, also where it has gone over to another vehicle.
                if way.spoilt and track_id in t.track_id:
                    state.slow[track_id] = second.at_us
                own = next((s for s in scopes if s.zone_id == way.zone_id), None)
                if way.best is not None and own is not None and _looked_at(way, own.settings) and self.proves(way):
                    offences.append(way.best)
        return state, offences

    def proves(self, way: Way) -> bool:
        """Say whether a way that is over is one to propose: not by a second box beside the vehicle's own."""
        return not way.spoilt and 2 * way.doubled <= way.judged

    def apart_m(self, i: int, second: Second) -> float:
        """Return how far apart the near ends of two vehicles of a track's class are at least, one behind the other."""
        del i, second
        return ALONG_M

    def forbidden(self, since_us: int, at_us: int, scope: Scope[Settings], place: Place) -> Mapping[str, float] | None:
        """Return further measurements where it is forbidden from one instant to another; None where it may be not."""
        del since_us, at_us, scope, place
        return {}

    def _met(
        self, state: Drives, i: int, second: Second, scope: Scope[Settings] | None, settings: Settings
    ) -> Way | None:
        """Begin the way of a vehicle that is in a zone; who starts from the kerb is remembered before it is there."""
        t = second.tracks
        track_id = t.track_id[i]
        spared = state.slow.pop(track_id, None) is not None
        spared = spared or (scope is not None and t.track_class[i] in self.excused_before)
        if self.alone and scope is not None and not spared:
            way = self._gone_on_with(state, i, second, scope)
            if way is not None:
                return way
        way = self._begun(i, second, scope) if scope is not None and len(state.ways) < MOST_WAYS else None
        if way is not None:
            way.spoilt = spared
            state.ways[track_id] = way
        elif spared or (scope is None and t.track_class[i] in self.vehicles and _slow(i, second, settings)):
            state.slow[track_id] = second.at_us
        return way

    def _gone_on_with(self, state: Drives, i: int, second: Second, scope: Scope[Settings]) -> Way | None:
        """Return the way that a track goes on with, now its own; None where nobody was lost who can be there."""
        t, calibration = second.tracks, second.place.calibration
        feet = _feet(second).get(i)
        if t.track_class[i] not in self.vehicles or not feet or calibration is None:
            return None
        noise_m = scope.settings.coverage_k * math.hypot(FOOT_ERROR_M, calibration.position_error_m)
        seen_us = (t.track_first_seen_us[i], _first_seen_us(i, second))
        name = lost(state.ways, scope.zone_id or "", seen_us, *feet[0], frozenset(t.track_id), noise_m)
        if name is None:
            return None
        way = state.ways[t.track_id[i]] = state.ways.pop(name)
        # What was seen of it before is not asked again: its first box here is where it can be.
        way.last_us, (way.last_x_m, way.last_y_m) = seen_us[1], feet[0]
        way.step_mps, way.earlier_boxes = None, way.earlier_boxes + way.boxes
        return way

    def _begun(self, i: int, second: Second, scope: Scope[Settings]) -> Way | None:
        t = second.tracks
        x, y = t.track_x_m[i], t.track_y_m[i]
        if t.track_class[i] not in self.vehicles or x is None or y is None:
            return None
        seen_us = _seen_us(i, second)
        pace_kmh, pace_error_kmh = t.track_speed_kmh[i], t.track_speed_error_kmh[i]
        return Way(
            zone_id=scope.zone_id or "",
            since_us=second.at_us,
            seen_us=second.at_us,
            x_m=x,
            y_m=y,
            spoilt=False,
            over=False,
            inside=False,
            vehicle_class=t.track_class[i],
            judged=0,
            doubled=0,
            last_us=seen_us,
            last_x_m=x,
            last_y_m=y,
            step_mps=None,
            step_s=0.0,
            pace_mps=pace_kmh / 3.6 if pace_kmh is not None and pace_error_kmh is not None else None,
            pace_error_mps=scope.settings.coverage_k * (pace_error_kmh or 0.0) / 3.6,
            heading_deg=t.track_heading_deg[i],
            cut=_cut(i, second),
            measured=False,
            boxes=0,
            earlier_boxes=0,
            onset=second.sight_of(i),
            best=None,
        )

    def _go_on(
        self, way: Way, i: int, second: Second, own: Scope[Settings] | None, settings: Settings, place: Place
    ) -> None:
        """Take a second's looks at a vehicle into its way, in place.

        Args:
            way: its way.
            i: index of its track.
            second: the second.
            own: the way's zone; None: it is one no more.
            settings: of where the vehicle is.
            place: the camera.
        """
        t = second.tracks
        x, y = t.track_x_m[i], t.track_y_m[i]
        before = (way.last_x_m, way.last_y_m)
        assert place.calibration is not None
        error_m = math.hypot(FOOT_ERROR_M, place.calibration.position_error_m)
        cut = _cut(i, second)
        if not way.over and x is not None and y is not None:
            noise_m = settings.coverage_k * error_m
            seen_us = (_first_seen_us(i, second), _seen_us(i, second))
            way.over = not way.step(seen_us, x, y, settings.most_mps2, noise_m, cut=cut)
        way.spoilt = way.spoilt or t.track_class[i] in self.excused
        if way.over:
            return
        way.seen_us, way.vehicle_class = second.at_us, t.track_class[i]
        way.measured |= t.track_speed_kmh[i] is not None
        way.boxes = t.track_boxes[i]
        # What the lower edge cuts seems to come to stand there, and part of a vehicle may be taken for another kind.
        if not cut and (t.track_class[i] not in self.vehicles or _slow(i, second, settings)):
            way.spoilt = True
        # Whoever leaves the picture is seen no more, whatever their track goes over to at its edge.
        way.over = cut and way.step_mps is not None and _goes_down(i, second)
        if way.spoilt or own is None or x is None or y is None:
            return
        end = self._end(way, i, before, second, own, place)
        if end is None:
            return
        offence = self._measure(way, i, math.hypot(end[0] - way.x_m, end[1] - way.y_m), second, own, place)
        if offence is not None or way.best is not None:
            way.judged += 1
            way.doubled += elder_of(i, second, self.apart_m(i, second)) is not None
        if offence is not None and (way.best is None or offence.worth > way.best.worth):
            way.best = offence

    def _end(
        self, way: Way, i: int, before: tuple[float, float], second: Second, own: Scope[Settings], place: Place
    ) -> tuple[float, float] | None:
        """Return how far a vehicle is known to have come in its zone; None: it was not there in this second.

        Between two looks it drove straight: where the one is in the zone and the next one is not, it came to the
        border. The way's begin is set in its first second.

        Args:
            way: its way.
            i: index of its track.
            before: its place before this second, metres.
            second: the second.
            own: the zone.
            place: the camera.
        """
        t = second.tracks
        scope = next((s for s in place.scopes(f"{self.kind}.ground", self.areas_of) if s.zone_id == own.zone_id), None)
        feet = _feet(second).get(i)
        if scope is None or feet is None:
            # A zone that reaches to the horizon has no border on the ground.
            x, y = t.track_x_m[i], t.track_y_m[i]
            return (x, y) if second.zone_mask[i] & own.bit and x is not None and y is not None else None
        area, end = scope.settings, None
        first = way.since_us == second.at_us
        last, inside = before, way.inside
        for n, foot in enumerate(feet):
            was, inside = inside, area.contains(*foot)
            if first and inside and not was:
                way.x_m, way.y_m = area.leaves_at(foot, feet[n - 1]) if n else foot
            if inside:
                end = foot
            elif was:
                end = area.leaves_at(last, foot)
            last = foot
        way.inside = inside
        return end

    def _measure(
        self, way: Way, i: int, path: float, second: Second, scope: Scope[Settings], place: Place
    ) -> Offence | None:
        settings, t, calibration = scope.settings, second.tracks, place.calibration
        assert calibration is not None
        # Both ends of the way have the calibration's position error, independent of each other.
        error = math.hypot(math.sqrt(2) * calibration.position_error_m, path * calibration.scale_error_ratio)
        excess = path - settings.coverage_k * error - settings.min_path_m
        if excess <= 0:
            return None
        further = self.forbidden(way.since_us, second.at_us, scope, place)
        if further is None:
            return None
        return Offence(
            track_id=t.track_id[i],
            vehicle_class=t.track_class[i],
            zone_id=way.zone_id,
            since_us=way.since_us,
            at_us=second.at_us,
            measured=round(path, 2),
            error=round(error, 2),
            limit=settings.min_path_m,
            unit="m",
            confidence_factor=settings.coverage_k,
            excess=round(excess, 2),
            worth=round(excess, 2),
            measures={"path_m": round(path, 2), "path_error_m": round(error, 2), **further},
            summary=f"{self.did} (zone {way.zone_id}) for {path:.0f} m (+-{settings.coverage_k * error:.0f})",
            onset=way.onset,
            sight=second.sight_of(i),
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=calibration.method,
            model_version=t.model_version,
        )

    def pack(self, state: Drives) -> Any:
        """Return the state as plain data."""
        return state.pack()

    def unpack(self, plain: Any) -> Drives:
        """Return the state from what `pack` gave."""
        return Drives.unpack(plain)

    @classmethod
    def scopes_of(cls, place: Place) -> list[Scope[Settings]]:
        """Return the zones of a calibrated enforcement camera in which it applies."""
        return enforced_scopes(place, cls.kind, cls.defaults, cls.zone_kinds, cls.triggers)

    @classmethod
    def areas_of(cls, place: Place) -> list[Scope[GroundArea]]:
        """Return those of them that have borders on the ground, with these."""
        out: list[Scope[GroundArea]] = []
        for scope in cls.scopes_of(place):
            corners = ground_of(place, scope.zone) if scope.zone is not None else []
            if corners:
                out.append(Scope(scope.zone, scope.index, scope.bit, GroundArea.of(corners), scope.area_m2))
        return out


def _looked_at(way: Way, settings: Settings) -> bool:
    """Say whether enough boxes are behind a way that is over.

    Tracking measures a speed where looks agree on one motion, perhaps only beyond the zone; where they never do, there
    must be more of them.
    """
    return way.earlier_boxes + way.boxes >= settings.min_boxes * (1.0 if way.measured else UNMEASURED_FACTOR)


def _slow(i: int, second: Second, settings: Settings) -> bool:
    """Say whether a vehicle comes to stand or starts; until it can be measured a speed is unknown, not low."""
    speed = second.tracks.track_speed_kmh[i]
    return speed is not None and speed < settings.min_kmh and second.tracks.track_boxes[i] >= settings.min_boxes


def _feet(second: Second) -> Mapping[int, Sequence[tuple[float, float]]]:
    """Return where the boxes of each vehicle's track stand, metres, ascending by time; rules on driving share it."""
    found: dict[int, list[tuple[float, float]]] | None = second.shared.get("feet by track")
    if found is None:
        found = second.shared["feet by track"] = {}
        for _, i, x, y in second.vehicle_feet:
            found.setdefault(i, []).append((x, y))
    return found


def _cut(i: int, second: Second) -> bool:
    """Say whether the picture's lower edge cuts a vehicle's latest box."""
    b = second.last_box[i]
    return b >= 0 and second.tracks.box_y2_px[b] >= second.tracks.height_px - EDGE_PX


def _goes_down(i: int, second: Second) -> bool:
    """Say whether a vehicle's foot has come down in the picture within a second: it drives out over the lower edge.

    By more than DOWN_RATIO of its box's height, which no error of a box is; who drives along the edge stays there.
    """
    t = second.tracks
    lower = [(t.box_y2_px[b], t.box_y2_px[b] - t.box_y1_px[b]) for b, of in enumerate(t.box_track) if of == i]
    return bool(lower) and lower[-1][0] - lower[0][0] > DOWN_RATIO * lower[0][1]


def _first_seen_us(i: int, second: Second) -> int:
    """Return when a vehicle was seen first in a second, microseconds since the Unix epoch."""
    t = second.tracks
    b = next((b for b in second.boxes_in_time if t.box_track[b] == i), -1)
    return t.sample_at_us[t.box_sample[b]] if b >= 0 else second.at_us


def _seen_us(i: int, second: Second) -> int:
    """Return when a vehicle was seen last in a second, microseconds since the Unix epoch."""
    b = second.last_box[i]
    return second.tracks.sample_at_us[second.tracks.box_sample[b]] if b >= 0 else second.at_us
