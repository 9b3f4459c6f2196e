"""Grounds that may excuse a measured offence, and what came of checking each; an officer sees all of them."""

from processors.violations.offence import Offence
from schemas.messages import ClockSource, Exculpation

#: What each clock is worth: RTCP reports carry the camera's own clock; arrival times contain the network's delay.
CLOCKS = {
    ClockSource.RTCP: ("cleared", "capture times come from the camera's RTCP reports"),
    ClockSource.ARRIVAL: ("flagged", "capture times are arrival times at the producer: late by the network's delay"),
    ClockSource.FILE: ("flagged", "capture times follow from the declared start of a file, which nothing checks"),
}


def exculpations_of(offence: Offence) -> list[Exculpation]:
    """Return the grounds checked for an offence."""
    clock, clock_reason = CLOCKS[offence.clock_source]
    surveyed = offence.calibration_method.lower().startswith("survey")
    return [
        Exculpation(
            "calibration",
            "cleared" if surveyed else "flagged",
            f"calibration v{offence.calibration_version}, {offence.calibration_method}"
            + ("" if surveyed else ": not a survey"),
        ),
        Exculpation(
            "camera_moved", "unknown", "nothing compares the view with the calibration's yet: look at the pictures"
        ),
        Exculpation("clock", clock, clock_reason),
        Exculpation(
            "emergency_vehicle", "unknown", "no detector tells emergency vehicles apart yet: look at the pictures"
        ),
        Exculpation("directed_by_officer", "unknown", "not seen by the system: look at the pictures"),
    ]
