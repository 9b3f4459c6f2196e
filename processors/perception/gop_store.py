"""The encoded groups of GOPs under way, in bounded memory: an active scene may need them from the keyframe on."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from processors.perception.state import GopStart
from schemas.messages import Frames


class GopReader(Protocol):
    """Reads groups of a camera back from where they came."""

    async def read(self, camera_id: str, gop: GopStart, before: Frames, before_offset: int) -> Sequence[Frames] | None:
        """Return a GOP's groups from its first up to the one before `before`, or None where some are gone.

        Args:
            camera_id: of the camera.
            gop: where the GOP begins.
            before: the group that needs them; same epoch.
            before_offset: its offset, in the same partition.

        Raises:
            ServiceUnavailableError: the source is away.
        """


class NoGopReader:
    """Nothing can be read back: for cores outside Kafka."""

    async def read(self, camera_id: str, gop: GopStart, before: Frames, before_offset: int) -> Sequence[Frames] | None:
        """Return None."""
        del camera_id, gop, before, before_offset
        return None


@dataclass(slots=True)
class _Gop:
    epoch_us: int
    groups: dict[int, Frames] = field(default_factory=dict)
    size: int = 0


class GopStore:
    """Groups by camera. The least recently used cameras go first when the bound is reached.

    Args:
        most_bytes: bytes of packets kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._size = 0
        self._gops: OrderedDict[str, _Gop] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """Bytes of packets kept now."""
        return self._size

    def put(self, frames: Frames, *, begins_gop: bool) -> None:
        """Keep a group; one that holds a keyframe drops the camera's groups before it."""
        gop = self._gops.pop(frames.camera_id, None)
        if gop is not None and (begins_gop or gop.epoch_us != frames.epoch_us):
            self._size -= gop.size
            gop = None
        if gop is None:
            gop = _Gop(frames.epoch_us)
        size = sum(len(packet.data) for packet in frames.packets)
        if frames.sequence not in gop.groups:
            gop.size += size
            self._size += size
        gop.groups[frames.sequence] = frames
        self._gops[frames.camera_id] = gop
        while self._size > self._most:
            _, gone = self._gops.popitem(last=False)
            self._size -= gone.size

    def get(self, camera_id: str, epoch_us: int, first: int, end: int) -> Sequence[Frames] | None:
        """Return the groups with sequences from `first` to before `end`, or None where one is not here."""
        if first >= end:
            return ()
        gop = self._gops.get(camera_id)
        if gop is None or gop.epoch_us != epoch_us:
            return None
        groups = [gop.groups.get(sequence) for sequence in range(first, end)]
        found = [group for group in groups if group is not None]
        return found if len(found) == len(groups) else None
