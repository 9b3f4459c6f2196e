"""Whether a packet can be left out without harm to any other picture. Pure."""

from collections.abc import Iterator

from schemas.messages import VideoCodec

#: H.264 slices without partitioning: ITU-T H.264 table 7-1, nal_unit_type 1.
_H264_SLICE = 1
#: HEVC sub-layer non-reference pictures of the lowest layers: ITU-T H.265 table 7-1, even types 0 to 14.
_HEVC_LAST_NON_REFERENCE = 14


def is_disposable(codec: VideoCodec, data: bytes, length_bytes: int) -> bool:
    """Return whether no other picture refers to this packet's picture (its nal_ref_idc is 0, or its HEVC type says so).

    Args:
        codec: codec of the packet.
        data: its bytes.
        length_bytes: bytes of the length before each NAL unit; 0: start codes (Annex B).
    """
    if codec is VideoCodec.MJPEG:
        return True
    found = False
    for header in nal_headers(data, length_bytes):
        if codec is VideoCodec.H264:
            kind = header & 0x1F
            if 1 <= kind <= 5:
                if kind != _H264_SLICE or header & 0x60:
                    return False
                found = True
        else:
            kind = header >> 1 & 0x3F
            if kind < 32:
                if kind > _HEVC_LAST_NON_REFERENCE or kind % 2:
                    return False
                found = True
    return found


def nal_headers(data: bytes, length_bytes: int) -> Iterator[int]:
    """Yield the first header byte of each NAL unit; stops where the bytes are damaged."""
    if length_bytes:
        at = 0
        while at + length_bytes < len(data):
            size = int.from_bytes(data[at : at + length_bytes], "big")
            at += length_bytes
            yield data[at]
            at += size
        return
    at = data.find(b"\x00\x00\x01")
    while at >= 0 and at + 3 < len(data):
        yield data[at + 3]
        at = data.find(b"\x00\x00\x01", at + 3)


def nal_length_bytes(codec: VideoCodec, extradata: bytes) -> int:
    """Return the bytes of the length before each NAL unit, 0 for Annex B.

    ISO/IEC 14496-15: avcC and hvcC records begin with version 1; the two lowest bits of byte 4 (avcC) or 21 (hvcC) hold
    the size less one.
    """
    at = {VideoCodec.H264: 4, VideoCodec.HEVC: 21}.get(codec)
    if at is None or len(extradata) <= at or extradata[0] != 1:
        return 0
    return (extradata[at] & 3) + 1
