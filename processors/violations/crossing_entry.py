"""CrossingEntry: the stop line of a rail crossing passed while its signal was closed; measured as a red light is."""

import math
from collections.abc import Sequence
from typing import ClassVar, Final

from processors.rules.place import Place, Scope
from processors.violations.level_crossing import Settings, level_crossings
from processors.violations.rules import red_light
from processors.violations.signal_log import Phase, SignalLog
from processors.violations.stop_line import StopLine
from processors.violations.unseen import SEEN_US, drove_on
from processors.violations.way import Passing, Way
from schemas.messages import Calibration, Signal

#: Who could not stop: within how long one reacts, seconds, and how hard one brakes, metres a second squared (AASHTO, A
#: Policy on Geometric Design, 2018). A second, where AASHTO has 2.5 s to build by, is a choice.
REACTION_S: Final = 1.0
STOP_MPS2: Final = 3.4


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

    def grace_s(self, settings: red_light.Settings, way: Way, passing: Passing, place: Place) -> float:
        """Return the time after it closed in which a vehicle is not proposed, seconds: in which it could not stop.

        Who drives v and reacts within t goes t * v, and v^2 / 2a to stop: at v those are driven in t + v / 2a. v is the
        upper end of the speed before the line; where two looks do not tell it, the limit of speed.
        """
        assert place.calibration is not None
        looks = way.looks[way.unbroken(passing.before, SEEN_US / 1e6) : passing.before + 1]
        lasted_s = (looks[-1].at_us - looks[0].at_us) / 1e6
        if lasted_s > 0:
            error_m = math.sqrt(2.0) * self.error_m(settings, place.calibration)
            v_mps = (looks[-1].along_m - looks[0].along_m + settings.coverage_k * error_m) / lasted_s
        else:
            v_mps = (place.camera.speed_limit_kmh or 0.0) / 3.6
        # Upwards: what is shown is what was held against it.
        return max(settings.grace_s, math.ceil(100 * (REACTION_S + v_mps / (2 * STOP_MPS2))) / 100)

    def phase(self, log: SignalLog, group_id: str, from_us: float, to_us: float) -> Phase | None:
        """Return the closing in force throughout an interval: a controller may go on from FLASHING to RED in it."""
        return log.within(group_id, from_us, to_us, self.closed)

    def is_one(self, way: Way, passing: Passing) -> bool:
        """Say whether a vehicle that was long unseen at the line drove before as it must have meanwhile."""
        return drove_on(way, passing)

    def summary(self, line: StopLine, after: str) -> str:
        """Return the offence in words."""
        return f"Entered the rail crossing {line.zone_id} {after} after its signal {line.group_id} had closed"
