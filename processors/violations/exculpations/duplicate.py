"""The same offence is already open: a vehicle whose track broke is not accused twice."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

GROUND = "duplicate"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Drop where both plates are sure, flag where they are equal and not sure; unread plates stay unknown."""
    del kind
    if not seen.plates:
        return Exculpation(
            GROUND, "unknown", "the track has no other violation of this kind; the plate was not read to compare others"
        )
    if seen.same_at_us:
        apart_s = abs(offence.at_us - seen.same_at_us) / 1e6
        said = f"the same plate, kind and place {apart_s:.0f} s apart"
        if seen.same_ratio >= limits.duplicate_ratio:
            return Exculpation(GROUND, "dropped", said + ": the same offence")
        return Exculpation(GROUND, "flagged", f"{said}; the plates are not sure ({seen.same_ratio:.0%})")
    return Exculpation(
        GROUND, "cleared", f"no other violation with this plate, kind and place within {limits.duplicate_s:.0f} s"
    )
