"""Speeding: faster than the limit by the whole tolerance interval. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.rules.sight import Sight
from processors.violations.fast import Fast, Run
from processors.violations.offence import Offence
from processors.violations.speed_limits import SPEEDING, Settings, scope_of, scopes_of
from processors.violations.stretch import Stretch, mean_kmh
from processors.violations.too_close import heard
from processors.violations.trail import TRAIL_US, go_on
from processors.violations.zone_boxes import feet_of, lies_in, own_boxes
from schemas.messages import Calibration

#: Longest time between two measurements in a row.
ROW_US = 2_500_000
#: No cyclist is faster, km/h: the finishing sprint of a professional race (70 to 75). A detector takes one motorcycle
#: in seven for a bicycle (the noise file): what is faster for certain is a motorcycle.
CYCLIST_KMH = 75.0
#: COCO-80 classes.
BICYCLE = 1
MOTORCYCLE = 3
#: Vehicles followed on one camera.
MOST_RUNS = 256


class Speeding:
    """Holds each vehicle's speed, less k times its uncertainty, against the zone's limit and the statute's margin."""

    kind: ClassVar[str] = SPEEDING
    version: ClassVar[str] = "speeding/4"

    def initial(self) -> Fast:
        """Nobody is too fast."""
        return Fast({}, {}, {})

    def observe(self, state: Fast, second: Second, place: Place) -> tuple[Fast, Sequence[Offence]]:
        """Look at each vehicle's speed."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        t, now_us = second.tracks, second.at_us
        for followed in (state.runs, state.stretches):
            for track in [track for track, one in followed.items() if not 0 <= now_us - one.seen_us <= ROW_US]:
                del followed[track]
        calibration = place.calibration
        if calibration is None or t.calibration_version != calibration.version:
            return state, ()
        floor = min(s.settings.speed_limit_kmh + s.settings.floor_kmh for s in scopes)
        offences: list[Offence] = []
        for i, (speed, error) in enumerate(zip(t.track_speed_kmh, t.track_speed_error_kmh, strict=True)):
            if speed is None or error is None or (speed + error < floor and t.track_id[i] not in state.stretches):
                continue
            scope = scope_of(i, second, scopes)
            if scope is None:
                continue
            by_stretch = self._stretch(state.stretches, i, speed, error, second, scope, calibration)
            if _went_over_lately(state.stretches.get(t.track_id[i]), second):
                state.runs.pop(t.track_id[i], None)
                continue
            proven = self._row(state.runs, i, speed, error, second, scope, calibration), by_stretch
            offences += [offence for offence in proven if offence is not None]
        # Who was measured in this second and was not beyond the limit has no row any more.
        measured = {t.track_id[i] for i, speed in enumerate(t.track_speed_kmh) if speed is not None}
        for track in [k for k, run in state.runs.items() if run.seen_us != now_us and k in measured]:
            del state.runs[track]
        return state, heard(state.same, offences, second, {track: run.since_us for track, run in state.runs.items()})

    def _row(
        self,
        runs: dict[str, Run],
        i: int,
        speed: float,
        error: float,
        second: Second,
        scope: Scope[Settings],
        calibration: Calibration,
    ) -> Offence | None:
        """Return what a second's speed proves, with those of the seconds before it or by itself."""
        settings, t = scope.settings, second.tracks
        least = settings.speed_limit_kmh + settings.floor_kmh
        if (
            speed - settings.coverage_k * error < least
            or not _is_trusted(i, speed, error, second, settings)
            or not _is_motor(t.track_class[i], speed - settings.coverage_k * error)
        ):
            return None
        run = runs.get(t.track_id[i])
        if run is None:
            if len(runs) >= MOST_RUNS:
                return None
            begin = next(iter(feet_of(i, second, scope)), ())
            run = runs[t.track_id[i]] = Run(second.at_us, second.at_us, 0, second.sight_of(i), begin)
        run.seen_us = second.at_us
        run.seconds += 1
        mean, mean_error = _mean_kmh(run, i, second, scope)
        in_a_row = run.seconds >= settings.min_seconds and mean >= least
        if not in_a_row and not (
            mean - settings.coverage_k * mean_error >= least and _sure(i, speed, error, second, scope)
        ):
            return None
        return _offence(i, speed, error, (run.since_us, run.seconds, run.onset), second, scope, calibration)

    def _stretch(
        self,
        stretches: dict[str, Stretch],
        i: int,
        speed: float,
        error: float,
        second: Second,
        scope: Scope[Settings],
        calibration: Calibration,
    ) -> Offence | None:
        """Return what the mean speed of a vehicle's way in the zone proves, so far."""
        settings, track_id = scope.settings, second.tracks.track_id[i]
        least = settings.speed_limit_kmh + settings.floor_kmh
        if settings.least_stretch_s <= 0 or not _is_trusted(i, speed, error, second, settings):
            return None
        if speed + settings.coverage_k * error < least:
            # Whoever was slower for certain anywhere begins afresh: a mean may hide a brake, or another vehicle.
            stretches.pop(track_id, None)
            return None
        feet = feet_of(i, second, scope)
        if not feet:
            return None
        known = stretches.get(track_id)
        if known is not None and known.limit_kmh != settings.speed_limit_kmh:
            known = None  # what was driven under another limit says nothing here
            del stretches[track_id]
        trail, over = go_on(known.trail if known is not None else [], feet, settings.coverage_k)
        if known is None or over:
            if len(stretches) < MOST_RUNS or known is not None:
                stretches[track_id] = Stretch(
                    *(settings.speed_limit_kmh, second.at_us, second.at_us, 1, second.sight_of(i), trail[0], trail),
                    over_us=trail[0][0] if over else 0,
                )
            return None
        known.trail, known.seen_us, known.seconds = trail, second.at_us, known.seconds + 1
        mean, mean_error = mean_kmh(known.begin, trail[-1], calibration)
        slowest = mean - settings.coverage_k * mean_error
        if (
            trail[-1][0] - known.begin[0] < settings.least_stretch_s * 1e6
            or slowest < least
            or not _is_motor(second.tracks.track_class[i], slowest)
        ):
            return None
        begun = known.since_us, known.seconds, known.onset
        return _offence(i, mean, mean_error, begun, second, scope, calibration)

    def pack(self, state: Fast) -> Any:
        """Return the state as plain data."""
        return state.pack()

    def unpack(self, plain: Any) -> Fast:
        """Return the state from what `pack` gave."""
        return Fast.unpack(plain)


def _went_over_lately(stretch: Stretch | None, second: Second) -> bool:
    """Say whether a track went over to another vehicle within the time behind a speed: it is one of both then."""
    return stretch is not None and stretch.over_us > 0 and second.at_us - stretch.over_us <= TRAIL_US


def _is_trusted(i: int, speed: float, error: float, second: Second, settings: Settings) -> bool:
    """Say whether a measured speed may be one of a vehicle."""
    return (
        0 < error <= settings.max_error_kmh
        and speed <= settings.most_kmh
        and second.tracks.track_boxes[i] >= settings.min_boxes
    )


def _is_motor(coco: int, slowest_kmh: float) -> bool:
    """Say whether a track is a motor vehicle's, which drives this fast or faster for certain."""
    return coco in MOTOR_VEHICLES or (coco == BICYCLE and slowest_kmh > CYCLIST_KMH)


def _offence(
    i: int,
    speed: float,
    error: float,
    begun: tuple[int, int, Sight],
    second: Second,
    scope: Scope[Settings],
    calibration: Calibration,
) -> Offence:
    t, settings = second.tracks, scope.settings
    since_us, seconds, onset = begun
    excess = speed - settings.coverage_k * error - settings.speed_limit_kmh
    return Offence(
        track_id=t.track_id[i],
        vehicle_class=MOTORCYCLE if t.track_class[i] == BICYCLE else t.track_class[i],
        zone_id=scope.zone_id,
        since_us=since_us,
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
            "seconds": float(seconds),
        },
        summary=f"{speed:.0f} km/h (+-{settings.coverage_k * error:.0f}) where "
        f"{settings.speed_limit_kmh:.0f} km/h are allowed: at least {excess:.0f} km/h too fast",
        onset=onset,
        sight=second.sight_of(i),
        clock_source=t.clock_source,
        registry_version=t.registry_version,
        calibration_version=t.calibration_version,
        calibration_method=calibration.method,
        model_version=t.model_version,
    )


def _mean_kmh(run: Run, i: int, second: Second, scope: Scope[Settings]) -> tuple[float, float]:
    """Return a vehicle's mean speed since it was first in the zone, km/h, and its standard uncertainty.

    That is since its first whole box there of the second in which the row of its measurements began. Infinite, and 0,
    where it is not to be told. A measured speed is that of two seconds, which reach back before the zone: who slows
    down there is fast by it. The foot of a box that the picture cuts off seems to lag behind the vehicle.
    """
    feet = feet_of(i, second, scope)
    if not run.begin or not feet:
        return math.inf, 0.0
    at_us, x_m, y_m = run.begin
    return mean_kmh((int(at_us), x_m, y_m), feet[-1])


def _sure(i: int, speed: float, error: float, second: Second, scope: Scope[Settings]) -> bool:
    """Say whether one second proves it: by a wider interval, and by the steps from box to box that begin in the zone.

    A track that goes over to another vehicle has one long step among those of two slower vehicles: the line through
    all of them is fast, their median is not. Nor is that of who slows down before the zone.
    """
    t, settings = second.tracks, scope.settings
    least = settings.speed_limit_kmh + settings.floor_kmh
    if settings.sure_k <= 0 or speed - settings.sure_k * error < least:
        return False
    if len(t.box_x_m) != len(t.box_track):  # boxes without places
        return False
    own = [(t.sample_at_us[t.box_sample[b]], b) for b in own_boxes(i, second)]
    steps = [
        math.hypot(t.box_x_m[b] - t.box_x_m[a], t.box_y_m[b] - t.box_y_m[a]) / (at_us - before_us) * 3.6e6
        for (before_us, a), (at_us, b) in pairwise(own)
        if at_us > before_us and lies_in(a, second, scope)
    ]
    known = [step for step in steps if math.isfinite(step)]
    return len(known) >= settings.sure_steps and median_low(known) >= least
