"""Grounds that may excuse a measured average speed, and what came of checking each."""

from schemas.messages import ClockSource, Exculpation, Passage


def exculpations_of(start: Passage, end: Passage) -> list[Exculpation]:
    """Return the grounds checked for a pair of passages; a ground is cleared where it is so at both cameras."""
    surveyed = all(one.calibration_method.lower().startswith("survey") for one in (start, end))
    own_clocks = all(one.clock_source is ClockSource.RTCP for one in (start, end))
    return [
        Exculpation(
            "calibration",
            "cleared" if surveyed else "flagged",
            f"start: calibration v{start.calibration_version}, {start.calibration_method}; "
            f"end: v{end.calibration_version}, {end.calibration_method}",
        ),
        Exculpation(
            "camera_moved", "unknown", "nothing compares the views with their calibrations yet: look at the pictures"
        ),
        Exculpation(
            "clock",
            "cleared" if own_clocks else "flagged",
            f"capture times: {start.clock_source.value} at the start, {end.clock_source.value} at the end; the average "
            "rests on their difference",
        ),
        Exculpation("another_vehicle", "unknown", "the plates agree; compare make and colour on the two pictures"),
        Exculpation(
            "emergency_vehicle", "unknown", "no detector tells emergency vehicles apart yet: look at the pictures"
        ),
        Exculpation("directed_by_officer", "unknown", "not seen by the system: look at the pictures"),
    ]
