"""Windows, holes, the index of seconds, the scan of detections, offsets: what is needed and whether it is there."""

from dataclasses import replace

import pytest
from hypothesis import given

from schemas.messages import Detections, Evidence
from schemas.wire import BadMessageError
from sinks.evidence.detections_head import DetectionsHead, head_of
from sinks.evidence.missing import LOST, NOT_DETECTED, holes
from sinks.evidence.offsets import PartitionOffsets
from sinks.evidence.scan import PartitionScan, Want
from sinks.evidence.seconds_index import CameraSecond, SecondsIndex
from sinks.evidence.settings import WindowSettings
from sinks.evidence.window import left_out, windows_of
from tests.unit.schemas.random_messages import messages
from tests.unit.sinks.evidence.findings import framed

S = 1_000_000


def named(at_s: float, role: str = "peak", camera: str = "c") -> Evidence:
    """A named second."""
    return Evidence(role, camera, 0, int(at_s), 0, int(at_s), int(at_s * S), [], [])


def second(sequence: int, at_s: float, epoch_us: int = 0, camera: str = "c") -> CameraSecond:
    """One second in the index."""
    return CameraSecond(camera, epoch_us, sequence, int(at_s * S), S, 0, sequence, 0, 0, sequence, b"12345")


def test_a_window_reaches_from_before_the_first_to_after_the_last() -> None:
    """Six seconds on either side; the order of the named seconds does not matter."""
    (one,) = windows_of([named(20), named(12, "onset")], WindowSettings())
    assert (one.from_us, one.to_us) == (6 * S, 26 * S)
    assert [e.role for e in one.named] == ["onset", "peak"]


def test_seconds_far_apart_have_windows_of_their_own() -> None:
    """Beyond the bound each named second has its window; those that touch are one; the rest is said to be left out."""
    found = windows_of([named(100, "onset"), named(600), named(605, "latest")], WindowSettings())
    assert [(w.from_us // S, w.to_us // S) for w in found] == [(94, 106), (594, 611)]
    assert left_out(found) == [("c", 106 * S, 594 * S)]


def test_each_camera_has_its_windows() -> None:
    """Cameras do not share a clip."""
    found = windows_of([named(10, camera="b"), named(11, camera="a")], WindowSettings())
    assert [w.camera_id for w in found] == ["a", "b"]
    assert left_out(found) == []


def test_a_group_that_is_not_named_between_two_that_are_is_missing() -> None:
    """By its number, with its share of the time."""
    (window,) = windows_of([named(10)], WindowSettings())
    there = [second(n, n) for n in range(4, 16) if n not in {8, 9}]
    found = holes(window, there)
    assert [(m.sequence, m.from_us // S, m.reason) for m in found] == [(8, 8, LOST), (9, 9, LOST)]


def test_time_without_any_group_is_missing() -> None:
    """At the start, at the end, and between two connections."""
    (window,) = windows_of([named(10)], WindowSettings())
    there = [second(0, 6), second(1, 7), second(0, 10, epoch_us=5)]
    found = holes(window, there)
    assert [(m.from_us // S, m.to_us // S) for m in found if m.reason == NOT_DETECTED] == [(4, 6), (8, 10), (11, 16)]


def test_a_named_second_that_nobody_detected_is_missing_with_its_place() -> None:
    """The finding's own coordinates are kept."""
    (window,) = windows_of([named(10)], WindowSettings())
    last = holes(window, [])[-1]
    assert (last.sequence, last.partition, last.offset) == (10, 0, 10)


def test_the_index_keeps_what_is_wanted_and_forgets_it() -> None:
    """Others' seconds are not taken, a second copy changes nothing, and release empties it."""
    index = SecondsIndex()
    assert not index.add(second(1, 1))
    index.want(1, "c", 0, 3 * S)
    index.want(2, "c", 2 * S, 5 * S)
    assert [index.add(second(n, n)) for n in range(7)] == [True] * 5 + [False] * 2
    assert not index.add(replace(second(1, 1), frames_offset=99))
    assert (len(index), index.size_bytes) == (5, 25)
    assert [s.sequence for s in index.between("c", 1 * S, 3 * S)] == [1, 2]
    index.release(1, "c")
    assert [s.sequence for s in index.between("c", 0, 9 * S)] == [2, 3, 4]
    index.release(2, "c")
    assert (len(index), index.size_bytes, index.follows("c")) == (0, 0, False)


def head(camera: str, at_s: float, created_ms: int) -> DetectionsHead:
    """The head of a detections message."""
    return DetectionsHead(camera, 0, 0, int(at_s * S), S, 0, 0, created_ms)


def test_a_scan_reads_each_want_from_its_own_place() -> None:
    """Two wants far apart: the earlier is read to its end, then the later; nothing between."""
    scan = PartitionScan()
    scan.add(Want(1, "c", 12 * S, 0, 10**9, 1_000))
    scan.add(Want(2, "c", 5 * S, 0, 10**9, 10))
    assert scan.position() == 10
    scan.take(10, head("c", 3, 0))
    assert scan.position() == 11
    scan.take(11, head("c", 4, 0))
    assert scan.position() == 1_000
    scan.drop(1)
    assert scan.position() is None


def test_a_scan_gives_up_when_the_partition_has_gone_past() -> None:
    """Other cameras' later frames say that this camera's do not come; an earlier play of a file does not end it."""
    scan = PartitionScan()
    want = Want(1, "c", 12 * S, 500, 9_000, 0)
    scan.add(want)
    scan.take(0, head("c", 50, 400))
    scan.take(1, head("d", 99, 9_000))
    scan.take(2, None)
    assert not want.over
    scan.take(3, head("d", 99, 9_001))
    assert (want.passed, want.complete) == (True, False)


def test_only_what_lies_before_the_first_open_message_is_committed() -> None:
    """Messages are done in any order; a gap holds the position back."""
    offsets = PartitionOffsets()
    assert offsets.due() is None
    for offset in (5, 6, 7):
        offsets.begin(offset)
    offsets.done(6)
    assert offsets.due() == 5
    offsets.committed(5)
    assert offsets.due() is None
    offsets.done(5)
    assert offsets.due() == 7
    offsets.done(7)
    assert offsets.due() == 8


@given(messages("detections"))
def test_the_head_is_what_the_codec_reads(message: Detections) -> None:
    """On random messages; cut short anywhere it is refused, never read wrongly."""
    data = framed("detections", message)
    found = head_of(data)
    for name in DetectionsHead.__dataclass_fields__:
        assert getattr(found, name) == getattr(message, name)
    for length in range(14):  # the shortest head there is
        with pytest.raises(BadMessageError):
            head_of(data[:length])
