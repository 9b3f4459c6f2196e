"""The same offence is already open: a vehicle whose track broke is not accused twice."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

GROUND = "duplicate"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Drop where both plates are sure and of tracks that were never in view at once; flag where they are equal only.

    Unread plates stay unknown. Two tracks of one vehicle that are in view at once are told by twins, and come as one.
    """
    del kind
    if not seen.plates:
        return Exculpation(
            GROUND, "unknown", "the track has no other violation of this kind; the plate was not read to compare others"
        )
    if seen.same_at_us:
        apart_s = abs(offence.at_us - seen.same_at_us) / 1e6
        said = f"the same plate, kind and place {apart_s:.0f} s apart"
        if seen.same_together:
            return Exculpation(GROUND, "flagged", f"{said}; both tracks were in view at once, or may have been")
        if seen.same_elsewhere:
            return Exculpation(GROUND, "flagged", f"{said}; another track in view had that plate too")
        if seen.same_ratio >= limits.duplicate_ratio and seen.same_reads >= limits.duplicate_reads:
            return Exculpation(GROUND, "dropped", said + ": the same offence")
        return Exculpation(
            GROUND, "flagged", f"{said}; the plates are not sure ({seen.same_ratio:.0%}, {seen.same_reads} reads)"
        )
    return Exculpation(
        GROUND, "cleared", f"no other violation with this plate, kind and place within {limits.duplicate_s:.0f} s"
    )
