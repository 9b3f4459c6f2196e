"""CameraHealth: A camera's connection over the last ten seconds, or a change of its status."""

from dataclasses import dataclass

from schemas.messages.camera_status import CameraStatus
from schemas.messages.clock_source import ClockSource
from schemas.messages.video_codec import VideoCodec


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """A camera's connection over the last ten seconds, or a change of its status.

    Attributes:
        camera_id: Identifier of the camera.
        at_us: When this was measured, microseconds since the Unix epoch.
        window_us: Length of the window measured, microseconds.
        status: State of the connection.
        epoch_us: The open connection; null when there is none.
        sequence: Last group sent.
        codec: Codec.
        width_px: Width, pixels.
        height_px: Height, pixels.
        clock_source: Where capture times come from.
        fps: Packets a second in the window.
        bitrate_bps: Bits a second in the window.
        keyframes: Keyframes in the window.
        gaps: Times without picture in the window.
        gap_us: Time without picture in the window, microseconds.
        reconnects: Reconnects since the process began.
        messages_sent: Groups delivered since the process began.
        delivery_failures: Failed deliveries since the process began.
        error: Last error, without credentials.
    """

    camera_id: str
    at_us: int
    window_us: int
    status: CameraStatus
    epoch_us: int | None
    sequence: int | None
    codec: VideoCodec | None
    width_px: int | None
    height_px: int | None
    clock_source: ClockSource | None
    fps: float
    bitrate_bps: int
    keyframes: int
    gaps: int
    gap_us: int
    reconnects: int
    messages_sent: int
    delivery_failures: int
    error: str | None
