"""The hand-written encoder writes what the codec writes."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from producers.encoded_packet import EncodedPacket
from producers.frames_writer import frames_of, varint, write_frames
from producers.grouping import Group, StreamFormat
from schemas.codec import MessageCodec, encode_datum
from schemas.messages import ClockSource, VideoCodec
from schemas.registry import FixedSchemaIds

LONG = st.integers(-(2**63), 2**63 - 1)
INT = st.integers(0, 2**31 - 1)
MAYBE = st.one_of(st.none(), LONG)


@st.composite
def packets(draw: st.DrawFn) -> EncodedPacket:
    """Any packet."""
    data = draw(st.binary(max_size=300))
    return EncodedPacket(draw(MAYBE), draw(MAYBE), draw(MAYBE), draw(st.booleans()), memoryview(data), len(data))


@st.composite
def any_group(draw: st.DrawFn) -> Group:
    """Any group, whether or not grouping would make it."""
    form = StreamFormat(
        draw(st.sampled_from(VideoCodec)),
        draw(INT),
        draw(INT),
        Fraction(draw(st.integers(1, 2**31 - 1)), draw(st.integers(1, 2**31 - 1))),
        draw(st.binary(max_size=100)),
    )
    return Group(
        epoch=0,
        epoch_offset_us=0,
        sequence=draw(LONG),
        format=form,
        starts_with_keyframe=draw(st.booleans()),
        packets=draw(st.lists(packets(), max_size=80)),
        offset_us=0,
        duration_us=draw(LONG),
        gap_us=0,
        jumped=False,
        payload_bytes=0,
        keyframes=0,
    )


@given(any_group(), st.text(max_size=30), LONG, LONG, st.sampled_from(ClockSource))
def test_the_bytes_are_those_of_the_codec(
    group: Group, camera_id: str, epoch_us: int, captured_at_us: int, clock: ClockSource
) -> None:
    """For every group the message is byte for byte what schemas.codec writes; a changed schema fails here."""
    ids = FixedSchemaIds()
    expected = MessageCodec(ids).encode("frames", frames_of(camera_id, epoch_us, captured_at_us, clock, group))
    assert write_frames(ids.id_for("frames"), camera_id, epoch_us, captured_at_us, clock, group) == expected


@given(st.integers(-(2**63), 2**63 - 1))
def test_varint_is_avros(value: int) -> None:
    """Longs are zigzag varints, as fastavro writes captured_at_us and the rest."""
    coded = varint(value)
    decoded = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(coded))
    assert (decoded >> 1) ^ -(decoded & 1) == value
    assert all(byte & 0x80 for byte in coded[:-1])
    assert not coded[-1] & 0x80
    assert len(coded) <= 10


def test_a_frames_message_needs_no_more_than_its_framing_allows() -> None:
    """900,000 bytes of packets at 120 a second fit into the topic's limit with their fields."""
    data = bytes(7_500)
    group = Group(
        epoch=0,
        epoch_offset_us=0,
        sequence=2**40,
        format=StreamFormat(VideoCodec.HEVC, 4096, 2304, Fraction(1, 90_000), bytes(2_000)),
        starts_with_keyframe=True,
        packets=[EncodedPacket(2**40, 2**40, 2**20, is_keyframe=True, data=data, size=len(data)) for _ in range(120)],
        offset_us=0,
        duration_us=1_000_000,
        gap_us=0,
        jumped=False,
        payload_bytes=900_000,
        keyframes=120,
    )
    message = frames_of("K" * 128, 2**50, 2**50, ClockSource.RTCP, group)
    assert len(encode_datum("frames", message)) < 900_000 + 65_536
