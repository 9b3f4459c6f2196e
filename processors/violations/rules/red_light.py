"""Red light: the stop line passed while its signal was red, by the whole tolerance interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.even_size import of_one_size
from processors.violations.line_watch import LineWatch, line_scopes, lines_in_view
from processors.violations.offence import Offence
from processors.violations.seen_coming import seen_from
from processors.violations.signal_log import Phase, SignalLog
from processors.violations.stop_line import StopLine
from processors.violations.succession import FRESH_M, begun, by_itself, not_before, succeed
from processors.violations.way import Passing, Way, follow
from schemas.messages import Calibration, Signal


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one stop line.

    Attributes:
        grace_s: time after red began in which nobody is proposed, seconds: 0.5, for who could not stop any more; the
            amber before it is not held against anybody at all (traffic rules of the Republic of Kazakhstan: amber
            forbids too, save for who cannot stop without braking hard, which no camera sees). A choice.
        clock_error_s: standard uncertainty of the camera's clock against the controller's, seconds: both are set by
            NTP, a tenth of a second is a tenfold of what that gives on a wired network. A choice.
        position_error_m: standard uncertainty of a vehicle's front against the line, metres; 0: the calibration's.
        coverage_k: passing - k * error must lie after red and grace, passing + k * error before red's end: 1.96, 97.5 %
            one-sided for a normal error (JCGM 100:2008, annex G).
        past_m: the front must have come so far beyond the line while it was still red, metres: more than who brakes
            late and stands there, which is stop_line's. A choice.
        most_gap_s: most that two looks in a row around the line may lie apart, seconds: two frames at two a second;
            over a longer gap a track may have gone over to another vehicle. A choice.
        most_aside_m: most that they may lie apart across the direction, metres: half a lane of 3.5 m. A choice.
        most_mps2: most that the speed may change between them, metres a second squared, beside the looks' own errors:
            tyres on dry asphalt hold about 10, the acceleration of gravity.
        most_up_mps2: most that it may rise between them, likewise: a car that reaches 100 km/h in 5.5 s. A choice.
        usual_mps2: what it changes by usually, likewise: hard braking and starting in traffic. Beyond it all changes
            together may be no more than the looks' errors make. A choice.
        least_looks: looks in a row before the line: a track that begins at the line did not pass it. One is enough
            where others say as much (seen_coming).
        least_whole_looks: looks from there until past the line that no edge of the picture cuts off: two of them are
            one step, and no other step contradicts it. A choice.
    """

    grace_s: float = 0.5
    clock_error_s: float = 0.1
    position_error_m: float = 0.0
    coverage_k: float = 1.96
    past_m: float = 6.0
    most_gap_s: float = 1.1
    most_aside_m: float = 1.75
    most_mps2: float = 10.0
    most_up_mps2: float = 5.0
    usual_mps2: float = 4.0
    least_looks: float = 2.0
    least_whole_looks: float = 3.0


#: How long the controller's word is waited for, microseconds.
WAIT_US = 10_000_000


class RedLight:
    """Holds the time at which each vehicle's front passed the stop line against the phases of its signal group."""

    kind: ClassVar[str] = "red_light"
    version: ClassVar[str] = "red_light/6"
    #: States of the signal on which the line may not be passed, and what its measures call them.
    closed: ClassVar[frozenset[Signal]] = frozenset({Signal.RED})
    word: ClassVar[str] = "red"

    def initial(self) -> LineWatch:
        """Nobody is near the line."""
        return LineWatch()

    def observe(self, state: LineWatch, second: Second, place: Place) -> tuple[LineWatch, Sequence[Offence]]:
        """Follow the vehicles near each stop line; decide about each that is past it once its phases are known."""
        offences: list[Offence] = []
        for scope in lines_in_view(self.kind, self.lines, state, second, place):
            line, settings = scope.settings
            assert place.calibration is not None
            error_m = self.error_m(settings, place.calibration)
            ways = state.ways.setdefault(line.zone_id, {})
            follow(ways, second, line, fresh_m=FRESH_M)
            succeed(ways, most_gap_s=settings.most_gap_s, noise_m=settings.coverage_k * math.sqrt(2.0) * error_m)
            for track_id, way in begun(ways).items():
                if way.done or way.looks[-1].along_m < settings.past_m:
                    continue
                even = of_one_size(by_itself(way), second, place)
                if not even.looks or even.looks[-1].along_m < settings.past_m:
                    continue
                seen = even.passing(error_m)
                passing = not_before(even, seen, error_m) if seen is not None else None
                if passing is None or not self.is_one(even, passing):
                    way.done = True
                    continue
                first = seen_from(
                    even, passing, least_looks=round(settings.least_looks), most_gap_s=settings.most_gap_s,
                    usual_mps2=settings.usual_mps2, noise_m=settings.coverage_k * error_m,
                )  # fmt: skip
                if first is None:
                    # What is seen of it from here on may tell.
                    way.done = second.at_us - way.looks[-1].at_us > settings.most_gap_s * 1e6
                    continue
                offence = self._judge(state.log, even, passing, first, line, settings, second, place, track_id)
                way.done = even.done
                if offence is not None:
                    offences.append(offence)
        return state, offences

    def _judge(  # noqa: PLR0917 (one vehicle's passing, and what it is held against)
        self,
        log: SignalLog,
        way: Way,
        passing: Passing,
        first: int,
        line: StopLine,
        settings: Settings,
        second: Second,
        place: Place,
        track_id: str,
    ) -> Offence | None:
        t, calibration = second.tracks, place.calibration
        assert calibration is not None
        error_s = math.hypot(passing.error_s, settings.clock_error_s)
        margin_us = settings.coverage_k * error_s * 1e6
        past_at = next(n for n in range(passing.before + 1, len(way.looks)) if way.looks[n].along_m >= settings.past_m)
        past = way.looks[past_at]
        until_us = max(passing.at_us + margin_us, past.at_us)
        heard = log.heard(round(until_us))
        phase = self.phase(log, line.group_id, passing.at_us - margin_us, until_us) if heard else None
        if heard and (phase is None or phase.signal not in self.closed):
            way.done = True  # open, as for most: whether one vehicle can have driven so does not matter
            return None
        whole = sum(not look.cut for look in way.looks[first : past_at + 1])
        # Of a box that is cut off nobody knows how far its vehicle has come: it may be another one's.
        hidden = all(look.cut for look in way.looks[passing.before + 1 : past_at + 1])
        if (
            hidden
            or whole < settings.least_whole_looks
            or not way.driven(
                first,
                past_at,
                most_gap_s=settings.most_gap_s,
                most_aside_m=settings.most_aside_m,
                most_mps2=settings.most_mps2,
                most_up_mps2=settings.most_up_mps2,
                usual_mps2=settings.usual_mps2,
                noise_m=settings.coverage_k * self.error_m(settings, calibration),
            )
        ):
            way.done = True
            return None
        if phase is None:  # not heard yet
            way.done = second.at_us - passing.at_us > WAIT_US
            return None
        way.done = True
        error_s = math.hypot(error_s, phase.since_error_s)
        red_s = (passing.at_us - phase.since_us) / 1e6
        grace_s = self.grace_s(settings, way, passing, place)
        excess = red_s - settings.coverage_k * error_s - grace_s
        if excess <= 0:
            return None
        on = way.looks[passing.before + 1]
        return Offence(
            track_id=track_id,
            vehicle_class=way.vehicle_class,
            zone_id=line.zone_id,
            since_us=passing.at_us,
            at_us=passing.at_us,
            measured=round(red_s, 2),
            error=round(error_s, 2),
            limit=grace_s,
            unit="s",
            confidence_factor=settings.coverage_k,
            excess=round(excess, 2),
            worth=round(excess, 2),
            measures={
                f"{self.word}_s": round(red_s, 2),
                f"{self.word}_error_s": round(error_s, 2),
                "grace_s": grace_s,
                # Times of day do not fit a measure; how long before the three pictures red began does.
                f"{self.word}_before_onset_s": round((way.looks[passing.before].at_us - phase.since_us) / 1e6, 2),
                f"{self.word}_before_middle_s": round((on.at_us - phase.since_us) / 1e6, 2),
                f"{self.word}_before_peak_s": round((past.at_us - phase.since_us) / 1e6, 2),
                "past_line_m": round(past.along_m, 2),
            },
            summary=self.summary(line, f"{red_s:.1f} s (+-{settings.coverage_k * error_s:.1f})"),
            onset=way.looks[passing.before].sight,
            # The phase is known up to here: a later look may show the next one.
            sight=past.sight,
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=calibration.method,
            model_version=t.model_version,
            middle=on.sight,
            signal_source=phase.source,
        )

    def lines(self, place: Place) -> Sequence[Scope[tuple[StopLine, Settings]]]:
        """Return the lines that it watches."""
        return scopes_of(place)

    def error_m(self, settings: Settings, calibration: Calibration) -> float:
        """Return the standard uncertainty of a front's place against a line, metres."""
        return settings.position_error_m or calibration.position_error_m

    def grace_s(self, settings: Settings, way: Way, passing: Passing, place: Place) -> float:
        """Return the time after it closed in which a vehicle is not proposed, seconds."""
        del way, passing, place
        return settings.grace_s

    def phase(self, log: SignalLog, group_id: str, from_us: float, to_us: float) -> Phase | None:
        """Return the one phase in force throughout an interval; None: there were several, or it is not known."""
        return log.over(group_id, from_us, to_us)

    def is_one(self, way: Way, passing: Passing) -> bool:
        """Say whether the looks before and beyond the line may be one vehicle's, beside what it can have driven."""
        del way, passing
        return True

    def summary(self, line: StopLine, after: str) -> str:
        """Return the offence in words."""
        return f"Passed the stop line {line.zone_id} {after} after signal group {line.group_id} had turned red"

    def pack(self, state: LineWatch) -> Any:
        """Return the state as plain data."""
        return state.pack()

    def unpack(self, plain: Any) -> LineWatch:
        """Return the state from what `pack` gave."""
        return LineWatch.unpack(plain)


def scopes_of(place: Place) -> list[Scope[tuple[StopLine, Settings]]]:
    """Return the stop lines with a signal group of a calibrated enforcement camera."""
    return line_scopes(place, RedLight.kind, Settings, signalled=True)
