"""Speeding: faster than the limit by the whole tolerance interval. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import Any, ClassVar

from processors.rules.ground import within
from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.rules.sight import Sight
from processors.violations.offence import Offence


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        speed_limit_kmh: the limit, km/h; 0: the camera's.
        floor_kmh: excess from which on it is an offence: 10 km/h, the statute's own margin (KoAP 592.1).
        coverage_k: measured - k * error must lie beyond: 1.96, 97.5 % one-sided for a normal error.
        min_seconds: camera-seconds in a row in which it must: one outlier is no offence. A second in which the speed
            was measured and is not beyond, or is not to be trusted, breaks the row.
        sure_k: or one second does in which measured - sure_k * error lies beyond as well, and so does the median of the
            speeds from box to box: who drives fastest is in view for two seconds, in which one whole camera-second
            falls. 3.29, 99.95 % one-sided; 0: one second never does.
        sure_steps: steps from box to box, begun in the zone, behind that median: of an even number the slower of the
            two in the middle.
        min_boxes: boxes behind the track: a speed over fewer is not trusted.
        max_error_kmh: standard uncertainty above which a speed is not trusted, however high.
        most_kmh: speed above which a measurement is a mistake (a switched track), not a vehicle.
    """

    speed_limit_kmh: float = 0.0
    floor_kmh: float = 10.0
    coverage_k: float = 1.96
    min_seconds: float = 2.0
    sure_k: float = 3.29
    sure_steps: float = 2.0
    min_boxes: float = 5.0
    max_error_kmh: float = 10.0
    most_kmh: float = 250.0


@dataclass(slots=True)
class Run:
    """A vehicle that is too fast.

    Attributes:
        since_us: first measurement beyond the limit.
        seen_us: last measurement beyond the limit.
        seconds: camera-seconds in a row.
        onset: pictures of the first.
        begin: time (microseconds since the Unix epoch), x and y (metres) of the first box in the zone; empty: none has
            a place.
    """

    since_us: int
    seen_us: int
    seconds: int
    onset: Sight
    begin: Sequence[float]


#: Longest time between two measurements in a row.
ROW_US = 2_500_000
#: Standard uncertainty of a foot's place along the way, metres: a box's lower edge errs by some 0.05 of its height (the
#: noise file's vehicles), which is a metre at 90 m from a lens 8 m high and 0.3 m at 25 m.
FOOT_ERROR_M = 0.7
#: Vehicles followed on one camera.
MOST_RUNS = 256


class Speeding:
    """Holds each vehicle's speed, less k times its uncertainty, against the zone's limit and the statute's margin."""

    kind: ClassVar[str] = "speeding"
    version: ClassVar[str] = "speeding/3"

    def initial(self) -> dict[str, Run]:
        """Nobody is too fast."""
        return {}

    def observe(self, state: dict[str, Run], second: Second, place: Place) -> tuple[dict[str, Run], Sequence[Offence]]:
        """Look at each vehicle's speed."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        t = second.tracks
        if state:
            state = {track: run for track, run in state.items() if 0 <= second.at_us - run.seen_us <= ROW_US}
        calibration = place.calibration
        if calibration is None or t.calibration_version != calibration.version:
            return state, ()
        floor = min(s.settings.speed_limit_kmh + s.settings.floor_kmh for s in scopes)
        fast = [i for i, speed in enumerate(t.track_speed_kmh) if speed is not None and speed >= floor]
        offences: list[Offence] = []
        for i in fast:
            if t.track_class[i] not in MOTOR_VEHICLES:
                continue
            scope = _scope(i, second, scopes)
            speed, error = t.track_speed_kmh[i], t.track_speed_error_kmh[i]
            if scope is None or speed is None or error is None:
                continue
            settings = scope.settings
            excess = speed - settings.coverage_k * error - settings.speed_limit_kmh
            if (
                excess < settings.floor_kmh
                or not 0 < error <= settings.max_error_kmh
                or speed > settings.most_kmh
                or t.track_boxes[i] < settings.min_boxes
            ):
                continue
            track_id = t.track_id[i]
            run = state.get(track_id)
            if run is None:
                if len(state) >= MOST_RUNS:
                    continue
                run = state[track_id] = Run(
                    *(second.at_us, second.at_us, 0, second.sight_of(i), _first_in(i, second, scope))
                )
            run.seen_us = second.at_us
            run.seconds += 1
            least = settings.speed_limit_kmh + settings.floor_kmh
            mean_kmh, mean_error_kmh = _mean_kmh(run, i, second)
            in_a_row = run.seconds >= settings.min_seconds and mean_kmh >= least
            if in_a_row or (mean_kmh - settings.coverage_k * mean_error_kmh >= least and _sure(i, second, scope)):
                offences.append(
                    Offence(
                        track_id=track_id,
                        vehicle_class=t.track_class[i],
                        zone_id=scope.zone_id,
                        since_us=run.since_us,
                        at_us=second.at_us,
                        measured=round(speed, 2),
                        error=round(error, 2),
                        limit=settings.speed_limit_kmh,
                        unit="km/h",
                        confidence_factor=settings.coverage_k,
                        excess=round(excess, 2),
                        worth=round(excess, 2),
                        measures={
                            "speed_kmh": round(speed, 2),
                            "speed_error_kmh": round(error, 2),
                            "least_excess_kmh": round(excess, 2),
                            "seconds": float(run.seconds),
                        },
                        summary=f"{speed:.0f} km/h (+-{settings.coverage_k * error:.0f}) where "
                        f"{settings.speed_limit_kmh:.0f} km/h are allowed: at least {excess:.0f} km/h too fast",
                        onset=run.onset,
                        sight=second.sight_of(i),
                        clock_source=t.clock_source,
                        registry_version=t.registry_version,
                        calibration_version=t.calibration_version,
                        calibration_method=calibration.method,
                        model_version=t.model_version,
                    )
                )
        if state:
            # Who was measured in this second and was not beyond the limit has no row any more.
            measured = {t.track_id[i] for i, speed in enumerate(t.track_speed_kmh) if speed is not None}
            state = {k: run for k, run in state.items() if run.seen_us == second.at_us or k not in measured}
        return state, offences

    def pack(self, state: dict[str, Run]) -> Any:
        """Return the state as plain data."""
        return {t: [r.since_us, r.seen_us, r.seconds, r.onset.pack(), list(r.begin)] for t, r in state.items()}

    def unpack(self, plain: Any) -> dict[str, Run]:
        """Return the state from what `pack` gave."""
        return {
            track: Run(since, seen, seconds, Sight(*onset), begin)
            for track, (since, seen, seconds, onset, begin) in plain.items()
        }


def _own_boxes(i: int, second: Second) -> list[int]:
    """Return a track's boxes in a second, in their order."""
    t = second.tracks
    return sorted((b for b, of in enumerate(t.box_track) if of == i), key=t.box_sample.__getitem__)


def _lies_in(b: int, second: Second, scope: Scope[Settings]) -> bool:
    """Say whether a box's foot lies where a limit holds."""
    if scope.zone is None:
        return True
    t, camera, corners = second.tracks, second.place.camera, scope.zone.polygon_px
    x, y = (camera.width_px / t.width_px, camera.height_px / t.height_px) if t.width_px and t.height_px else (1.0, 1.0)
    foot = (t.box_x1_px[b] + t.box_x2_px[b]) / 2 * x, t.box_y2_px[b] * y
    return within(*foot, list(zip(corners[::2], corners[1::2], strict=True)))


def _first_in(i: int, second: Second, scope: Scope[Settings]) -> Sequence[float]:
    """Return time, x and y of a track's first box of a second in the zone; empty: none has a place."""
    t = second.tracks
    if len(t.box_x_m) != len(t.box_track):
        return ()
    for b in _own_boxes(i, second):
        x, y = t.box_x_m[b], t.box_y_m[b]
        if _lies_in(b, second, scope) and math.isfinite(x) and math.isfinite(y):
            return t.sample_at_us[t.box_sample[b]], x, y
    return ()


def _mean_kmh(run: Run, i: int, second: Second) -> tuple[float, float]:
    """Return a vehicle's mean speed since it was first in the zone, km/h, and its standard uncertainty.

    That is since its first box there of the second in which the row of its measurements began. Infinite, and 0, where
    it is not to be told. A measured speed is that of two seconds, which reach back before the zone: who slows down
    there is fast by it.
    """
    t, own = second.tracks, _own_boxes(i, second)
    if not run.begin or not own or len(t.box_x_m) != len(t.box_track):
        return math.inf, 0.0
    begin_us, x, y = run.begin
    lasted_s = (t.sample_at_us[t.box_sample[own[-1]]] - begin_us) / 1e6
    way_m = math.hypot(t.box_x_m[own[-1]] - x, t.box_y_m[own[-1]] - y)
    if lasted_s <= 0 or not math.isfinite(way_m):
        return math.inf, 0.0
    return 3.6 * way_m / lasted_s, 3.6 * math.sqrt(2.0) * FOOT_ERROR_M / lasted_s


def _scope(i: int, second: Second, scopes: Sequence[Scope[Settings]]) -> Scope[Settings] | None:
    """Return where a vehicle was seen last in a second; None: in no zone with a limit.

    The foot of a box that the picture's edge cuts off lies beyond what is drawn, so earlier boxes are asked, too.
    """
    mask = second.zone_mask[i]
    found = next((s for s in scopes if s.bit < 0 or mask & s.bit), None)
    if found is not None:
        return found
    for b in reversed(_own_boxes(i, second)[:-1]):
        found = next((s for s in scopes if _lies_in(b, second, s)), None)
        if found is not None:
            return found
    return None


def _sure(i: int, second: Second, scope: Scope[Settings]) -> bool:
    """Say whether one second proves it: by a wider interval, and by the steps from box to box that begin in the zone.

    A track that goes over to another vehicle has one long step among those of two slower vehicles: the line through
    all of them is fast, their median is not. Nor is that of who slows down before the zone.
    """
    t, settings = second.tracks, scope.settings
    speed, error = t.track_speed_kmh[i], t.track_speed_error_kmh[i]
    least = settings.speed_limit_kmh + settings.floor_kmh
    if settings.sure_k <= 0 or speed is None or error is None or speed - settings.sure_k * error < least:
        return False
    if len(t.box_x_m) != len(t.box_track):  # boxes without places
        return False
    own = [(t.sample_at_us[t.box_sample[b]], b) for b in _own_boxes(i, second)]
    steps = [
        math.hypot(t.box_x_m[b] - t.box_x_m[a], t.box_y_m[b] - t.box_y_m[a]) / (at_us - before_us) * 3.6e6
        for (before_us, a), (at_us, b) in pairwise(own)
        if at_us > before_us and _lies_in(a, second, scope)
    ]
    known = [step for step in steps if math.isfinite(step)]
    return len(known) >= settings.sure_steps and median_low(known) >= least


def scopes_of(place: Place) -> list[Scope[Settings]]:
    """Return the zones with a limit of a calibrated enforcement camera; its whole view where none is drawn."""
    camera = place.camera
    if place.calibration is None or not camera.analysis.enforcement or "speed" not in camera.capabilities:
        return []
    kinds, triggers = frozenset({"roadway", "lane"}), frozenset({"speed_limit_kmh"})
    # A zone that the rule was taken out of must not come back in with the whole view.
    drawn = any(z.kind in kinds or (triggers | {Speeding.kind}) & z.limits.keys() for z in place.zones)
    found = (
        place.zone_scopes(Speeding.kind, Settings, kinds, triggers)
        if drawn
        else place.whole_view(Speeding.kind, Settings)
    )
    out = []
    for scope in found:
        settings = scope.settings
        limit = settings.speed_limit_kmh or camera.speed_limit_kmh or 0.0
        if limit > 0:
            values = {name: getattr(settings, name) for name in settings.__slots__} | {"speed_limit_kmh": limit}
            out.append(Scope(scope.zone, scope.index, scope.bit, Settings(**values), scope.area_m2))
    return out
