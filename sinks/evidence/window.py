"""Which time of which camera a finding needs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from schemas.messages import Evidence
from sinks.evidence.settings import WindowSettings


@dataclass(frozen=True, slots=True)
class Window:
    """A span of one camera's time.

    Attributes:
        camera_id: the camera.
        from_us, to_us: capture times, microseconds since the Unix epoch; half-open.
        named: the seconds within that the finding names, ascending by capture time.
    """

    camera_id: str
    from_us: int
    to_us: int
    named: Sequence[Evidence]


def windows_of(evidence: Sequence[Evidence], settings: WindowSettings) -> list[Window]:
    """Return the windows of a finding, by camera and time.

    A camera's named seconds share one window from before the first to after the last. Where they lie further apart than
    `most_span_s`, each has a window of its own, and those that touch are one.
    """
    out: list[Window] = []
    for camera_id in sorted({one.camera_id for one in evidence}):
        named = sorted((one for one in evidence if one.camera_id == camera_id), key=lambda one: (one.at_us, one.role))
        whole = named[-1].at_us - named[0].at_us <= settings.most_span_s * 1_000_000
        groups = [named] if whole else [[one] for one in named]
        merged: list[Window] = []
        for group in groups:
            one = _around(camera_id, group, settings)
            if merged and one.from_us <= merged[-1].to_us:
                last = merged.pop()
                one = Window(camera_id, last.from_us, one.to_us, [*last.named, *one.named])
            merged.append(one)
        out += merged
    return out


def left_out(windows: Sequence[Window]) -> list[tuple[str, int, int]]:
    """Return the spans between a camera's windows, which are not kept: camera, from and to in microseconds."""
    return [(a.camera_id, a.to_us, b.from_us) for a, b in pairwise(windows) if a.camera_id == b.camera_id]


def _around(camera_id: str, named: Sequence[Evidence], settings: WindowSettings) -> Window:
    return Window(
        camera_id,
        named[0].at_us - round(settings.before_s * 1e6),
        named[-1].at_us + round(settings.after_s * 1e6),
        named,
    )
