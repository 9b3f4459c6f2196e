"""Backlog: whether perception still has frames before it that detections have not come to."""

from collections.abc import Callable
from typing import Final

from sinks.evidence.record_reader import KafkaSilentError

#: How often Kafka is asked for a partition's end, milliseconds: what waits looks many times a second.
ASK_EVERY_MS: Final = 500


class Backlog:
    """Compares where the frames of a partition end with the last ones of which detections were read.

    Args:
        end_of: returns the offset behind a partition's last frames; raises KafkaSilentError.
    """

    def __init__(self, end_of: Callable[[int], int]) -> None:
        self._end_of = end_of
        self._ends: dict[int, tuple[int, int]] = {}

    def is_before(self, partition: int, frames_read: int | None, now_ms: int) -> bool:
        """Return whether detections of later frames are still to come.

        True as well where Kafka does not say: to wait costs time, not to wait pictures.

        Args:
            partition: of frames, and of detections.
            frames_read: offset of the newest frames of which detections were read; None: of none.
            now_ms: this machine's time, milliseconds since the Unix epoch.
        """
        asked_ms, end = self._ends.get(partition, (-ASK_EVERY_MS, 0))
        if now_ms - asked_ms >= ASK_EVERY_MS:
            try:
                end = self._end_of(partition)
            except KafkaSilentError:
                return True
            self._ends[partition] = now_ms, end
        return frames_read is not None and frames_read + 1 < end
