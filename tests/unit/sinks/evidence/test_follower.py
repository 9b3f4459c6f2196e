"""The follower of `detections` against a topic in memory: where it reads, and when it says that the end is reached."""

from collections.abc import Sequence
from typing import Any

import pytest
from confluent_kafka import KafkaError, TopicPartition

from sinks.evidence import detections_follower
from sinks.evidence.detections_follower import DetectionsFollower
from sinks.evidence.scan import Want
from sinks.evidence.seconds_index import SecondsIndex
from tests.unit.sinks.evidence.findings import CAMERA, camera_frames, detections_of, framed

S = 1_000_000


class Record:
    """A message as the client gives it."""

    def __init__(self, partition: int, offset: int, value: bytes | None) -> None:
        self._partition = partition
        self._offset = offset
        self._value = value

    def partition(self) -> int:
        """Its partition."""
        return self._partition

    def offset(self) -> int:
        """Its offset."""
        return self._offset

    def value(self) -> bytes | None:
        """Its value."""
        return self._value

    def error(self) -> Any:
        """An end of partition, or None."""
        return None if self._value is not None else KafkaError(KafkaError._PARTITION_EOF)


class Topic:
    """One topic in memory behind the client's calls; the end is said once each time it is reached."""

    def __init__(self, partitions: dict[int, list[bytes]]) -> None:
        self.partitions = partitions
        self.at: dict[int, int] = {}
        self.said: set[int] = set()
        self.assigned: list[dict[int, int]] = []

    def __call__(self, _config: object) -> "Topic":
        """Be the client."""
        return self

    def assign(self, places: Sequence[TopicPartition]) -> None:
        """Begin anew at these places."""
        self.at = {p.partition: p.offset for p in places}
        assert all(offset >= 0 for offset in self.at.values()), "a negative offset means something else to Kafka"
        self.said.clear()
        self.assigned.append(dict(self.at))

    def consume(self, count: int, _wait_s: float) -> list[Record]:
        """Return what is next."""
        out = []
        for partition, at in self.at.items():
            values = self.partitions[partition][at : at + count]
            out += [Record(partition, at + n, value) for n, value in enumerate(values)]
            self.at[partition] = at + len(values)
            if values:
                self.said.discard(partition)
            elif partition not in self.said:
                self.said.add(partition)
                out.append(Record(partition, at, None))
        return out


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    """Forty seconds of a camera in partition 0, nothing in partition 1."""
    made = Topic({0: [framed("detections", detections_of(f, n)) for n, f in enumerate(camera_frames()[:40])], 1: []})
    monkeypatch.setattr(detections_follower, "Consumer", made)
    return made


def want(ticket: int, cursor: int, to: int) -> Want:
    """Read from an offset until the camera's second of a number."""
    frames = camera_frames()[to]
    return Want(ticket, CAMERA, frames.captured_at_us, 0, 1 << 60, cursor)


def test_it_reads_what_is_wanted_into_the_index(topic: Topic) -> None:
    """From the want's offset to the second that covers it; then nothing is assigned any more."""
    index = SecondsIndex()
    follower = DetectionsFollower("", "d", index)
    assert follower.step(0.0) == 0
    frames = camera_frames()
    index.want(1, CAMERA, frames[10].captured_at_us, frames[20].captured_at_us)
    one = want(1, 5, 20)
    follower.want(0, one)
    follower.step(0.0)
    assert one.complete
    assert [s.sequence for s in index.between(CAMERA, 0, 1 << 60)] == list(range(10, 20))
    follower.step(0.0)
    assert topic.assigned == [{0: 5}, {}]


def test_an_end_stays_reached_for_a_later_want_and_not_for_an_earlier_one(topic: Topic) -> None:
    """Kafka says an end once. A want from there on must not wait for a second word, one from before must."""
    follower = DetectionsFollower("", "d", SecondsIndex())
    first = want(1, 30, 50)
    follower.want(0, first)
    follower.step(0.0)
    assert not follower.ended(0)
    follower.step(0.0)
    assert follower.ended(0)
    assert not first.over
    follower.want(0, want(2, 40, 50))
    assert follower.ended(0)
    follower.step(0.0)
    assert follower.ended(0)
    follower.want(0, want(3, 3, 50))
    assert not follower.ended(0)
    follower.step(0.0)
    follower.step(0.0)
    assert follower.ended(0)
    assert topic.assigned == [{0: 30}, {0: 3}]
    topic.partitions[0].append(framed("detections", detections_of(camera_frames()[41], 40)))
    follower.step(0.0)
    assert not follower.ended(0)


def test_a_second_partition_does_not_move_the_first(topic: Topic) -> None:
    """Where the first has come to, it goes on; the second begins where it is wanted."""
    follower = DetectionsFollower("", "d", SecondsIndex())
    follower.want(0, want(1, 0, 50))
    follower.step(0.0)
    follower.want(1, want(2, 0, 50))
    follower.step(0.0)
    assert topic.assigned == [{0: 0}, {0: 40, 1: 0}]
    follower.drop(1)
    follower.step(0.0)
    assert topic.assigned[-1] == {1: 0}
