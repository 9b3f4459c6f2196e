"""One encoded packet as it comes from a demuxer."""

from typing import Any, NamedTuple


class EncodedPacket(NamedTuple):
    """One encoded packet. A named tuple because a process makes tens of thousands a second.

    Attributes:
        pts: presentation time, time base units; None where the source gave none.
        dts: decoding time, time base units; None where the source gave none.
        duration: time base units; None or 0 where the source gave none.
        is_keyframe: a decoder can start here.
        data: the camera's bytes, any object with the buffer protocol; it must not change.
        size: bytes in data.
        new_extradata: codec parameters that hold from this packet on, where the container says so.
        reference_us: the camera's own clock at this packet (RTCP), microseconds since the Unix epoch.
        arrived_at_us: when it was read, microseconds since the Unix epoch; 0 for files.
    """

    pts: int | None
    dts: int | None
    duration: int | None
    is_keyframe: bool
    data: Any
    size: int
    new_extradata: bytes | None = None
    reference_us: int | None = None
    arrived_at_us: int = 0
