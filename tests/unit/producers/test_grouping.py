"""Grouping: what one frames message holds, for every kind of packet sequence that cameras send."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.encoded_packet import EncodedPacket
from producers.grouping import Group, GroupLimits, Oversized, StreamFormat
from producers.parameter_sets import annex_b, parameter_sets
from schemas.messages import VideoCodec
from tests.unit.producers.packets import STEP, events, groups, packet, packets, stream


def sizes(found: list[Group] | tuple[Group, ...]) -> list[int]:
    """Packets of each group."""
    return [len(g.packets) for g in found]


def test_a_gop_of_one_second_is_one_group() -> None:
    """25 frames a second with a GOP of 25 give one group a second, each from a keyframe."""
    found = groups(packets(100))
    assert sizes(list(found)) == [25, 25, 25, 25]
    assert all(g.starts_with_keyframe for g in found)
    assert [g.duration_us for g in found] == [1_000_000] * 4
    assert [g.offset_us for g in found] == [0, 1_000_000, 2_000_000, 3_000_000]
    assert [g.sequence for g in found] == [0, 1, 2, 3]


def test_a_gop_of_ten_seconds_goes_out_by_the_second() -> None:
    """A long GOP is several groups; only the first starts with a keyframe."""
    found = groups(packets(500, gop=250))
    assert sizes(list(found)) == [25] * 20
    assert [g.starts_with_keyframe for g in found] == [n % 10 == 0 for n in range(20)]


def test_short_gops_share_a_group_as_long_as_a_whole_one_fits() -> None:
    """GOPs of 0.4 s: two fit into a second, the third begins the next group."""
    found = groups(packets(100, gop=10))
    assert sizes(list(found)) == [20] * 5
    assert all(g.starts_with_keyframe for g in found)
    assert [g.keyframes for g in found] == [2] * 5


def test_a_gop_that_does_not_divide_the_second_is_cut_at_its_keyframe() -> None:
    """GOPs of 1.2 s: a second, then the rest up to the keyframe."""
    found = groups(packets(90, gop=30))
    assert sizes(list(found)) == [25, 5] * 3


def test_every_packet_of_a_stream_that_begins_with_a_keyframe_is_in_exactly_one_group() -> None:
    """Nothing is lost, doubled or reordered."""
    given_packets = list(packets(333, gop=40))
    assert [p for g in groups(given_packets) for p in g.packets] == given_packets


def test_a_span_that_is_no_whole_number_of_ticks_is_reached_at_the_next_one() -> None:
    """At 3 ticks in 10 s a second is 0.3 ticks: every tick is beyond it, packets of the same tick are not."""
    form = stream(base=Fraction(10, 3))
    sequence = [EncodedPacket(n // 2, n // 2, 0, n == 0, b"x", 1) for n in range(6)]
    assert sizes(list(groups(sequence, form))) == [2, 2, 2]


def test_b_frames_keep_decoding_order_and_do_not_stretch_a_group() -> None:
    """I P B B: dts in order, pts reordered; spans are measured in dts, capture in pts."""
    order = [0, 3, 1, 2]
    sequence = []
    for gop in range(8):
        for place in range(4):
            dts = (gop * 4 + place) * STEP
            pts = (gop * 4 + order[place] + 1) * STEP
            sequence.append(EncodedPacket(pts, dts, STEP, place == 0 and gop % 2 == 0, b"x", 1))
    found = groups(sequence, limits=GroupLimits(span_s=Fraction(8, 25)))
    assert sizes(list(found)) == [8] * 4
    assert [g.offset_us for g in found] == [n * 320_000 for n in range(4)]
    assert [p.pts for p in found[0].packets][:4] == [STEP, 4 * STEP, 2 * STEP, 3 * STEP]


def test_an_open_gops_leading_pictures_follow_their_keyframe() -> None:
    """Leading B-frames are shown before the keyframe they follow: they stay in its group."""
    sequence = []
    for gop in range(3):
        first = gop * 25
        for place in range(25):
            shown = {0: 2, 1: 0, 2: 1}.get(place, place)
            sequence.append(
                EncodedPacket((first + shown + 2) * STEP, (first + place) * STEP, STEP, place == 0, b"x", 1)
            )
    found = groups(sequence)
    assert sizes(list(found)) == [25] * 3
    assert found[1].offset_us == 1_000_000
    leading, key = found[1].packets[1].pts, found[1].packets[0].pts
    assert leading is not None
    assert key is not None
    assert leading < key


def test_missing_pts_are_passed_on_as_missing_and_dts_measures() -> None:
    """A source without pts is grouped by dts; no pts is made up."""
    found = groups(p._replace(pts=None) for p in packets(50))
    assert sizes(list(found)) == [25, 25]
    assert all(p.pts is None for g in found for p in g.packets)
    assert found[1].offset_us == 1_000_000


def test_packets_without_any_time_are_spaced_by_their_duration_or_the_nominal_rate() -> None:
    """Neither pts nor dts: a second is 25 packets of the nominal rate."""
    bare = [p._replace(pts=None, dts=None, duration=None) for p in packets(60)]
    assert sizes(list(groups(bare))) == [25, 25, 10]
    halved = [p._replace(pts=None, dts=None, duration=2 * STEP) for p in packets(60, gop=1000)]
    assert sizes(list(groups(halved)))[0] == 13


def test_the_first_packet_alone_without_times_moves_nothing() -> None:
    """PyAV gives the first packet of an RTSP connection no times; the second is one frame later."""
    sequence = [packet(0)._replace(pts=None, dts=None), *(packet(n) for n in range(1, 50))]
    found = groups(sequence)
    assert sizes(list(found)) == [25, 25]
    assert found[1].offset_us == 1_000_000


@pytest.mark.parametrize("bits", [32, 33])
def test_a_wrap_of_the_timestamps_goes_on_and_is_not_spanned(bits: int) -> None:
    """MPEG-TS wraps at 33 bits, RTP at 32: time goes on, but no group holds both sides."""
    top = 1 << bits
    sequence = [p._replace(pts=(p.pts or 0) % top, dts=(p.dts or 0) % top) for p in packets(100, start=top - 40 * STEP)]
    found = groups(sequence)
    assert sum(sizes(list(found))) == 100
    assert [g.offset_us + g.duration_us for g in found][-1] == 4_000_000
    assert all(b.offset_us == a.offset_us + a.duration_us for a, b in pairwise(found))
    for group in found:
        times = [p.dts or 0 for p in group.packets]
        assert times == sorted(times)
    assert [g.jumped for g in found].count(True) == 1
    assert all(g.gap_us == 0 for g in found)


def test_a_stream_that_never_sends_a_keyframe_gives_no_group_and_is_counted() -> None:
    """Nothing that no decoder could start with is sent; every packet is counted."""
    found, grouper = events(p._replace(is_keyframe=False) for p in packets(100))
    assert found == []
    assert grouper.counts.before_keyframe == 100
    assert grouper.waits_for_keyframe


def test_a_late_joiner_waits_for_the_first_keyframe_and_keeps_its_time() -> None:
    """Packets before the first keyframe are counted; the first group's time includes them."""
    found, grouper = events(packet(n) for n in range(10, 60))
    first = found[0]
    assert isinstance(first, Group)
    assert first.starts_with_keyframe
    assert first.sequence == 0
    assert first.offset_us == 15 * 40_000
    assert grouper.counts.before_keyframe == 15


def test_a_packet_above_the_limit_is_reported_and_its_dependants_left_out_until_the_next_keyframe() -> None:
    """An oversized packet is never silent, and nothing that refers to it is sent."""
    sequence = [packet(n, size=2_000 if n == 30 else 100) for n in range(75)]
    found, grouper = events(sequence, limits=GroupLimits(payload_bytes=1_999))
    oversized = [e for e in found if isinstance(e, Oversized)]
    assert [(o.packet, o.offset_us) for o in oversized] == [(sequence[30], 30 * 40_000)]
    sent = [p for e in found if isinstance(e, Group) for p in e.packets]
    assert sent == sequence[:30] + sequence[50:]
    assert (grouper.counts.oversized, grouper.counts.after_oversized) == (1, 19)
    numbers = [e.sequence for e in found if isinstance(e, Group)]
    assert numbers == list(range(len(numbers)))


def test_no_group_exceeds_the_payload() -> None:
    """A GOP above the payload goes out as several groups."""
    found = groups(packets(50, size=1_000), limits=GroupLimits(payload_bytes=10_000))
    assert sizes(list(found)) == [10, 10, 5] * 2
    assert max(g.payload_bytes for g in found) <= 10_000


def test_a_jump_back_cuts_the_group_and_time_goes_on() -> None:
    """A camera that sets its clock back: one more frame has passed, nothing is negative, the epoch goes on."""
    sequence = [*packets(30, start=10**9), *(packet(n, start=10**8) for n in range(30, 60))]
    found = groups(sequence)
    assert sum(sizes(list(found))) == 60
    assert [g.jumped for g in found] == [False, False, True, False]
    assert [g.offset_us for g in found] == [0, 1_000_000, 1_200_000, 2_000_000]
    assert {g.epoch for g in found} == {0}


def test_a_jump_ahead_within_belief_is_a_gap() -> None:
    """Seven seconds without picture show as a gap before the group that follows them."""
    sequence = [*packets(25), *(packet(n, start=7 * 90_000) for n in range(25, 50))]
    found = groups(sequence)
    assert [g.gap_us for g in found] == [0, 7_000_000]
    assert found[1].offset_us == 8_000_000


def test_a_jump_ahead_beyond_belief_is_a_changed_clock() -> None:
    """Two years ahead is no time that passed: the line goes on one frame later."""
    sequence = [*packets(25), *(packet(n, start=2 * 365 * 86_400 * 90_000) for n in range(25, 50))]
    found = groups(sequence)
    assert [(g.offset_us, g.gap_us, g.jumped) for g in found] == [(0, 0, False), (1_000_000, 0, True)]


def test_timestamps_that_stand_still_or_step_back_a_little_are_carelessness() -> None:
    """Equal dts, and dts some frames back, neither cut nor jump."""
    sequence = [
        p._replace(dts=(n // 2) * 2 * STEP if n % 5 or n % 25 == 0 else (n - 1) * STEP)
        for n, p in enumerate(packets(50))
    ]
    found = groups(sequence)
    assert sum(sizes(list(found))) == 50
    assert not any(g.jumped for g in found)
    assert len(found) == 2


def test_empty_packets_are_counted_not_sent() -> None:
    """A packet of 0 bytes is no picture."""
    found, grouper = events([packet(0), packet(1)._replace(data=b"", size=0), packet(2)])
    assert [len(g.packets) for g in found if isinstance(g, Group)] == [2]
    assert grouper.counts.empty == 1


def encoded(codec: str, width: int, height: int, count: int, **options: str) -> list[bytes]:
    """Pictures really encoded, parameter sets in band."""
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height = width, height
    context.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
    context.options = options
    out = []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), number * 5 % 256, np.uint8), format="rgb24")
        frame = frame.reformat(format=context.pix_fmt)
        frame.pts, frame.time_base = number, Fraction(1, 25)
        out += [bytes(p) for p in context.encode(frame)]
    out += [bytes(p) for p in context.encode(None)]
    return out


@pytest.mark.parametrize(
    ("codec", "name", "options"),
    [
        (VideoCodec.H264, "libx264", {"preset": "ultrafast", "bf": "0", "g": "5"}),
        (VideoCodec.HEVC, "libx265", {"preset": "ultrafast", "x265-params": "log-level=0:bframes=0:keyint=5"}),
        (VideoCodec.MJPEG, "mjpeg", {}),
    ],
)
def test_a_changed_resolution_begins_a_new_epoch_at_its_keyframe(
    codec: VideoCodec, name: str, options: dict[str, str]
) -> None:
    """New parameter sets in band: a new epoch with the new size, sequence from 0, on every codec."""
    small = encoded(name, 320, 240, 10, **options)
    large = encoded(name, 640, 368, 10, **options)
    every = 1 if codec is VideoCodec.MJPEG else 5
    sequence = [
        EncodedPacket(n * STEP, n * STEP, STEP, n % every == 0, data, len(data))
        for n, data in enumerate([*small, *large, *small])
    ]
    form = replace(stream(codec), width_px=320, height_px=240)
    found = groups(sequence, form)
    assert [(g.epoch, g.sequence, g.format.width_px, g.format.height_px) for g in found] == [
        (0, 0, 320, 240),
        (1, 0, 640, 368),
        (2, 0, 320, 240),
    ]
    assert [g.epoch_offset_us for g in found] == [0, 400_000, 800_000]
    assert sum(len(g.packets) for g in found) == 30


def test_parameter_sets_that_differ_from_the_containers_before_anything_was_sent_open_no_second_epoch() -> None:
    """Some cameras announce one SPS and send another: the first epoch simply has the one that is sent."""
    data = encoded("libx264", 640, 368, 5, preset="ultrafast", bf="0", g="5")
    other = encoded("libx264", 320, 240, 1, preset="ultrafast")
    announced = annex_b(parameter_sets(VideoCodec.H264, other[0], None))
    sequence = [EncodedPacket(n * STEP, n * STEP, STEP, n == 0, d, len(d)) for n, d in enumerate(data)]
    form = StreamFormat(VideoCodec.H264, 320, 240, Fraction(1, 90_000), announced, Fraction(25))
    found = groups(sequence, form)
    assert [(g.epoch, g.sequence, g.format.width_px) for g in found] == [(0, 0, 640)]


def test_new_extradata_from_the_container_begins_a_new_epoch() -> None:
    """MP4 with two sample descriptions: the demuxer says so beside the packet."""
    data = encoded("libx264", 320, 240, 10, preset="ultrafast", bf="0", g="5")
    other = encoded("libx264", 640, 368, 5, preset="ultrafast", bf="0", g="5")
    from_container = annex_b(parameter_sets(VideoCodec.H264, other[0], None))
    other[0] = other[0][other[0].index(b"\x00\x00\x01\x65") :]
    sequence = [EncodedPacket(n * STEP, n * STEP, STEP, n % 5 == 0, d, len(d)) for n, d in enumerate([*data, *other])]
    sequence[10] = sequence[10]._replace(new_extradata=from_container)
    found = groups(sequence, replace(stream(), width_px=320, height_px=240))
    assert [(g.epoch, g.format.width_px) for g in found] == [(0, 320), (1, 640)]
    assert found[1].format.extradata == from_container


def test_the_same_packets_give_the_same_groups() -> None:
    """Grouping has no memory beyond its packets: a restarted file producer repeats its ids."""
    assert groups(packets(200, gop=37)) == groups(packets(200, gop=37))


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(-(2**34), 2**34)),
            st.one_of(st.none(), st.integers(-(2**34), 2**34)),
            st.one_of(st.none(), st.integers(0, 10**6)),
            st.booleans(),
            st.integers(0, 60),
        ),
        max_size=60,
    )
)
def test_whatever_comes_the_bounds_hold(raw: list[tuple[int | None, int | None, int | None, bool, int]]) -> None:
    """Rubbish in: groups within bounds, contiguous, in order, every packet accounted for; nothing raised."""
    sequence = [EncodedPacket(p, d, n, k, b"\xff" * s, s) for p, d, n, k, s in raw]
    found, grouper = events(sequence, limits=GroupLimits(payload_bytes=50))
    made = [e for e in found if isinstance(e, Group)]
    assert [g.sequence for g in made] == list(range(len(made)))
    assert all(0 < g.payload_bytes <= 50 for g in made)
    assert all(g.duration_us >= 0 and g.gap_us >= 0 for g in made)
    assert all(g.starts_with_keyframe for g in made[:1])
    counts = grouper.counts
    left_out = counts.before_keyframe + counts.oversized + counts.after_oversized + counts.empty
    assert sum(len(g.packets) for g in made) + left_out == len(sequence)
    assert sum(isinstance(e, Oversized) for e in found) == counts.oversized
