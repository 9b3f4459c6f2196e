"""An emergency vehicle on duty may do what others may not."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

GROUND = "emergency_vehicle"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Nothing to be seen today: the detector's classes are those of COCO, and no beacon is looked for."""
    del kind, offence, seen, limits
    return Exculpation(
        GROUND, "unknown", "no detector tells emergency vehicles apart: look for colours and beacons in the pictures"
    )
