"""The camera was moved: then its zones and its calibration no longer lie where they were drawn."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

GROUND = "camera_moved"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Flag a view that jumped or shakes; what the scene measurements cannot tell stays unknown."""
    del kind
    if seen.motion_ratio is not None and seen.motion_ratio >= limits.motion_ratio:
        return Exculpation(
            GROUND, "flagged", f"{seen.motion_ratio:.0%} of the picture changed at once: the camera may shake or turn"
        )
    ago_s = (offence.at_us - seen.jumped_at_us) / 1e6
    if seen.jumped_at_us and ago_s <= limits.remember_s:
        return Exculpation(
            GROUND,
            "flagged",
            f"the picture's sharpness jumped {ago_s:.0f} s before: the view may be turned, refocused or covered",
        )
    if seen.motion_ratio is None:
        return Exculpation(GROUND, "unknown", "no scene measurements of that second: look at the pictures")
    return Exculpation(
        GROUND,
        "unknown",
        f"no jump of the view in {seen.watched_s} watched seconds, but nothing compares it with the calibration's: "
        "look at the pictures",
    )
