"""Where a camera's seconds lie in `frames`: a bounded index built from `detections`. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CameraSecond:
    """One group of a camera, as its detections message names it.

    Attributes:
        camera_id: the camera.
        epoch_us: the connection.
        sequence: number of the group in it.
        captured_at_us: capture time of its first packet.
        duration_us: its length.
        frames_partition, frames_offset: coordinates of the frames message.
        frames_created_at_ms: Kafka's CreateTime of the frames message.
        detections_partition, detections_offset: coordinates of the detections message.
        detections: that message's value.
    """

    camera_id: str
    epoch_us: int
    sequence: int
    captured_at_us: int
    duration_us: int
    frames_partition: int
    frames_offset: int
    frames_created_at_ms: int
    detections_partition: int
    detections_offset: int
    detections: bytes

    @property
    def end_us(self) -> int:
        """Capture time of the end."""
        return self.captured_at_us + self.duration_us


class SecondsIndex:
    """The seconds that waiting findings need, and no others: its size is bounded by what they may need.

    The first copy of a (camera, epoch, sequence) counts, as in every stage: a message that was written again upstream
    changes nothing.
    """

    def __init__(self) -> None:
        self._wanted: dict[str, dict[int, tuple[int, int]]] = {}
        self._seconds: dict[str, dict[tuple[int, int], CameraSecond]] = {}
        self.size_bytes = 0

    def __len__(self) -> int:
        return sum(len(seconds) for seconds in self._seconds.values())

    def want(self, ticket: int, camera_id: str, from_us: int, to_us: int) -> None:
        """Keep a camera's seconds that touch a span until `release` of the same ticket."""
        self._wanted.setdefault(camera_id, {})[ticket] = (from_us, to_us)

    def release(self, ticket: int, camera_id: str) -> None:
        """Forget a span, and the seconds that no other span holds."""
        wanted = self._wanted.get(camera_id, {})
        wanted.pop(ticket, None)
        if not wanted:
            self._wanted.pop(camera_id, None)
        seconds = self._seconds.get(camera_id, {})
        for key in [key for key, second in seconds.items() if not self.wants(camera_id, second)]:
            self.size_bytes -= len(seconds.pop(key).detections)
        if not seconds:
            self._seconds.pop(camera_id, None)

    def follows(self, camera_id: str) -> bool:
        """Return whether anything of a camera is wanted."""
        return camera_id in self._wanted

    def wants(self, camera_id: str, second: CameraSecond) -> bool:
        """Return whether a second touches a wanted span."""
        spans = self._wanted.get(camera_id, {}).values()
        return any(second.captured_at_us < to_us and second.end_us > from_us for from_us, to_us in spans)

    def add(self, second: CameraSecond) -> bool:
        """Take a second if it is wanted and new; return whether it was taken."""
        if not self.wants(second.camera_id, second):
            return False
        seconds = self._seconds.setdefault(second.camera_id, {})
        key = (second.epoch_us, second.sequence)
        if key in seconds:
            return False
        seconds[key] = second
        self.size_bytes += len(second.detections)
        return True

    def get(self, camera_id: str, epoch_us: int, sequence: int) -> CameraSecond | None:
        """Return one second, or None where it is not here."""
        return self._seconds.get(camera_id, {}).get((epoch_us, sequence))

    def between(self, camera_id: str, from_us: int, to_us: int) -> Sequence[CameraSecond]:
        """Return a camera's seconds that touch a span, in the order of their capture."""
        found = (
            second
            for second in self._seconds.get(camera_id, {}).values()
            if second.captured_at_us < to_us and second.end_us > from_us
        )
        return sorted(found, key=lambda second: (second.captured_at_us, second.epoch_us, second.sequence))
