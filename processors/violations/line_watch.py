"""LineWatch: what a rule remembers of a junction's stop lines, and where such a rule applies. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from processors.rules.place import Place, Scope
from processors.violations.signal_log import SignalLog
from processors.violations.stop_line import StopLine, stop_line_of
from processors.violations.way import Way

C = TypeVar("C")


@dataclass(slots=True)
class LineWatch:
    """One camera's stop lines.

    Attributes:
        log: the junction's phases.
        ways: vehicles near each line, by zone and track.
    """

    log: SignalLog = field(default_factory=SignalLog)
    ways: dict[str, dict[str, Way]] = field(default_factory=dict)

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        ways = {zone: {track: way.pack() for track, way in own.items()} for zone, own in self.ways.items()}
        return [self.log.pack(), ways]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "LineWatch":
        """Return what `pack` gave."""
        log, ways = plain
        return cls(
            SignalLog.unpack(log),
            {zone: {track: Way.unpack(way) for track, way in own.items()} for zone, own in ways.items()},
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
