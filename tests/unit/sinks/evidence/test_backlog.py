"""In a backlog a finding comes before the seconds behind it: they are waited for, and not said to be missing."""

from typing import Any, cast

import pytest
from confluent_kafka import TopicPartition

from sinks.evidence import detections_follower
from sinks.evidence.backlog import Backlog
from sinks.evidence.detections_follower import DetectionsFollower
from sinks.evidence.gathering import MOST_BACKLOG_MS, Gatherer, Search
from sinks.evidence.record_reader import KafkaSilentError
from sinks.evidence.seconds_index import SecondsIndex
from sinks.evidence.settings import WindowSettings
from tests.unit.sinks.evidence.findings import camera_frames, detections_of, evidence, framed, lead
from tests.unit.sinks.evidence.test_follower import Topic

MINUTE_MS = 60_000
#: The lead is of the 21st second; ten minutes later perception has come to the one after it.
NAMED, DONE = 20, 22


class Frames:
    """The topic `frames`: forty seconds of the camera, all written when they were captured."""

    end_offset = 40

    def read(self, _partition: int, offset: int) -> Any:
        """Return when one was written."""
        created_at_ms = camera_frames()[offset].captured_at_us // 1_000
        return type("Found", (), {"created_at_ms": created_at_ms})

    def end(self, _partition: int) -> int:
        """Return where they end."""
        return self.end_offset


class Detections(Topic):
    """Detections by the CreateTime of their frames."""

    def offsets_for_times(self, places: Any, timeout: float) -> Any:
        """Begin at the first."""
        del timeout
        return [TopicPartition("d", place.partition, 0) for place in places]

    def list_topics(self, name: str, timeout: float) -> Any:
        """Name the partitions."""
        del timeout
        return type("Topics", (), {"topics": {name: type("Topic", (), {"partitions": self.partitions})}})


def written(count: int) -> list[bytes]:
    """Return the detections of the first seconds."""
    return [framed("detections", detections_of(f, n)) for n, f in enumerate(camera_frames()[:count])]


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Detections:
    """Perception's output so far."""
    made = Detections({0: written(DONE)})
    monkeypatch.setattr(detections_follower, "Consumer", made)
    return made


def gathering(index: SecondsIndex, follower: DetectionsFollower, frames: Frames) -> tuple[Gatherer, Search, int]:
    """Return what looks for a lead of four seconds behind the named one, its search, and ten minutes later."""
    unused = cast("Any", None)
    gatherer = Gatherer(
        index,
        follower,
        cast("Any", frames),
        unused,
        unused,
        window=WindowSettings(),
        lead_window=WindowSettings(before_s=1.0, after_s=4.0),
        gap_timeout_s=60.0,
        topic_ids={},
    )
    named = camera_frames()[NAMED]
    at_ms = named.captured_at_us // 1_000
    return gatherer, gatherer.search(1, lead([evidence("peak", named, NAMED)], 1, at_ms)), at_ms + 10 * MINUTE_MS


def read_all(follower: DetectionsFollower) -> None:
    """Read what there is, and that it ends."""
    for _ in range(3):
        follower.step(0.0)


def test_seconds_that_perception_has_not_come_to_are_waited_for(behind: Detections) -> None:
    """Ten minutes after its frames a lead is read at once; its last second comes later, and then all is there."""
    frames, index = Frames(), SecondsIndex()
    follower = DetectionsFollower("", "d", index)
    gatherer, search, now_ms = gathering(index, follower, frames)
    read_all(follower)
    assert follower.ended(0)
    assert not gatherer.over(search, now_ms)
    behind.partitions[0] += written(40)[DONE:]
    read_all(follower)
    assert gatherer.over(search, now_ms + 1_000)
    (window,) = search.windows
    assert len(index.between(window.camera_id, window.from_us, window.to_us)) == 6


def test_what_perception_never_comes_to_ends_the_wait(behind: Detections) -> None:
    """Nothing is before it: the camera ended. Or it is away for an hour: what is there is kept."""
    frames, index = Frames(), SecondsIndex()
    follower = DetectionsFollower("", "d", index)
    gatherer, search, now_ms = gathering(index, follower, frames)
    read_all(follower)
    assert not gatherer.over(search, now_ms)
    assert gatherer.over(search, now_ms + MOST_BACKLOG_MS)
    frames.end_offset = DONE
    assert gatherer.over(search, now_ms + 1_000)
    assert len(behind.partitions[0]) == DONE


def test_kafka_is_asked_now_and_then_and_its_silence_is_waited_for() -> None:
    """Twice a second a partition; who gets no answer does not say that pictures are missing."""
    asked: list[int] = []

    def end_of(partition: int) -> int:
        asked.append(partition)
        if len(asked) == 2:
            raise KafkaSilentError("away")
        return 5

    backlog = Backlog(end_of)
    assert [backlog.is_before(3, read, 1_000) for read in (3, 4, None)] == [True, False, False]
    assert asked == [3]
    assert backlog.is_before(3, 4, 1_500)
    assert not backlog.is_before(3, 4, 1_501)
    assert asked == [3, 3, 3]
