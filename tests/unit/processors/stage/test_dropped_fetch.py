"""A fetch that came back while the flow stood still is fetched again, also where nothing is written after it."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from faust.types import TP

from processors.stage.consumer import StageConsumer
from processors.stage.intake import Intake
from tests.unit.processors.stage.harness import FakeRecord

SOURCE = TP("t.frames", 0)


class Positions:
    """Takes seeks."""

    def __init__(self) -> None:
        self.seeks: list[dict[TP, int]] = []

    async def seek_wait(self, positions: dict[TP, int]) -> None:
        """See ConsumerThread."""
        self.seeks.append(dict(positions))


class ScriptedConsumer(StageConsumer):
    """The stage's consumer on fetches that a test gives; it ends with the last."""

    should_stop = False

    def __init__(self, fetches: list[Any], assigned: set[TP]) -> None:
        self.app: Any = SimpleNamespace(
            intake=Intake(100), metrics=SimpleNamespace(rereads=SimpleNamespace(inc=lambda: None))
        )
        self._thread: Any = Positions()
        self._fetches = fetches
        self._assigned = assigned
        self._expected = {SOURCE: 5}
        self._rereads = {}
        self._stops = 0
        self._dropped = set()
        self.flow_active = False

    def assignment(self) -> set[TP]:
        """See Consumer."""
        return self._assigned

    def _is_changelog_tp(self, _tp: Any) -> bool:
        return False

    async def _wait_next_records(self, _timeout: float) -> tuple[Mapping[TP, list[FakeRecord]] | None, set[TP]]:
        step = self._fetches.pop(0)
        self.should_stop = not self._fetches
        return step(self), set()


def fetch_while_still(_consumer: ScriptedConsumer) -> Mapping[TP, list[FakeRecord]]:
    """A fetch that comes back before the flow is on: it has moved the position on."""
    return {SOURCE: [FakeRecord(b"a", b"v", 0, offset) for offset in (5, 6)]}


def nothing(_consumer: ScriptedConsumer) -> None:
    """Nothing more is written to the partition."""


def nothing_and_flow(consumer: ScriptedConsumer) -> None:
    """The flow is on after this; nothing more is written."""
    consumer.flow_active = True


async def test_what_was_dropped_while_the_flow_stood_still_is_sought_again() -> None:
    """Waiting for the next record to show the hole would wait for ever where a camera has ended."""
    consumer = ScriptedConsumer([fetch_while_still, nothing_and_flow, nothing], {SOURCE})
    await consumer._drain_messages(SimpleNamespace(should_stop=False))
    assert consumer._thread.seeks == [{SOURCE: 5}]


async def test_a_partition_that_went_is_not_sought() -> None:
    """Its new owner reads it."""
    consumer = ScriptedConsumer([fetch_while_still, nothing_and_flow, nothing], set())
    await consumer._drain_messages(SimpleNamespace(should_stop=False))
    assert consumer._thread.seeks == []


async def test_a_position_that_is_not_known_yet_is_waited_for() -> None:
    """Between the stop of the flow and its seek nobody knows where reading goes on."""

    def known_now(consumer: ScriptedConsumer) -> None:
        consumer._expected = {SOURCE: 3}

    consumer = ScriptedConsumer([fetch_while_still, nothing_and_flow, known_now, nothing], {SOURCE})
    consumer._expected = {}
    await consumer._drain_messages(SimpleNamespace(should_stop=False))
    assert consumer._thread.seeks == [{SOURCE: 3}]
