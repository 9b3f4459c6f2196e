"""What evidence should show and does not: said in the manifest, never skipped silently. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sinks.evidence.seconds_index import CameraSecond
from sinks.evidence.window import Window

#: Seconds end where the next begin but for the clock's and the time base's rounding, microseconds.
SLACK_US: Final = 250_000
NOT_DETECTED: Final = "no detections message names frames of this time"
LOST: Final = "no detections message names this group, though its neighbours are named"
GONE: Final = "its frames message is no longer in the topic"
TOO_MUCH: Final = "left out: the finding's packets would exceed the sink's limit"
FAR: Final = "left out: it lies between the seconds that the finding names, which are far apart"


@dataclass(frozen=True, slots=True)
class Missing:
    """A group or a time without pictures.

    Attributes:
        camera_id: the camera.
        from_us, to_us: capture time, as far as it is known.
        reason: a sentence.
        epoch_us, sequence: the group; None where only a time is known.
        partition, offset: its frames message; None where it is not known.
    """

    camera_id: str
    from_us: int
    to_us: int
    reason: str
    epoch_us: int | None = None
    sequence: int | None = None
    partition: int | None = None
    offset: int | None = None

    @property
    def seconds(self) -> float:
        """Its length."""
        return max(0, self.to_us - self.from_us) / 1e6

    def to_json(self) -> dict[str, Any]:
        """Return it for the manifest; what is not known is left out."""
        names = ("camera_id", "epoch_us", "sequence", "from_us", "to_us", "partition", "offset", "reason")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def of_second(second: CameraSecond, reason: str) -> Missing:
    """Return that a known second is missing."""
    return Missing(
        second.camera_id,
        second.captured_at_us,
        second.end_us,
        reason,
        second.epoch_us,
        second.sequence,
        second.frames_partition,
        second.frames_offset,
    )


def holes(window: Window, seconds: Sequence[CameraSecond]) -> list[Missing]:
    """Return what a window lacks.

    Args:
        window: the window.
        seconds: what is known of it, in the order of capture.
    """
    out: list[Missing] = []
    at_us = window.from_us
    before: CameraSecond | None = None
    for second in seconds:
        lost = second.sequence - before.sequence - 1 if before and before.epoch_us == second.epoch_us else 0
        if before is not None and lost > 0:
            step = (second.captured_at_us - before.end_us) // lost
            for n in range(lost):
                first = before.end_us + n * step
                number = before.sequence + 1 + n
                out.append(Missing(window.camera_id, first, first + step, LOST, second.epoch_us, number))
        elif second.captured_at_us - at_us > SLACK_US:
            out.append(Missing(window.camera_id, at_us, second.captured_at_us, NOT_DETECTED))
        at_us = max(at_us, second.end_us)
        before = second
    if window.to_us - at_us > SLACK_US:
        out.append(Missing(window.camera_id, at_us, window.to_us, NOT_DETECTED))
    named = {(second.epoch_us, second.sequence) for second in seconds}
    known = {(one.epoch_us, one.sequence) for one in out}
    for one in window.named:
        if (one.epoch_us, one.sequence) not in named | known:
            reason = "the finding names this group, and no detections message does"
            out.append(
                Missing(
                    one.camera_id,
                    one.at_us,
                    one.at_us,
                    reason,
                    one.epoch_us,
                    one.sequence,
                    one.frames_partition,
                    one.frames_offset,
                )
            )
    return out
