"""CrossingEntry: the stop line of a rail crossing passed while its signal was closed; measured as a red light is."""

import math
from collections.abc import Sequence
from typing import ClassVar

from processors.rules.place import Place, Scope
from processors.violations.level_crossing import Settings, level_crossings
from processors.violations.rules import red_light
from processors.violations.stop_line import StopLine
from schemas.messages import Calibration, Signal


class CrossingEntry(red_light.RedLight):
    """A rail crossing says no by red lights that flash; controllers that tell no flashing say red."""

    #: Only names where it applies: it proposes under the name of the rule that it is a part of.
    kind: ClassVar[str] = "rail_crossing.entry"
    closed: ClassVar[frozenset[Signal]] = frozenset({Signal.FLASHING, Signal.RED})
    word: ClassVar[str] = "closed"

    def lines(self, place: Place) -> Sequence[Scope[tuple[StopLine, red_light.Settings]]]:
        """Return the lines of the crossings whose signal group is named."""
        return [
            Scope(scope.zone, scope.index, scope.bit, (scope.settings[0].line, scope.settings[1]), scope.area_m2)
            for scope in level_crossings(place)
            if scope.settings[0].line.group_id
        ]

    def error_m(self, settings: red_light.Settings, calibration: Calibration) -> float:
        """Return the standard uncertainty of a front's place against a line, metres: the foot's noise is in it.

        At several frames a second it makes larger changes of speed than the calibration's error alone allows for.
        """
        assert isinstance(settings, Settings)
        return settings.position_error_m or math.hypot(calibration.position_error_m, settings.foot_error_m)

    def summary(self, line: StopLine, after: str) -> str:
        """Return the offence in words."""
        return f"Entered the rail crossing {line.zone_id} {after} after its signal {line.group_id} had closed"
