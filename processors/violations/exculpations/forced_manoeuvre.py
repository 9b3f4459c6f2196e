"""A manoeuvre that another vehicle forced is not the driver's."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

GROUND = "forced_manoeuvre"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Flag a vehicle that closes in from behind; what comes from the side or the front stays unknown."""
    del offence
    if kind in limits.not_manoeuvres:
        return Exculpation(GROUND, "cleared", "the offence is not one of a moment's manoeuvre")
    if not seen.placed:
        return Exculpation(GROUND, "unknown", "the vehicle has no place on the ground: look at the pictures")
    if seen.closing_s is not None and seen.closing_s < limits.time_to_collision_s:
        return Exculpation(
            GROUND,
            "flagged",
            f"a vehicle closed in from behind, {seen.closing_gap_m:.1f} m and {seen.closing_s:.1f} s away",
        )
    return Exculpation(
        GROUND, "unknown", "no vehicle closed in from behind; obstacles and vehicles from the side are not told apart"
    )
