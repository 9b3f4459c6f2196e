"""LineWatch: what a rule remembers of a junction's stop lines, and where such a rule applies. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.signal_log import SignalLog
from processors.violations.stop_line import StopLine, stop_line_of
from processors.violations.way import Way

C = TypeVar("C")

#: Places of standing vehicles that are remembered, and how near to one of them the same vehicle stands, metres: less
#: than a lane's width, more than the noise of a box's foot.
MOST_STOOD = 16
SAME_PLACE_M = 2.0


@dataclass(slots=True)
class LineWatch:
    """One camera's stop lines.

    Attributes:
        log: the junction's phases.
        ways: vehicles near each line, by zone and track.
        stood: where vehicles stood that were proposed: zone, begin of the red, beyond the line and across, metres.
    """

    log: SignalLog = field(default_factory=SignalLog)
    ways: dict[str, dict[str, Way]] = field(default_factory=dict)
    stood: list[tuple[str, int, float, float]] = field(default_factory=list)

    def known(self, zone_id: str, since_us: int, along_m: float, across_m: float) -> bool:
        """Say whether a vehicle at this place was proposed in this red: a lost track that is found again is no second.

        Where it was not, the place is remembered, MOST_STOOD of them.
        """
        for zone, since, along, across in self.stood:
            if (zone, since) == (zone_id, since_us) and math.hypot(along - along_m, across - across_m) <= SAME_PLACE_M:
                return True
        self.stood = [*self.stood[1 - MOST_STOOD :], (zone_id, since_us, along_m, across_m)]
        return False

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        ways = {zone: {track: way.pack() for track, way in own.items()} for zone, own in self.ways.items()}
        return [self.log.pack(), ways, [list(place) for place in self.stood]]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "LineWatch":
        """Return what `pack` gave."""
        log, ways, stood = plain
        return cls(
            SignalLog.unpack(log),
            {zone: {track: Way.unpack(way) for track, way in own.items()} for zone, own in ways.items()},
            [(zone, since_us, along_m, across_m) for zone, since_us, along_m, across_m in stood],
        )


def line_scopes(place: Place, kind: str, settings: type[C], *, signalled: bool) -> list[Scope[tuple[StopLine, C]]]:
    """Return the stop lines of a calibrated enforcement camera at which a rule applies, each with its settings.

    Args:
        place: the camera.
        kind: the rule.
        settings: frozen dataclass of numbers, each with a default.
        signalled: only lines whose signal group is named.
    """
    if not place.camera.analysis.enforcement:
        return []
    out: list[Scope[tuple[StopLine, C]]] = []
    for scope in place.zone_scopes(kind, settings, frozenset({"stop_line"})):
        line = stop_line_of(place, scope.zone) if scope.zone is not None else None
        if line is not None and (line.group_id or not signalled):
            out.append(Scope(scope.zone, scope.index, scope.bit, (line, scope.settings), scope.area_m2))
    return out


def lines_in_view(
    kind: str, make: Callable[[Place], Sequence[Scope[C]]], state: LineWatch, second: Second, place: Place
) -> Sequence[Scope[C]]:
    """Hear a second's signals; return the lines at which a rule can look at its vehicles, none where it is blind.

    Args:
        kind: the rule.
        make: finds its lines.
        state: what it remembers; hears the signals, in place.
        second: the second.
        place: the camera.
    """
    scopes = place.scopes(kind, make)
    if not scopes:
        return ()
    state.log.hear(second.tracks)
    calibration = place.calibration
    seen = calibration is not None and second.tracks.calibration_version == calibration.version and second.observed
    return scopes if seen else ()
