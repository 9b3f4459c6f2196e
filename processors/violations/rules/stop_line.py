"""Stop line: standing beyond the line while its signal is red, by one who did not pass it on green."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.line_watch import LineWatch, line_scopes, lines_in_view
from processors.violations.offence import Offence
from processors.violations.signal_log import Phase, SignalLog
from processors.violations.stop_line import StopLine
from processors.violations.succession import FRESH_M, succeed
from processors.violations.unseen import drove_on, unseen
from processors.violations.way import Look, Way, follow
from schemas.messages import Signal


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one stop line.

    Attributes:
        min_stand_s: time to be stood so while it is red, seconds: more than braking there. A choice.
        min_beyond_m: distance beyond the line that is left to whoever stands with the bumper over it, metres: a car's
            overhang is about a metre, and the foot of a box lies up to one nearer than the bumper. A choice.
        still_m: feet of one that stands lie within this, metres: the noise of a box's lower edge. A choice.
        position_error_m: standard uncertainty of a vehicle's front against the line, metres; 0: the calibration's.
        coverage_k: distance - k * error must lie beyond the line: 1.96, 97.5 % one-sided for a normal error
            (JCGM 100:2008, annex G).
        max_beyond_m: front beyond the line from which on it stands in the junction, not at the line, metres: there a
            driver may have to wait for others. A choice.
        clock_error_s: standard uncertainty of the camera's clock against the controller's, seconds; as for red_light.
        most_gap_s, most_aside_m, most_mps2, most_up_mps2: what one vehicle can have driven over the line, between two
            looks; as for red_light. A track that went over to another box did not pass it.
        most_unseen_s: most that they may lie apart at the line, seconds, where the vehicle drove on as before and kept
            its place in the lane (see unseen) and the signal was not green all that time; as for rail_crossing.
    """

    min_stand_s: float = 1.5
    min_beyond_m: float = 2.0
    still_m: float = 1.5
    position_error_m: float = 0.0
    coverage_k: float = 1.96
    max_beyond_m: float = 9.0
    clock_error_s: float = 0.1
    most_gap_s: float = 1.1
    most_unseen_s: float = 2.4
    most_aside_m: float = 1.75
    most_mps2: float = 10.0
    most_up_mps2: float = 5.0


#: Looks before the line that must be one vehicle's, as those from there to where it stands.
BEFORE = 2


class StopLineRule:
    """Holds where vehicles stand on red against the line, and when they passed it against its signal's phases."""

    kind: ClassVar[str] = "stop_line"
    version: ClassVar[str] = "stop_line/4"

    def initial(self) -> LineWatch:
        """Nobody is near the line."""
        return LineWatch()

    def observe(self, state: LineWatch, second: Second, place: Place) -> tuple[LineWatch, Sequence[Offence]]:
        """Follow the vehicles near each stop line; decide about each that stands beyond it."""
        offences: list[Offence] = []
        for scope in lines_in_view(self.kind, scopes_of, state, second, place):
            line, settings = scope.settings
            ways = state.ways.setdefault(line.zone_id, {})
            near = follow(ways, second, line, fresh_m=FRESH_M)
            assert place.calibration is not None
            error_m = settings.position_error_m or place.calibration.position_error_m
            succeed(ways, most_gap_s=settings.most_gap_s, noise_m=settings.coverage_k * math.sqrt(2.0) * error_m)
            for i in near:
                way = ways.get(second.tracks.track_id[i])
                if way is None or way.done:
                    continue
                offence = self._judge(state, way, i, line, settings, second, place)
                if offence is not None:
                    way.done = True
                    offences.append(offence)
        return state, offences

    def _judge(
        self,
        state: LineWatch,
        way: Way,
        i: int,
        line: StopLine,
        settings: Settings,
        second: Second,
        place: Place,
    ) -> Offence | None:
        t, calibration, log = second.tracks, place.calibration, state.log
        assert calibration is not None
        stood = standing(way.looks, settings.still_m)
        if not stood:
            return None
        error_m = settings.position_error_m or calibration.position_error_m
        beyond_m = fmean(look.along_m for look in stood)
        least_m = beyond_m - settings.coverage_k * error_m - settings.min_beyond_m
        if least_m <= 0 or beyond_m > settings.max_beyond_m:
            return None
        # What is known of the phases now ends with the begin of this second.
        until_us = min(log.heard_us, stood[-1].at_us)
        phase = log.over(line.group_id, until_us, until_us)
        if phase is None or phase.signal is not Signal.RED:
            return None
        stood_s = (until_us - max(stood[0].at_us, phase.since_us + phase.within_us)) / 1e6
        if stood_s < settings.min_stand_s or not self._not_on_green(
            log, way, way.looks.index(stood[0]), line, settings, error_m
        ):
            return None
        if state.known(line.zone_id, phase.since_us, beyond_m, stood[-1].across_m):
            way.done = True
            return None
        return Offence(
            track_id=t.track_id[i],
            vehicle_class=t.track_class[i],
            zone_id=line.zone_id,
            since_us=stood[0].at_us,
            at_us=second.at_us,
            measured=round(beyond_m, 2),
            error=round(error_m, 2),
            limit=settings.min_beyond_m,
            unit="m",
            confidence_factor=settings.coverage_k,
            excess=round(least_m, 2),
            worth=round(least_m, 2),
            measures={
                "beyond_line_m": round(beyond_m, 2),
                "beyond_line_error_m": round(error_m, 2),
                "stood_on_red_s": round(stood_s, 1),
                "red_s": round((second.at_us - phase.since_us) / 1e6, 1),
            },
            summary=f"Stands {beyond_m:.1f} m (+-{settings.coverage_k * error_m:.1f}) beyond the stop line "
            f"{line.zone_id} on red of signal group {line.group_id}, for {stood_s:.0f} s so far",
            onset=stood[0].sight,
            sight=second.sight_of(i),
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=calibration.method,
            model_version=t.model_version,
            signal_source=phase.source,
        )

    @staticmethod
    def _not_on_green(
        log: SignalLog, way: Way, stands: int, line: StopLine, settings: Settings, error_m: float
    ) -> bool:
        """Say whether it is sure that the line was not passed on green: who did may be held up by others."""
        passing = way.passing(error_m)
        if passing is None:
            return False
        hidden = unseen(way, passing)
        if not drove_on(way, passing) or not way.driven(
            max(passing.before + 1 - BEFORE, 0),
            stands + 1,
            most_gap_s=settings.most_unseen_s if hidden else settings.most_gap_s,
            most_aside_m=settings.most_aside_m,
            most_mps2=settings.most_mps2,
            most_up_mps2=settings.most_up_mps2,
            noise_m=settings.coverage_k * error_m,
        ):
            return False
        first_us, last_us = passing.at_us, passing.at_us
        error_s = math.hypot(passing.error_s, settings.clock_error_s)
        if hidden:
            # How it drove meanwhile nobody saw: any instant may be that of its passing.
            first_us, last_us = (look.at_us for look in way.looks[passing.before : passing.before + 2])
            error_s = settings.clock_error_s
        margin_us = 1e6 * settings.coverage_k * error_s
        phases: list[Phase | None] = [
            log.over(line.group_id, at_us, at_us) for at_us in (first_us - margin_us, last_us + margin_us)
        ]
        return all(phase is not None and phase.signal in {Signal.AMBER, Signal.RED} for phase in phases)

    def pack(self, state: LineWatch) -> Any:
        """Return the state as plain data."""
        return state.pack()

    def unpack(self, plain: Any) -> LineWatch:
        """Return the state from what `pack` gave."""
        return LineWatch.unpack(plain)


def standing(looks: Sequence[Look], still_m: float) -> Sequence[Look]:
    """Return the last looks, all beyond the line, whose feet lie within `still_m` of the latest; empty: none."""
    if not looks or looks[-1].along_m < 0:
        return ()
    begin = len(looks)
    while begin and looks[begin - 1].along_m >= 0 and abs(looks[begin - 1].along_m - looks[-1].along_m) <= still_m:
        begin -= 1
    return looks[begin:]


def scopes_of(place: Place) -> list[Scope[tuple[StopLine, Settings]]]:
    """Return the stop lines with a signal group of a calibrated enforcement camera."""
    return line_scopes(place, StopLineRule.kind, Settings, signalled=True)
