"""Grounds that may excuse a finding, each checked and recorded; an officer sees all of them."""

from processors.rules.second import Second
from schemas.messages import Exculpation


def exculpations_of(second: Second) -> list[Exculpation]:
    """Return what the camera-second itself tells about grounds that may excuse a finding."""
    trusted = second.clock_trusted
    source = second.tracks.clock_source
    return [
        Exculpation(
            "camera_uncalibrated", "cleared", f"calibration version {second.tracks.calibration_version} was in force"
        ),
        Exculpation(
            "clock_not_trusted",
            "cleared" if trusted else "flagged",
            f"capture times come from {source}" + ("" if trusted else ": arrival times may be late"),
        ),
        Exculpation(
            "emergency_vehicle", "unknown", "no detector tells emergency vehicles apart yet; look at the stills"
        ),
        Exculpation("officers_signal", "unknown", "not seen by this system; look at the stills"),
    ]
