"""A frames message as evidence holds it."""

from dataclasses import dataclass

from schemas.messages import Detections, Frames


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """One camera-second with its origin.

    Attributes:
        frames: the message.
        partition, offset: where it lies.
        sha256: of the message's value as it lies in Kafka, hexadecimal.
        size: bytes of that value.
        detections: what was detected in it; None where that message cannot be read.
        detections_offset: where that lies; its partition is its own.
        detections_partition: its partition.
        detections_sha256: of its value.
    """

    frames: Frames
    partition: int
    offset: int
    sha256: str
    size: int
    detections: Detections | None
    detections_partition: int
    detections_offset: int
    detections_sha256: str

    @property
    def end_us(self) -> int:
        """Capture time of the end."""
        return self.frames.captured_at_us + self.frames.duration_us
