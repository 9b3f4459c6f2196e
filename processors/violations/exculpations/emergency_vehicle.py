"""An emergency vehicle on duty may do what others may not."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from processors.violations.plate_memory import RANKS
from schemas.messages import Exculpation

GROUND = "emergency_vehicle"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Drop where the plate surely reads as one of the city's register, flag where it may; else it is not seen.

    A plate that was read once, or on another vehicle's track too, may be a neighbour's in the crop: that is looked at.
    So is one that is not sure, where any of its ranked readings is in the register: reads that differ may all be of it.

    No detector tells emergency vehicles apart: the classes are those of COCO, and no beacon is looked for.
    """
    del kind, offence
    if not seen.register:
        return Exculpation(
            GROUND,
            "unknown",
            "no detector tells emergency vehicles apart: look for colours and beacons in the pictures",
        )
    for rank, ((_, ratio), service) in enumerate(zip(seen.plates, seen.services, strict=False)):
        if not service:
            continue
        which = f"reading {rank + 1}" if rank < RANKS else "a less likely reading"
        said = f"{which} of the plate ({ratio:.1%}) is of {service} in register {seen.register}"
        own = not seen.plate_elsewhere and seen.plate_reads >= limits.emergency_reads
        if rank == 0 and ratio >= limits.emergency_ratio and own:
            return Exculpation(GROUND, "dropped", said)
        if not own:
            said += ", another vehicle's perhaps: it was read once or is on another vehicle's track too"
        return Exculpation(GROUND, "flagged", f"{said}: look for colours and beacons in the pictures")
    why = "the plate is not in it" if seen.plates else "the plate was not read"
    return Exculpation(
        GROUND,
        "unknown",
        f"register {seen.register} does not tell: {why}; look for colours and beacons in the pictures",
    )
