"""What the reference reader does with each record."""

from pathlib import Path
from typing import Any, cast

import pytest

from processors.stage.failures import NotReadyError
from processors.stage.metrics import StageMetrics
from processors.stage.reference_reader import ReferenceReader
from processors.stage.settings import StageSettings
from processors.stage_core import Record
from schemas.codec import MessageCodec
from schemas.registry import RegistryUnavailableError
from tests.unit.processors.stage.counting_core import frames_message
from tests.unit.processors.stage.harness import codec


class FakeMessage:
    """A record as confluent-kafka returns it."""

    def __init__(self, key: bytes | None, value: bytes | None) -> None:
        self._key = key
        self._value = value

    def key(self) -> bytes | None:
        """See Message."""
        return self._key

    def value(self) -> bytes | None:
        """See Message."""
        return self._value

    def partition(self) -> int:
        """See Message."""
        return 2

    def offset(self) -> int:
        """See Message."""
        return 9

    def timestamp(self) -> tuple[int, int]:
        """See Message."""
        return (1, 5)


class CodecWithAbsences:
    """Finds the schema registry away a few times."""

    def __init__(self, away: int) -> None:
        self.away = away
        self._codec = codec()

    def decode(self, topic: str, value: bytes) -> Any:
        """See MessageCodec."""
        if self.away:
            self.away -= 1
            raise RegistryUnavailableError("away")
        return self._codec.decode(topic, value)


class Rig:
    """A reader that is handed its records by the test."""

    def __init__(self, wire: Any = None, removed: list[str] | None = None) -> None:
        self.seen: list[tuple[str, Record[Any], bytes]] = []
        self.metrics = StageMetrics("counting")
        self.reader = ReferenceReader(
            StageSettings("127.0.0.1:9", "", "t.", Path()),
            "frames",
            cast("MessageCodec", wire or codec()),
            lambda key, record, value: self.seen.append((key, record, value)),
            self.metrics,
            on_removed=None if removed is None else removed.append,
        )

    def unreadable(self) -> float | None:
        """Return how many records were left out."""
        labels = {"stage": "counting", "topic": "frames"}
        return self.metrics.registry.get_sample_value("vigil_stage_reference_unreadable_total", labels)


def test_a_record_is_handed_over_with_its_coordinates_and_bytes() -> None:
    """The registry keeps the bytes and makes objects when asked."""
    rig = Rig()
    value = codec().encode("frames", frames_message("a", 1))
    rig.reader._take(FakeMessage(b"a", value))
    assert rig.seen == [("a", Record(frames_message("a", 1, packets=[]), 2, 9, 5), value)]


@pytest.mark.parametrize(("key", "value"), [(None, b"x"), (b"a", None), (b"a", b"\x07"), (b"\xff", b"\x00\x00")])
def test_an_unreadable_record_is_counted_and_left_out(key: bytes | None, value: bytes | None) -> None:
    """One bad entry must not keep every stage from its start."""
    rig = Rig()
    rig.reader._take(FakeMessage(key, value))
    assert rig.seen == []
    assert rig.unreadable() == 1


def test_a_record_without_value_takes_its_key_away_where_that_means_something() -> None:
    """In a compacted topic it is how a key goes; the key is handed over, and nothing counts as unreadable."""
    removed: list[str] = []
    rig = Rig(removed=removed)
    for key in (b"a", b"\xff"):
        rig.reader._take(FakeMessage(key, None))
    assert (removed, rig.seen) == (["a"], [])
    assert rig.unreadable() == 1  # the second key is no text


def test_an_absent_schema_registry_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry is not skipped."""
    monkeypatch.setattr("processors.stage.reference_reader.RETRY_S", 0.0)
    rig = Rig(CodecWithAbsences(3))
    rig.reader._take(FakeMessage(b"a", codec().encode("frames", frames_message("a", 1))))
    assert len(rig.seen) == 1
    assert rig.unreadable() is None


def test_a_topic_that_is_not_read_in_time_is_named() -> None:
    """The start ends with a sentence rather than with a stage that lacks its registry."""
    with pytest.raises(NotReadyError, match=r"t\.frames was not read to its end within 0 s"):
        Rig().reader.wait_until_caught_up(0.0)
