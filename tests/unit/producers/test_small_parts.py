"""Backoff, partitions, parameter sets, ground plane."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.allocator import share_one_arena
from producers.backoff import Backoff
from producers.ground_plane import polygon_problem
from producers.kafka_partition import murmur2, partition_of
from producers.parameter_sets import extradata_sets, jpeg_size, parameter_sets, picture_size
from schemas.messages import VideoCodec


def test_waits_double_to_the_cap_and_are_jittered() -> None:
    """Between half and all of 1, 2, 4, ... capped; a lived connection begins anew."""
    longest, shortest = Backoff(1, 10, lambda: 1.0), Backoff(1, 10, lambda: 0.0)
    assert [longest.next_s() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    assert [shortest.next_s() for _ in range(6)] == [0.5, 1, 2, 4, 5, 5]
    longest.reset()
    assert longest.next_s() == 1


def test_the_wait_stays_capped_for_ever() -> None:
    """A camera that is down for a year does not overflow."""
    backoff = Backoff(1, 60, lambda: 1.0)
    assert max(backoff.next_s() for _ in range(5_000)) == 60


@pytest.mark.parametrize(
    ("key", "expected"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536), (b"abc", 479470107)],
)
def test_murmur2_is_kafkas(key: bytes, expected: int) -> None:
    """The values that Apache Kafka's own test of Utils.murmur2 holds."""
    assert murmur2(key) == expected % 2**32


@given(st.binary(max_size=40), st.integers(1, 100))
def test_a_partition_exists(key: bytes, partitions: int) -> None:
    """Every key has a partition in range."""
    assert 0 <= partition_of(key, partitions) < partitions


@given(st.binary(max_size=200), st.sampled_from(VideoCodec), st.sampled_from([None, 1, 2, 4]))
def test_rubbish_has_no_parameter_sets_and_raises_nothing(
    data: bytes, codec: VideoCodec, length_bytes: int | None
) -> None:
    """Damaged packets, extradata and pictures are looked at without an exception."""
    picture_size(codec, parameter_sets(codec, data, length_bytes))
    picture_size(codec, extradata_sets(codec, b"\x01" + data))
    picture_size(codec, extradata_sets(codec, data))
    picture_size(codec, [b"\x67" + data, b"\x42\x01" + data])
    jpeg_size(b"\xff\xd8" + data)


def test_a_picture_size_of_nonsense_is_not_believed() -> None:
    """An SPS cut short tells no size."""
    assert picture_size(VideoCodec.H264, [b"\x67\x64"]) is None
    assert picture_size(VideoCodec.HEVC, [b"\x42\x01\x01"]) is None


@given(
    st.integers(3, 12),
    st.floats(5, 150),
    st.floats(0, 2 * math.pi),
)
def test_a_regular_polygon_is_no_problem_and_its_corners_shuffled_across_are(
    corners: int, radius_px: float, turn: float
) -> None:
    """Convex outlines are taken; with two corners swapped, four or more cross."""
    outline = [
        (
            320 + radius_px * math.cos(turn + 2 * math.pi * n / corners),
            180 + radius_px * math.sin(turn + 2 * math.pi * n / corners),
        )
        for n in range(corners)
    ]
    assert polygon_problem([c for p in outline for c in p], 640, 360) is None
    if corners >= 4:
        outline[0], outline[1] = outline[1], outline[0]
        problem = polygon_problem([c for p in outline for c in p], 640, 360)
        assert problem is not None
        assert "cross" in problem[0]


def test_one_arena_can_be_asked_for_again() -> None:
    """Glibc takes it at any time, and a second time; another C library answers False."""
    assert share_one_arena() is share_one_arena()
