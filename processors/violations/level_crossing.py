"""LevelCrossing: a rail crossing on the ground: its stop line and where the rails lie beyond it. Pure."""

import math
from dataclasses import dataclass
from typing import Final

from processors.rules.place import Place, Scope
from processors.violations.enforced import shaped_scopes
from processors.violations.rules import red_light
from processors.violations.stop_line import StopLine, ground_of, stop_line_of
from schemas.messages import Zone

#: Name of the rule, and the kind of zone it applies in.
KIND: Final = "rail_crossing"


@dataclass(frozen=True, slots=True)
class Settings(red_light.Settings):
    """Settings of one rail crossing: those of red_light, of which some are others here, and how long one may stand.

    Attributes:
        grace_s: least time after the signal closed in which nobody is proposed, seconds: no amber warns of it. Who
            drives faster than 49 km/h could not stop for longer and is left for so long (CrossingEntry.grace_s).
            A choice.
        past_m: the front must have come so far beyond the line while it was closed, metres; as for red_light.
        most_gap_s: most that two looks around the line may lie apart, seconds: longer than at a junction, for nobody
            turns in; who was unseen for longer than there must have driven before as it did meanwhile. A choice.
        foot_error_m: standard uncertainty of a box's foot along the way from look to look, metres, beside the
            calibration's: the city's cars 40 m away have 0.3 to 0.4.
        rails_m: how far beyond the line that begins on which nobody may stand, metres; 0: at the line; infinite, where
            it is not given: nobody is on rails that are nowhere.
        dwell_s: how long a vehicle may stand on the rails, seconds: 10, above which nobody merely creeps over them: the
            law leaves no time at all. A choice.
        min_inside_ratio, same_place_iou: as for no_stopping.
        occlusion_s: how long it may be out of sight, looked for or not, seconds: 3, two looks missed; less than one
            behind needs to move up by a car's length and gap and to stand (7 m at 1.5 m/s2 either way: 4.3 s), and far
            less than dwell_s. A choice.
        min_looks: seconds in which it must have been seen there. A choice.
    """

    grace_s: float = 3.0
    most_gap_s: float = 2.4
    foot_error_m: float = 0.4
    rails_m: float = math.inf
    dwell_s: float = 10.0
    min_inside_ratio: float = 0.8
    min_looks: float = 8.0
    same_place_iou: float = 0.5
    occlusion_s: float = 3.0


@dataclass(frozen=True, slots=True)
class LevelCrossing:
    """A rail crossing.

    Attributes:
        line: its stop line, and the signal group that holds there.
        end_m: where the zone ends beyond the line, metres.
    """

    line: StopLine
    end_m: float

    def over_m(self, near_m: tuple[float, float], length_m: float, rails_m: float) -> float:
        """Return how much of a vehicle's length lies over the rails, metres; 0 beside them.

        Args:
            near_m: its near end on the ground, x and y; its body lies behind it, against the direction of travel.
            length_m: its length.
            rails_m: where the rails begin beyond the line.
        """
        if not self.line.left_m <= self.line.across_m(*near_m) <= self.line.right_m:
            return 0.0
        front_m = self.line.along_m(*near_m)
        return max(0.0, min(front_m, self.end_m) - max(front_m - length_m, rails_m))


def level_crossing_of(place: Place, zone: Zone) -> LevelCrossing | None:
    """Return the crossing that a zone of kind rail_crossing shows: it begins at the line and ends beyond the last rail.

    None where it cannot be told: no direction, no calibration, or vehicles that drive away from the camera.
    """
    line = stop_line_of(place, zone)
    if line is None:
        return None
    along = sorted(line.along_m(x, y) for x, y in ground_of(place, zone))
    return LevelCrossing(line, (along[-1] + along[-2]) / 2)


def level_crossings(place: Place) -> list[Scope[tuple[LevelCrossing, Settings]]]:
    """Return the rail crossings of a calibrated enforcement camera."""
    return shaped_scopes(place, KIND, Settings, frozenset({KIND}), level_crossing_of)
