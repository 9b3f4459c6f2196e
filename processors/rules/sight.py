"""Sight: where the pictures of a finding are, as rules keep it; becomes an Evidence in the message."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from schemas.messages import Evidence


class Sight(NamedTuple):
    """One second of frames and the boxes to draw in one of its frames.

    Attributes:
        epoch_us: the connection.
        sequence: number of the frames group in it.
        frames_partition: partition of the frames message.
        frames_offset: its offset.
        at_us: capture time of the frame, microseconds since the Unix epoch.
        track_ids: track of each box.
        boxes_xyxy_px: boxes x1, y1, x2, y2 one after the other, pixels of the picture.
    """

    epoch_us: int
    sequence: int
    frames_partition: int
    frames_offset: int
    at_us: int
    track_ids: Sequence[str]
    boxes_xyxy_px: Sequence[float]

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return list(self)

    def evidence(self, role: str, camera_id: str) -> Evidence:
        """Return the Evidence of an incident or a violation that shows this."""
        return Evidence(
            role=role,
            camera_id=camera_id,
            epoch_us=self.epoch_us,
            sequence=self.sequence,
            frames_partition=self.frames_partition,
            frames_offset=self.frames_offset,
            at_us=self.at_us,
            track_ids=list(self.track_ids),
            boxes_xyxy_px=[round(edge, 1) for edge in self.boxes_xyxy_px],
        )
