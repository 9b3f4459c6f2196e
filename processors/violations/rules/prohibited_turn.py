"""Prohibited turn: turning at a junction to a side that a sign forbids to all. Defaults and sources: docs/rules.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.hidden_foot import HiddenFoot
from processors.violations.line_watch import LineWatch, line_scopes, lines_in_view
from processors.violations.offence import Offence
from processors.violations.stop_line import StopLine
from processors.violations.turn import AT_LINE_M, Turn, turn_of
from processors.violations.turn_joined import joined
from processors.violations.turn_settings import TurnSettings
from processors.violations.turn_signs import BUS_OR_LIKE_ONE, KIND, SIGN, TurnSigns, turn_signs_of
from processors.violations.upright import Upright
from processors.violations.way import Look, Way, follow


@dataclass(frozen=True, slots=True)
class Settings(TurnSettings):
    """Settings of one stop line: those of a turn, and what follows.

    Attributes:
        most_gap_s: as of a turn, but one look may be missing: which lane it came from does not matter here. A choice.
        bus_height_m: as high, a vehicle may be a bus, whatever it was voted, metres: above sport utility vehicles and
            low vans, 1.9 to 2.1 m, as for truck_ban. Only where buses may turn.
        hours_margin_s: how far the camera's clock may be wrong, seconds: hours of a sign must be met by more.
    """

    most_gap_s: float = 1.1
    bus_height_m: float = 2.3
    hours_margin_s: float = 5.0


class ProhibitedTurn:
    """Holds the side to which a vehicle turns beyond a stop line against what the signs there forbid at that time."""

    kind: ClassVar[str] = KIND
    version: ClassVar[str] = "prohibited_turn/5"

    def initial(self) -> LineWatch:
        """Nobody is near the line."""
        return LineWatch()

    def observe(self, state: LineWatch, second: Second, place: Place) -> tuple[LineWatch, Sequence[Offence]]:
        """Follow the vehicles near each stop line with such signs; measure each that turns beyond it."""
        offences: list[Offence] = []
        for scope in lines_in_view(self.kind, scopes_of, state, second, place):
            line, signs, settings = scope.settings
            ways = state.ways.setdefault(line.zone_id, {})
            joined(ways, second, line, settings)
            for i in follow(ways, second, line, AT_LINE_M):
                way = ways.get(second.tracks.track_id[i])
                offence = self._judge(way, i, line, signs, settings, second, place) if way is not None else None
                if offence is not None:
                    offences.append(offence)
        return state, offences

    def _judge(
        self, way: Way, i: int, line: StopLine, signs: TurnSigns, settings: Settings, second: Second, place: Place
    ) -> Offence | None:
        calibration = place.calibration
        assert calibration is not None
        if not signs.bind(way.vehicle_class):
            # A doubled box of it that goes on alone may be called a car.
            way.done = True
        if way.done or way.looks[-1].along_m < 0:  # before the line, as most are: no turn
            return None
        feet = HiddenFoot.of(place, line, second.tracks.width_px, second.tracks.height_px)
        long = way.vehicle_class in BUS_OR_LIKE_ONE
        turn = turn_of(way.looks, settings, calibration.position_error_m, feet, long=long)
        if turn is None:
            return None
        since_us, at_us = way.looks[turn.before].at_us, way.looks[turn.last].at_us
        if not signs.buses:
            view = Upright.of(place, second.tracks.width_px, second.tracks.height_px)
            way.done = may_be_bus(way.looks[: turn.last + 1], view, settings.bus_height_m)
            if way.done:
                return None
        if not signs.forbid(turn.side, since_us, at_us, settings.hours_margin_s):
            return None
        # It goes on under another name where its track breaks in the turn: one vehicle is proposed once.
        way.done = True
        return self._offence(way, i, line, signs, turn, settings, second, place)

    def _offence(  # noqa: PLR0917 (one vehicle's turn, and what it is held against)
        self,
        way: Way,
        i: int,
        line: StopLine,
        signs: TurnSigns,
        turn: Turn,
        settings: Settings,
        second: Second,
        place: Place,
    ) -> Offence:
        t, calibration = second.tracks, place.calibration
        assert calibration is not None
        before, last = way.looks[turn.before], way.looks[turn.last]
        return Offence(
            track_id=t.track_id[i],
            vehicle_class=t.track_class[i],
            zone_id=line.zone_id,
            since_us=before.at_us,
            at_us=last.at_us,
            measured=round(turn.aside_m, 2),
            error=round(turn.error_m, 2),
            limit=settings.min_aside_m,
            unit="m",
            confidence_factor=settings.coverage_k,
            excess=round(turn.least_m, 2),
            worth=round(turn.least_m, 2),
            measures={
                "to_left": float(turn.side == "left"),
                **turn.measures(way.looks),
                **signs.times.measures(SIGN),
            },
            summary=f"Turns {turn.side} where a sign forbids it{signs.times.in_words()}: "
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


def may_be_bus(looks: Sequence[Look], view: Upright | None, bus_height_m: float) -> bool:
    """Say whether a vehicle may be a bus by the median height of its whole boxes, whatever it was voted.

    Where the camera looks down too steeply for heights, the votes alone decide.

    Args:
        looks: at the vehicle.
        view: of the camera; None: it has none.
        bus_height_m: from which height on, metres.
    """
    boxes = [look.sight.boxes_xyxy_px[:4] for look in looks if not look.cut]
    heights = [] if view is None else [tall_m for box in boxes if (tall_m := view.height_m(*box)) is not None]
    return bool(heights) and median_low(heights) >= bus_height_m


def scopes_of(place: Place) -> list[Scope[tuple[StopLine, TurnSigns, Settings]]]:
    """Return the stop lines of a calibrated enforcement camera at which signs forbid a turn."""
    out = []
    for scope in line_scopes(place, ProhibitedTurn.kind, Settings, signalled=False):
        line, settings = scope.settings
        signs = turn_signs_of(place, scope.zone) if scope.zone is not None else None
        if signs is not None:
            out.append(Scope(scope.zone, scope.index, scope.bit, (line, signs, settings), scope.area_m2))
    return out
