"""Another vehicle may own the plate that was read."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

GROUND = "plate_owner"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Flag a plate that is also on another track, is not sure enough, or has a near rival. Names no plate."""
    del kind, offence
    if not seen.plates:
        return Exculpation(GROUND, "unknown", "the plate was not read: an officer reads it in the pictures")
    best = seen.plates[0][1]
    margin = best - (seen.plates[1][1] if len(seen.plates) > 1 else 0.0)
    said = f"best reading {best:.1%} over {seen.plate_reads} reads, {margin:.1%} before the next"
    if seen.plate_elsewhere:
        return Exculpation(GROUND, "flagged", f"another vehicle in view has the same best reading; {said}")
    if best < limits.owner_ratio or margin < limits.owner_margin_ratio:
        return Exculpation(GROUND, "flagged", f"another vehicle may own the plate: {said}")
    return Exculpation(GROUND, "cleared", said)
