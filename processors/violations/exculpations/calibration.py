"""The camera's calibration: measurements on the ground are worth what it is worth."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

GROUND = "calibration"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Clear a survey; drop a speed without any calibration; flag every other origin, and none."""
    del kind, seen, limits
    if not offence.calibration_version:
        if offence.unit == "km/h":
            return Exculpation(GROUND, "dropped", "the camera has no calibration: no speed can be measured")
        return Exculpation(GROUND, "flagged", "the camera has no calibration: places are those in the picture alone")
    said = f"calibration v{offence.calibration_version}, {offence.calibration_method}"
    if offence.calibration_method.lower().startswith("survey"):
        return Exculpation(GROUND, "cleared", said)
    return Exculpation(GROUND, "flagged", said + ": not a survey")
