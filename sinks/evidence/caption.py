"""Caption: what stands below a still. Pure."""

from collections.abc import Mapping

from schemas.city_time import to_the_hundredth
from sinks.evidence.finding import Finding


def caption_of(message: Finding, camera_id: str, role: str, at_us: int) -> str:
    """Return one line: camera, kind, what the picture shows, when, and how long the signal had shown what forbids.

    Args:
        message: the finding.
        camera_id: the camera of the picture.
        role: of the picture: onset, middle, peak.
        at_us: capture time of the frame, microseconds since the Unix epoch.
    """
    parts = [camera_id, message.kind.replace("_", " "), role, to_the_hundredth(at_us)]
    measures: Mapping[str, float] = getattr(message, "measures", {})
    parts += [f"{word} for {value:.2f} s" for word, value in signal_before(measures, role)]
    return "  ".join(parts)


def signal_before(measures: Mapping[str, float], role: str) -> list[tuple[str, float]]:
    """Return what a signal had shown, and for how many seconds, when the picture of a role was taken.

    Rules name it `red_before_onset_s`, `closed_before_peak_s` and the like (docs/rules.md).
    """
    end = f"_before_{role}_s"
    return [(name.removesuffix(end), value) for name, value in sorted(measures.items()) if name.endswith(end)]
