"""VideoCodec: Codec of the encoded packets, as the camera sent them."""

from enum import StrEnum


class VideoCodec(StrEnum):
    """Codec of the encoded packets, as the camera sent them."""

    H264 = "H264"
    HEVC = "HEVC"
    MJPEG = "MJPEG"
