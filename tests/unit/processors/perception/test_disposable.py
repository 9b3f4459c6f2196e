"""Which packets no other picture refers to, in both framings and in damaged bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.perception.disposable import is_disposable, nal_headers, nal_length_bytes
from schemas.messages import VideoCodec

AVCC = bytes([1, 0x64, 0, 0x1F, 0xFF, 0xE1])
HVCC = bytes([1, *[0] * 20, 0xFF, 0])
#: First header bytes of NAL units: H.264 (ref_idc, type) and HEVC (type).
SLICE_FREE, SLICE_USED, IDR, SEI, SPS = 0x01, 0x41, 0x65, 0x06, 0x67


def units(headers: list[int], length_bytes: int) -> bytes:
    """Frame NAL units of eight bytes."""
    out = b""
    for header in headers:
        unit = bytes([header]) + b"\x80" * 7
        out += (len(unit).to_bytes(length_bytes, "big") if length_bytes else b"\x00\x00\x00\x01") + unit
    return out


@pytest.mark.parametrize("length_bytes", [0, 1, 2, 4])
@pytest.mark.parametrize(
    ("codec", "headers", "expected"),
    [
        (VideoCodec.H264, [SLICE_FREE], True),
        (VideoCodec.H264, [SEI, SLICE_FREE, SLICE_FREE], True),
        (VideoCodec.H264, [SLICE_USED], False),
        (VideoCodec.H264, [SLICE_FREE, SLICE_USED], False),
        (VideoCodec.H264, [SPS, IDR], False),
        (VideoCodec.H264, [0x02], False),  # partitioned slices are left to the decoder
        (VideoCodec.H264, [SEI], False),  # parameters alone may be needed later
        (VideoCodec.HEVC, [0 << 1], True),  # TRAIL_N
        (VideoCodec.HEVC, [8 << 1], True),  # RASL_N
        (VideoCodec.HEVC, [1 << 1], False),  # TRAIL_R
        (VideoCodec.HEVC, [0 << 1, 1 << 1], False),
        (VideoCodec.HEVC, [16 << 1], False),  # even, yet BLA_W_LP
        (VideoCodec.HEVC, [19 << 1], False),  # IDR_W_RADL
        (VideoCodec.HEVC, [32 << 1], False),  # VPS alone
    ],
)
def test_is_disposable(codec: VideoCodec, headers: list[int], length_bytes: int, *, expected: bool) -> None:
    """A picture is disposable where every slice of it says that nothing refers to it."""
    assert is_disposable(codec, units(headers, length_bytes), length_bytes) is expected


def test_every_mjpeg_picture_stands_alone() -> None:
    """No picture of MJPEG refers to another."""
    assert is_disposable(VideoCodec.MJPEG, b"\xff\xd8", 0)


def test_framing_is_read_from_the_configuration() -> None:
    """AvcC and hvcC name their length's size; anything else is Annex B."""
    assert nal_length_bytes(VideoCodec.H264, AVCC) == 4
    assert nal_length_bytes(VideoCodec.H264, AVCC[:4] + b"\xfd" + AVCC[5:]) == 2
    assert nal_length_bytes(VideoCodec.HEVC, HVCC) == 4
    for codec, extradata in ((VideoCodec.H264, b"\0\0\0\1\x67\0"), (VideoCodec.H264, b""), (VideoCodec.HEVC, AVCC)):
        assert nal_length_bytes(codec, extradata) == 0
    assert nal_length_bytes(VideoCodec.MJPEG, AVCC) == 0


@pytest.mark.parametrize("length_bytes", [0, 1, 2, 4])
@pytest.mark.parametrize("codec", [VideoCodec.H264, VideoCodec.HEVC])
@given(data=st.binary(max_size=64))
def test_damaged_bytes_end(codec: VideoCodec, length_bytes: int, data: bytes) -> None:
    """Any bytes give an answer, never an error, and no more units than bytes."""
    assert len(list(nal_headers(data, length_bytes))) <= len(data)
    assert is_disposable(codec, data, length_bytes) in (True, False)


def test_a_length_of_zero_ends_too() -> None:
    """Empty units do not stop the reading."""
    assert list(nal_headers(bytes(8) + units([IDR], 4), 4))[-1] == IDR
