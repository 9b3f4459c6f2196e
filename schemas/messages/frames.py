"""Frames: A group of encoded packets of one camera: at most one second and 900 kB, never transcoded."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.clock_source import ClockSource
from schemas.messages.packet import Packet
from schemas.messages.video_codec import VideoCodec


@dataclass(frozen=True, slots=True)
class Frames:
    """A group of encoded packets of one camera: at most one second and 900 kB, never transcoded.

    Attributes:
        camera_id: Identifier of the camera.
        epoch_us: When this connection opened, microseconds since the Unix epoch.
        sequence: Number of the group within the epoch, from 0, contiguous.
        starts_with_keyframe: True: the group can be decoded by itself.
        codec: Codec of the packets.
        width_px: Coded width, pixels.
        height_px: Coded height, pixels.
        time_base_num: Numerator of the time base, seconds.
        time_base_den: Denominator of the time base.
        extradata: Codec parameters (SPS, PPS, VPS), empty when in band.
        captured_at_us: Capture time of the first packet, microseconds since the Unix epoch.
        duration_us: Time from the first packet to the end of the last, microseconds.
        clock_source: Where the capture time came from.
        packets: The packets in decoding order.
    """

    camera_id: str
    epoch_us: int
    sequence: int
    starts_with_keyframe: bool
    codec: VideoCodec
    width_px: int
    height_px: int
    time_base_num: int
    time_base_den: int
    extradata: bytes
    captured_at_us: int
    duration_us: int
    clock_source: ClockSource
    packets: Sequence[Packet]
