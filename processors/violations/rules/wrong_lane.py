"""Wrong lane: turning at a junction from a lane that does not lead there. Defaults and sources: docs/rules.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.hidden_foot import HiddenFoot
from processors.violations.line_watch import LineWatch, line_scopes, lines_in_view
from processors.violations.offence import Offence
from processors.violations.stop_line import StopLine
from processors.violations.turn import AT_LINE_M, Turn, turn_of
from processors.violations.turn_joined import joined
from processors.violations.turn_lanes import Lane, lane_of, lanes_of
from processors.violations.turn_settings import TurnSettings
from processors.violations.turn_signs import BUS_OR_LIKE_ONE, TurnSigns, turn_signs_of
from processors.violations.way import Way, follow


@dataclass(frozen=True, slots=True)
class Settings(TurnSettings):
    """Settings of one stop line: those of a turn; the looks before the line +- k * error must lie in one lane.

    Attributes:
        hours_margin_s: how far the camera's clock may be wrong, seconds: within hours of a sign that forbids the turn,
            or so near to them, it is no matter of lanes.
    """

    hours_margin_s: float = 5.0


class WrongLane:
    """Holds the side to which a vehicle turns beyond a stop line against what its lane before the line allows."""

    kind: ClassVar[str] = "wrong_lane"
    version: ClassVar[str] = "wrong_lane/7"

    def initial(self) -> LineWatch:
        """Nobody is near the line."""
        return LineWatch()

    def observe(self, state: LineWatch, second: Second, place: Place) -> tuple[LineWatch, Sequence[Offence]]:
        """Follow the vehicles near each stop line; measure each that turns beyond it."""
        offences: list[Offence] = []
        for scope in lines_in_view(self.kind, scopes_of, state, second, place):
            line, lanes, signs, settings = scope.settings
            ways = state.ways.setdefault(line.zone_id, {})
            joined(ways, second, line, settings)
            for i in follow(ways, second, line, AT_LINE_M):
                way = ways.get(second.tracks.track_id[i])
                offence = self._judge(way, i, line, lanes, signs, settings, second, place) if way is not None else None
                if offence is not None:
                    offences.append(offence)
        return state, offences

    def _judge(  # noqa: PLR0917 (one vehicle's turn, and what it is held against)
        self,
        way: Way,
        i: int,
        line: StopLine,
        lanes: Sequence[Lane],
        signs: TurnSigns | None,
        settings: Settings,
        second: Second,
        place: Place,
    ) -> Offence | None:
        calibration = place.calibration
        assert calibration is not None
        if signs is not None and signs.bind(way.vehicle_class):
            # prohibited_turn may have had its say, whatever it is voted later.
            way.done = True
        if way.looks[-1].along_m < 0:  # before the line, as most are: no turn
            return None
        feet = HiddenFoot.of(place, line, second.tracks.width_px, second.tracks.height_px)
        long = way.vehicle_class in BUS_OR_LIKE_ONE
        turn = turn_of(way.looks, settings, calibration.position_error_m, feet, long=long)
        if turn is None:
            return None
        error_m = settings.position_error_m or calibration.position_error_m
        lane = lane_of(lanes, way.looks[: turn.before + 1], settings.coverage_k * error_m)
        allowed = [one.number for one in lanes if one.leads(turn.side)]
        # Where no lane leads there the turn itself is forbidden, which is another offence.
        if lane is None or lane.leads(turn.side) or not allowed:
            return None
        if _proven_before(way, i, settings, calibration.position_error_m, second, feet):
            return None
        # A turn that a sign forbids it is prohibited_turn's, from whichever lane: one manoeuvre is one offence.
        since_us, at_us = way.looks[turn.before].at_us, way.looks[turn.last].at_us
        if signs is not None and way.done and signs.may_forbid(turn.side, since_us, at_us, settings.hours_margin_s):
            return None
        nearest = min(allowed, key=lambda number: abs(number - lane.number))
        return self._offence(way, i, line, lane, nearest, turn, settings, second, place)

    def _offence(  # noqa: PLR0917 (one vehicle's turn, and what it is held against)
        self,
        way: Way,
        i: int,
        line: StopLine,
        lane: Lane,
        nearest: int,
        turn: Turn,
        settings: Settings,
        second: Second,
        place: Place,
    ) -> Offence:
        t, calibration = second.tracks, place.calibration
        assert calibration is not None
        before, last = way.looks[turn.before], way.looks[turn.last]
        error_lanes = (settings.position_error_m or calibration.position_error_m) / (lane.right_m - lane.left_m)
        return Offence(
            track_id=t.track_id[i],
            vehicle_class=t.track_class[i],
            zone_id=line.zone_id,
            since_us=before.at_us,
            at_us=last.at_us,
            measured=float(lane.number),
            error=round(error_lanes, 2),
            limit=float(nearest),
            unit="lane",
            confidence_factor=settings.coverage_k,
            excess=round(abs(nearest - lane.number) - settings.coverage_k * error_lanes, 2),
            worth=round(turn.least_m, 2),
            measures={
                "lane": float(lane.number),
                **turn.measures(way.looks),
            },
            summary=f"Turns {turn.side} from lane {lane.number} (the rightmost is 0), which does not lead there: "
            f"{turn.in_words(settings.coverage_k, line.zone_id)}",
            onset=before.sight,
            sight=last.sight,
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=calibration.method,
            model_version=t.model_version,
        )

    def pack(self, state: LineWatch) -> Any:
        """Return the state as plain data."""
        return state.pack()

    def unpack(self, plain: Any) -> LineWatch:
        """Return the state from what `pack` gave."""
        return LineWatch.unpack(plain)


def _proven_before(
    way: Way, i: int, settings: Settings, calibration_error_m: float, second: Second, feet: HiddenFoot | None
) -> bool:
    """Say whether a turn was proven in an earlier second under another name, which its track had before it broke.

    The look before the line is the same, and so the lane: it was proposed then, and one manoeuvre is one offence.
    Whatever it was voted then: it may have been a car's turn by its breadth.
    """
    name, begin_us = second.tracks.track_id[i], second.tracks.captured_at_us
    earlier = [look for look in way.looks if look.at_us < begin_us and name not in look.sight.track_ids]
    return len(earlier) > 1 and turn_of(earlier, settings, calibration_error_m, feet) is not None


def scopes_of(place: Place) -> list[Scope[tuple[StopLine, Sequence[Lane], TurnSigns | None, Settings]]]:
    """Return the stop lines, each with its lanes, of a calibrated enforcement camera."""
    out = []
    for scope in line_scopes(place, WrongLane.kind, Settings, signalled=False):
        line, settings = scope.settings
        signs = turn_signs_of(place, scope.zone) if scope.zone is not None else None
        if lanes := lanes_of(place, line):
            out.append(Scope(scope.zone, scope.index, scope.bit, (line, lanes, signs, settings), scope.area_m2))
    return out
