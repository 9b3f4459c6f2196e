"""Clips: a camera's own packets in an MP4, never transcoded. Pure; the same groups give the same bytes.

A clip ends where the connection, the codec parameters or the picture's size change, and where a group is missing: what
follows cannot be decoded without it. It begins with a keyframe.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import av.error
import av.packet

from schemas.messages import Frames, VideoCodec
from sinks.evidence.missing import Missing
from sinks.evidence.source_group import SourceGroup

NAMES: Final = {VideoCodec.H264: "h264", VideoCodec.HEVC: "hevc", VideoCodec.MJPEG: "mjpeg"}
#: Nothing of the library's version or of the clock goes into the file.
OPTIONS: Final = {"fflags": "+bitexact"}
make_side_data: Any = av.packet.PacketSideData  # its stub lacks the arguments
#: AV_PKT_DATA_NEW_EXTRADATA (FFmpeg, libavcodec/packet.h).
NEW_EXTRADATA: Final = 1
NO_KEYFRAME: Final = "cannot be decoded: the keyframe before it is not there"


@dataclass(frozen=True, slots=True)
class Clip:
    """One MP4.

    Attributes:
        groups: what it was made of, in order.
        data: the file.
        first_us: capture time of its first packet.
    """

    groups: Sequence[SourceGroup]
    data: bytes
    first_us: int


def segments(groups: Sequence[SourceGroup]) -> tuple[list[list[SourceGroup]], list[Missing]]:
    """Cut groups of one camera, in order, where a decoder must begin anew.

    Returns:
        the segments, each of which begins with a keyframe, and the groups without one before them.
    """
    out: list[list[SourceGroup]] = []
    lost: list[Missing] = []
    before: SourceGroup | None = None
    open_ = False
    for group in groups:
        if before is None or not _continues(before.frames, group.frames):
            open_ = False
        before = group
        if open_:
            out[-1].append(group)
        elif any(packet.is_keyframe for packet in group.frames.packets):
            out.append([group])
            open_ = True
        else:
            f = group.frames
            lost.append(
                Missing(
                    f.camera_id,
                    f.captured_at_us,
                    group.end_us,
                    NO_KEYFRAME,
                    f.epoch_us,
                    f.sequence,
                    group.partition,
                    group.offset,
                )
            )
    return out, lost


def _continues(a: Frames, b: Frames) -> bool:
    return b.sequence == a.sequence + 1 and _kind(a) == _kind(b)


def _kind(f: Frames) -> tuple[object, ...]:
    return f.epoch_us, f.codec, f.width_px, f.height_px, f.extradata, f.time_base_num, f.time_base_den


def remux(groups: Sequence[SourceGroup]) -> Clip:
    """Return one segment as an MP4.

    Args:
        groups: a segment as `segments` gives it.

    Raises:
        ValueError: the packets cannot be put into an MP4; the text says why.
    """
    first = groups[0].frames
    base = Fraction(first.time_base_num, first.time_base_den)
    buffer = io.BytesIO()
    try:
        with av.open(buffer, "w", format="mp4", options=OPTIONS) as container:
            stream: Any = container.add_mux_stream(
                NAMES[first.codec], width=first.width_px, height=first.height_px, time_base=base
            )
            for number, packet in enumerate(_packets(groups, base)):
                if number == 0 and first.extradata:
                    # the one way to give a stream without an encoder its parameters
                    side: Any = make_side_data(NEW_EXTRADATA, len(first.extradata))
                    side.update(first.extradata)
                    packet.set_sidedata(side)
                packet.stream = stream
                container.mux_one(packet)
    except (av.error.FFmpegError, ValueError, OverflowError) as error:
        raise ValueError(f"camera {first.camera_id}: groups from {first.sequence} make no MP4: {error}") from error
    return Clip(groups, buffer.getvalue(), first.captured_at_us)


def _packets(groups: Sequence[SourceGroup], base: Fraction) -> Any:
    """Yield a segment's packets from its first keyframe on, on a time line that begins at 0 and grows."""
    start: int | None = None
    last_dts: int | None = None
    origin_us = groups[0].frames.captured_at_us
    for group in groups:
        f = group.frames
        step = max(1, round(f.duration_us / 1e6 / base / max(1, len(f.packets))))
        by_clock = round((f.captured_at_us - origin_us) / 1e6 / base)
        for number, raw in enumerate(f.packets):
            if start is None and not raw.is_keyframe:
                continue
            dts = raw.dts if raw.dts is not None else raw.pts
            if dts is None:  # a source without time stamps: its clock's
                dts = by_clock + number * step
            if start is None:
                start = dts
            dts -= start
            pts = raw.pts - start if raw.pts is not None else dts
            if last_dts is not None and dts <= last_dts:
                dts = last_dts + 1
            last_dts = dts
            packet = av.Packet(raw.data)
            packet.dts, packet.pts = dts, max(pts, dts)
            packet.duration = raw.duration if raw.duration is not None else step
            packet.time_base = base
            packet.is_keyframe = raw.is_keyframe
            yield packet
