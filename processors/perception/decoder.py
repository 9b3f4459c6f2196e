"""One GOP's decoder: what a picture looks like depends on its GOP's packets alone.

Each GOP gets a decoder of its own (opening one costs 30 us), with one thread. So it makes no difference whether a
decoder lived through several groups or was made again and fed from the GOP's start. Pictures that come late because the
decoder reorders are drained, after which that decoder is spent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import av
import av.error

from processors.perception.disposable import is_disposable, nal_length_bytes
from schemas.messages import Frames, VideoCodec

NAMES: Final = {VideoCodec.H264: "h264", VideoCodec.HEVC: "hevc", VideoCodec.MJPEG: "mjpeg"}


@dataclass(slots=True)
class GopDecoder:
    """A decoder somewhere in a GOP.

    Attributes:
        epoch_us: the stream's epoch.
        start: (sequence, packet) of the GOP's keyframe.
        next: (sequence, packet) of the next packet to feed.
        context: FFmpeg's decoder.
        spent: it was drained and takes no more packets.
    """

    epoch_us: int
    start: tuple[int, int]
    next: tuple[int, int]
    context: Any
    spent: bool = False


@dataclass(slots=True)
class Decoded:
    """What came of a run.

    Attributes:
        samples: what `take` returned for each target, by packet index.
        fed: packets of this group that were decoded.
        broken: the decoder met a packet it cannot decode; nothing after it in this GOP can be trusted.
        error: its text.
    """

    samples: dict[int, Any] = field(default_factory=dict)
    fed: int = 0
    broken: bool = False
    error: str = ""


def open_decoder(frames: Frames, start: tuple[int, int], most_pixels: int) -> GopDecoder:
    """Open a decoder for the GOP that begins at (sequence, packet).

    Raises:
        av.error.FFmpegError: its codec parameters are rubbish.
    """
    context: Any = av.CodecContext.create(NAMES[frames.codec], "r")
    if frames.extradata:
        context.extradata = frames.extradata
    context.thread_count = 1
    context.options = {"max_pixels": str(most_pixels), "threads": "1"}
    context.open()
    return GopDecoder(frames.epoch_us, start, start, context)


def run(
    decoder: GopDecoder,
    prior: Sequence[Frames],
    frames: Frames,
    end: int,
    targets: Sequence[int],
    take: Callable[[av.VideoFrame, int], Any],
) -> Decoded:
    """Feed a decoder up to the last target of a group; blocking, for a thread.

    Packets that no other refers to are left out unless they are targets.

    Args:
        decoder: of this group's GOP (the part of the group up to `end`); moved on.
        prior: the GOP's earlier groups from decoder.next on, without a gap.
        frames: the group.
        end: packets of the group from here on belong to the next GOP.
        targets: packets to hand to `take`, indices in decoding order, below `end`.
        take: called with each target's picture and packet index; pictures are not kept.
    """
    out = Decoded()
    wanted = set(targets)
    last = max(targets)
    tap = _Tap(decoder, wanted, take, out)
    for group in prior:
        first = decoder.next[1] if group.sequence == decoder.next[0] else 0
        if not tap.feed(group, range(first, len(group.packets)), own=False):
            return out
    first = decoder.next[1] if decoder.next[0] == frames.sequence else 0
    if not tap.feed(frames, range(first, last + 1), own=True):
        tap.drain()
        return out
    tap.late(frames, range(last + 1, end))
    return out


class _Tap:
    """Feeds packets and takes the wanted pictures out of what comes back."""

    def __init__(
        self,
        decoder: GopDecoder,
        wanted: set[int],
        take: Callable[[av.VideoFrame, int], Any],
        out: Decoded,
    ) -> None:
        self._decoder = decoder
        self._wanted = wanted
        self._take = take
        self._out = out

    def feed(self, group: Frames, indices: range, *, own: bool) -> bool:
        """Feed packets of a group; return False where one cannot be decoded."""
        length = nal_length_bytes(group.codec, group.extradata)
        decoder = self._decoder
        for index in indices:
            data = group.packets[index].data
            target = own and index in self._wanted
            if not target and not group.packets[index].is_keyframe and is_disposable(group.codec, data, length):
                continue
            try:
                self._sift(decoder.context.decode(_packet(data, index if own else -1)))
            except av.error.FFmpegError as error:
                self._out.broken = True
                self._out.error = f"packet {index} of group {group.sequence}: {error}"
                decoder.spent = True
                return False
            self._out.fed += own
        decoder.next = (group.sequence, indices.stop)
        return True

    def late(self, group: Frames, rest: range) -> None:
        """Get the pictures that the decoder still holds back: by the group's further packets, then by draining."""
        decoder = self._decoder
        for index in rest:
            if not self._wanted:
                return
            try:
                self._sift(decoder.context.decode(_packet(group.packets[index].data, -1)))
            except av.error.FFmpegError:
                break  # whoever needs that packet will meet it again
            decoder.next = (group.sequence, index + 1)
        if self._wanted:
            self.drain()

    def drain(self) -> None:
        """Take what the decoder holds; it is spent afterwards."""
        self._decoder.spent = True
        try:
            self._sift(self._decoder.context.decode(None))
        except av.error.FFmpegError as error:
            self._out.error = self._out.error or f"at the end: {error}"

    def _sift(self, pictures: Sequence[av.VideoFrame]) -> None:
        for picture in pictures:
            index = picture.pts
            if index is None or index not in self._wanted:
                continue
            self._wanted.discard(index)
            if not picture.is_corrupt:
                self._out.samples[index] = self._take(picture, index)


def _packet(data: bytes, mark: int) -> Any:
    """Wrap bytes; the decoder hands `mark` back as the picture's pts, whatever the stream's own timestamps are."""
    packet = av.Packet(data)
    packet.pts = packet.dts = mark
    return packet
