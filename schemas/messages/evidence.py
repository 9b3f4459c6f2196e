"""Evidence: One second of frames that shows the finding, with the box to draw."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One second of frames that shows the finding, with the box to draw.

    Attributes:
        role: What it shows: onset, peak, latest, end.
        camera_id: Identifier of the camera.
        epoch_us: The connection, microseconds since the Unix epoch.
        sequence: Number of the frames group.
        frames_partition: Partition of the frames message.
        frames_offset: Offset of the frames message.
        at_us: Capture time of the frame shown, microseconds since the Unix epoch.
        track_ids: Track of each box.
        boxes_xyxy_px: Boxes x1, y1, x2, y2 one after the other, pixels of the picture.
    """

    role: str
    camera_id: str
    epoch_us: int
    sequence: int
    frames_partition: int
    frames_offset: int
    at_us: int
    track_ids: Sequence[str]
    boxes_xyxy_px: Sequence[float]
