"""An officer's signal goes before signs, markings and traffic lights."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

GROUND = "directed_by_officer"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Flag where several vehicles do the same at a time, as when they are waved through; else it is not seen."""
    del offence
    if kind not in limits.not_manoeuvres and seen.others_alike >= limits.others:
        return Exculpation(
            GROUND,
            "flagged",
            f"{seen.others_alike} other vehicles did the same within {limits.within_s:.0f} s: somebody may direct them",
        )
    return Exculpation(GROUND, "unknown", "officers are not seen by the system: look at the pictures")
