"""When packets are shown: by pts, by dts, by their share of the group; rubbish does not reach the output."""

import dataclasses
from collections.abc import Sequence

from processors.perception.frame_times import LONGEST_OFFSET_US, frame_times
from schemas.messages import Frames, Packet
from tests.unit.processors.perception.test_policy import group


def timed(stamps: Sequence[tuple[int | None, int | None]]) -> Frames:
    """Return a group of (pts, dts) packets in quarters of a second."""
    packets = [Packet(pts, dts, 1, n == 0, b"x") for n, (pts, dts) in enumerate(stamps)]
    return dataclasses.replace(group(), time_base_num=1, time_base_den=4, packets=packets)


def offsets_us(frames: Frames) -> list[int]:
    """Return times from the group's start."""
    return [at_us - frames.captured_at_us for at_us in frame_times(frames).at_us]


def test_presentation_order_of_reordered_packets() -> None:
    """B-frames follow in decoding order what they precede on screen."""
    frames = timed([(0, -1), (3, 0), (1, 1), (2, 2)])
    times = frame_times(frames)
    assert offsets_us(frames) == [0, 750_000, 250_000, 500_000]
    assert list(times.order) == [0, 2, 3, 1]
    assert list(times.rank) == [0, 3, 1, 2]


def test_a_packet_without_pts_is_placed_by_dts_then_by_its_share() -> None:
    """Neither timestamp: a quarter of the second for each of four packets."""
    assert offsets_us(timed([(8, 8), (None, 9), (10, 10), (None, None)])) == [0, 250_000, 500_000, 750_000]
    assert offsets_us(timed([(None, None)] * 4)) == [0, 250_000, 500_000, 750_000]


def test_unbelievable_timestamps_are_placed_by_their_share() -> None:
    """A wrapped or invented pts moves no sample into another year."""
    hour = LONGEST_OFFSET_US // 250_000
    assert offsets_us(timed([(0, 0), (2**62, 1), (-(2**62), 2), (hour, 3)])) == [0, 250_000, 500_000, LONGEST_OFFSET_US]
    assert offsets_us(timed([(0, 0), (hour + 1, 1), (2, 2), (3, 3)]))[1] == 250_000


def test_a_time_base_of_zero_and_no_packets_are_no_crash() -> None:
    """Both come from damaged sources."""
    assert offsets_us(dataclasses.replace(timed([(0, 0), (1, 1)]), time_base_den=0)) == [0, 1_000_000]
    empty = frame_times(timed([]))
    assert (list(empty.at_us), list(empty.order), list(empty.rank)) == ([], [], [])
