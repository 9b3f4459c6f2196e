"""Parameter sets of H.264 and HEVC: found in packets and extradata, and the picture size they declare.

Syntax: ITU-T H.264 (7.3.2.1), H.265 (7.3.2.2), ISO/IEC 14496-15 (avcC 5.3.3, hvcC 8.3.3), JPEG ITU-T T.81 (B.2.2).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from schemas.messages import VideoCodec

START: Final = b"\x00\x00\x00\x01"
#: Parameter sets stand before the first slice; so much of a packet is looked at (bytes).
HEAD_BYTES: Final = 8192

H264_SPS, H264_PPS = 7, 8
HEVC_VPS, HEVC_SPS, HEVC_PPS = 32, 33, 34
#: Profiles whose SPS says more about chroma (H.264, 7.3.2.1.1).
HIGH_PROFILES: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
JPEG_SOF: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class _Bits:
    """Reads bits of an RBSP, most significant first.

    Raises:
        IndexError: past the end.
    """

    def __init__(self, nal: bytes) -> None:
        self._data = nal.replace(b"\x00\x00\x03", b"\x00\x00")
        self._at = 0

    def u(self, bits: int) -> int:
        value = 0
        for _ in range(bits):
            value = value << 1 | (self._data[self._at >> 3] >> (7 - (self._at & 7)) & 1)
            self._at += 1
        return value

    def ue(self) -> int:
        zeros = 0
        while self.u(1) == 0:
            zeros += 1
            if zeros > 32:
                raise IndexError("an Exp-Golomb code of more than 32 bits")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def nal_length_bytes(codec: VideoCodec, extradata: bytes) -> int | None:
    """Return how many bytes hold a NAL unit's length in this stream's packets; None for Annex B start codes."""
    if not extradata or extradata[0] != 1:
        return None
    if codec is VideoCodec.H264 and len(extradata) > 6:
        return (extradata[4] & 3) + 1
    if codec is VideoCodec.HEVC and len(extradata) > 22:
        return (extradata[21] & 3) + 1
    return None


def parameter_sets(codec: VideoCodec, head: bytes, length_bytes: int | None) -> Sequence[bytes]:
    """Return the parameter sets that stand before the first slice of a packet, without start codes.

    Args:
        codec: H.264 or HEVC; others have none.
        head: the packet's first bytes.
        length_bytes: see `nal_length_bytes`.
    """
    if codec is VideoCodec.MJPEG:
        return ()
    out = []
    for nal in _nals(head, length_bytes):
        kind = _kind(codec, nal)
        if kind in (H264_SPS, H264_PPS) if codec is VideoCodec.H264 else kind in (HEVC_VPS, HEVC_SPS, HEVC_PPS):
            out.append(nal)
        elif (1 <= kind <= 5) if codec is VideoCodec.H264 else kind < 32:
            break
    return out


def extradata_sets(codec: VideoCodec, extradata: bytes) -> Sequence[bytes]:
    """Return the parameter sets in extradata, be it Annex B, avcC or hvcC; empty where it cannot be read."""
    if codec is VideoCodec.MJPEG or not extradata:
        return ()
    if nal_length_bytes(codec, extradata) is None:
        return parameter_sets(codec, extradata, None)
    try:
        return _avcc(extradata) if codec is VideoCodec.H264 else _hvcc(extradata)
    except IndexError:
        return ()


def sequence_sets(codec: VideoCodec, sets: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return only the sets that fix the sequence (VPS and SPS); a PPS may change from picture to picture."""
    wanted = (H264_SPS,) if codec is VideoCodec.H264 else (HEVC_VPS, HEVC_SPS)
    return tuple(s for s in sets if _kind(codec, s) in wanted)


def annex_b(sets: Sequence[bytes]) -> bytes:
    """Return parameter sets as Annex B extradata."""
    return b"".join(START + s for s in sets)


def picture_size(codec: VideoCodec, sets: Sequence[bytes]) -> tuple[int, int] | None:
    """Return width and height in pixels (cropped) that an SPS declares; None where none can be read."""
    for nal in sets:
        try:
            if codec is VideoCodec.H264 and _kind(codec, nal) == H264_SPS:
                return _h264_size(nal)
            if codec is VideoCodec.HEVC and _kind(codec, nal) == HEVC_SPS:
                return _hevc_size(nal)
        except IndexError:
            continue
    return None


def jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a JPEG picture from its first bytes; None where they do not tell."""
    if head[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        if head[at + 1] in JPEG_SOF:
            return int.from_bytes(head[at + 7 : at + 9], "big"), int.from_bytes(head[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _kind(codec: VideoCodec, nal: bytes) -> int:
    return nal[0] & 31 if codec is VideoCodec.H264 else nal[0] >> 1 & 63


def _nals(data: bytes, length_bytes: int | None) -> Iterator[bytes]:
    if length_bytes is not None:
        at = 0
        while at + length_bytes < len(data):
            size = int.from_bytes(data[at : at + length_bytes], "big")
            at += length_bytes
            if size:
                yield data[at : at + size]
            at += size
        return
    at = data.find(b"\x00\x00\x01")
    while at >= 0:
        after = data.find(b"\x00\x00\x01", at + 3)
        nal = data[at + 3 : after if after >= 0 else len(data)]
        if after >= 0:
            nal = nal.rstrip(b"\x00")
        if nal:
            yield nal
        at = after


def _avcc(extradata: bytes) -> Sequence[bytes]:
    out, at = [], 5
    for mask in (31, 255):
        count = extradata[at] & mask
        at += 1
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            out.append(extradata[at + 2 : at + 2 + size])
            at += 2 + size
    return [s for s in out if s]


def _hvcc(extradata: bytes) -> Sequence[bytes]:
    out, at = [], 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            out.append(extradata[at + 2 : at + 2 + size])
            at += 2 + size
    return [s for s in out if s and _kind(VideoCodec.HEVC, s) in (HEVC_VPS, HEVC_SPS, HEVC_PPS)]


def _skip_scaling_lists(bits: _Bits, count: int) -> None:
    for index in range(count):
        if not bits.u(1):
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + bits.se()) % 256
            last = following or last


def _h264_size(nal: bytes) -> tuple[int, int]:
    bits = _Bits(nal[1:])
    profile = bits.u(8)
    bits.u(16)
    bits.ue()
    chroma, separate = 1, 0
    if profile in HIGH_PROFILES:
        chroma = bits.ue()
        separate = bits.u(1) if chroma == 3 else 0
        bits.ue()
        bits.ue()
        bits.u(1)
        if bits.u(1):
            _skip_scaling_lists(bits, 12 if chroma == 3 else 8)
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.u(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()
    bits.ue()
    bits.u(1)
    width = (bits.ue() + 1) * 16
    map_units = bits.ue() + 1
    progressive = bits.u(1)
    height = (2 - progressive) * map_units * 16
    if not progressive:
        bits.u(1)
    bits.u(1)
    if bits.u(1):
        sub_x, sub_y = (1, 1) if chroma == 0 or separate else ((2 if chroma < 3 else 1), (2 if chroma == 1 else 1))
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
        width -= (left + right) * sub_x
        height -= (top + bottom) * sub_y * (2 - progressive)
    return width, height


def _hevc_size(nal: bytes) -> tuple[int, int]:
    bits = _Bits(nal[2:])
    bits.u(4)
    layers = bits.u(3)
    bits.u(1)
    bits.u(88)
    bits.u(8)
    present = [(bits.u(1), bits.u(1)) for _ in range(layers)]
    if layers:
        bits.u(2 * (8 - layers))
    for profile, level in present:
        bits.u(88 * profile)
        bits.u(8 * level)
    bits.ue()
    chroma = bits.ue()
    separate = bits.u(1) if chroma == 3 else 0
    width, height = bits.ue(), bits.ue()
    if bits.u(1):
        sub_x, sub_y = (1, 1) if chroma == 0 or separate else ((2 if chroma < 3 else 1), (2 if chroma == 1 else 1))
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
        width -= (left + right) * sub_x
        height -= (top + bottom) * sub_y
    return width, height
