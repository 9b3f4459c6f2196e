"""The batch loop without Kafka: the order of what becomes durable, overlap, pauses, rebalances, stopping."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from processors.stage.batch_loop import BatchLoop, StateTable
from processors.stage.failures import BreakerOpenError, StageStoppedError
from processors.stage.intake import Intake
from processors.stage.metrics import StageMetrics
from processors.stage.outbox import Outbox, Sendable
from processors.stage.settings import Flow, StageSettings
from processors.stage.topic_facts import TopicFacts, TopicShape
from tests.unit.processors.stage.harness import Bench, FakeRecord


class FakeOutbox:
    """Records what is sent; a send becomes durable when told, or at once."""

    def __init__(self, events: list[str]) -> None:
        self.events = events
        self.hold = False
        self.held: list[tuple[str, asyncio.Future[None]]] = []

    async def send(self, messages: Iterable[Sendable]) -> asyncio.Future[None]:
        """See Outbox."""
        topics = sorted({m[0] for m in messages})
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        name = ",".join(topics)
        if self.hold:
            self.held.append((name, future))
        else:
            self.settle(name, future)
        return future

    def settle(self, name: str, future: asyncio.Future[None]) -> None:
        """Make a send durable."""
        self.events.append(f"durable {name}")
        future.set_result(None)

    def release(self) -> None:
        """Make the oldest held send durable."""
        self.settle(*self.held.pop(0))


class FakeConsumer:
    """Takes acknowledgements."""

    def __init__(self, events: list[str]) -> None:
        self.events = events
        self.proofs = 0

    def acknowledge(self, topic: str, ends: Mapping[int, int]) -> None:
        """See StageConsumer."""
        del topic
        self.events.append(f"acknowledged {ends[0]}")

    async def prove_membership(self) -> None:
        """See StageConsumer."""
        self.proofs += 1


class Rig:
    """A loop over fakes."""

    def __init__(self, **changes: Any) -> None:
        values: dict[str, Any] = {
            "bootstrap_servers": "",
            "schema_registry_url": "",
            "topic_prefix": "t.",
            "datadir": Path(),
            "flow": Flow(2, 100, 100, 1_000, 100),
            "checkpoint_interval_s": None,
            "retry_first_s": 0.001,
            "retry_most_s": 0.002,
            "session_timeout_s": 0.01,
            "rebalance_timeout_s": 0.4,
        }
        self.settings = StageSettings(**{**values, **changes})
        self.bench = Bench()
        self.events: list[str] = []
        self.outbox = FakeOutbox(self.events)
        self.consumer = FakeConsumer(self.events)
        self.intake = Intake(100)
        self.metrics = StageMetrics("counting")
        names = ("frames", "payments", "dead-letters", "checkpoints", "counting-state-changelog")
        shapes = {f"t.{name}": TopicShape(4, 1_048_576) for name in names}
        self.table = StateTable()
        self.loop = BatchLoop(
            settings=self.settings,
            core=self.bench.core,
            codec=self.bench.codec,
            registry=self.bench.registry,
            facts=TopicFacts(shapes, self.settings, "counting", "frames"),
            intake=self.intake,
            outbox=cast("Outbox", self.outbox),
            metrics=self.metrics,
            table=self.table,
        )

    def put(self, *sequences: int) -> None:
        """Let messages of one camera arrive."""
        self.intake.put([self.bench.record("a", s) for s in sequences])

    def value(self, name: str, **labels: str) -> float | None:
        """Return a metric's value."""
        return self.metrics.registry.get_sample_value(name, {"stage": "counting", **labels})

    @asynccontextmanager
    async def running(self) -> AsyncIterator["asyncio.Task[None]"]:
        """Run the loop, and stop it at the end."""
        task = asyncio.create_task(self.loop.run(cast("Any", self.consumer)))
        try:
            yield task
        finally:
            self.intake.close()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, event: str) -> None:
        """Wait for an event."""
        for _ in range(1_000):
            if event in self.events:
                return
            await asyncio.sleep(0.002)
        raise AssertionError(f"{event} did not come: {self.events}")


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until a condition holds."""
    for _ in range(2_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came")


async def test_outputs_then_state_then_acknowledgement() -> None:
    """A crash between any two steps repeats work; the other way round it would lose some."""
    rig = Rig()
    rig.put(0, 1)
    async with rig.running():
        await rig.until("acknowledged 2")
    assert rig.events == ["durable t.payments", "durable t.counting-state-changelog", "acknowledged 2"]


async def test_the_next_batch_is_worked_on_while_outputs_are_in_flight_and_acknowledged_in_order() -> None:
    """The second batch reaches the core before the first is durable, and none overtakes."""
    rig = Rig()
    rig.outbox.hold = True
    rig.put(0, 1, 2, 3)
    async with rig.running():
        await until(lambda: len(rig.bench.core.calls) >= 2)
        assert rig.events == []
        assert rig.table.read(b"a") is None

        def released() -> bool:
            if rig.outbox.held:
                rig.outbox.release()
            return "acknowledged 4" in rig.events

        await until(released)
    acknowledged = [event for event in rig.events if event.startswith("ack")]
    assert acknowledged == ["acknowledged 2", "acknowledged 4"]


async def test_a_state_is_in_the_table_only_when_the_changelog_has_it() -> None:
    """What the table shows survives a crash."""
    rig = Rig()
    rig.outbox.hold = True
    rig.put(0)
    async with rig.running():
        await until(lambda: bool(rig.outbox.held))
        rig.outbox.release()
        await until(lambda: bool(rig.outbox.held))
        assert rig.outbox.held[0][0] == "t.counting-state-changelog"
        assert rig.table.read(b"a") is None
        rig.outbox.release()
        await rig.until("acknowledged 1")
        assert rig.table.read(b"a") is not None


async def test_an_absent_service_pauses_the_stage_and_nothing_is_lost_or_dead_lettered() -> None:
    """Five failing calls, then it goes on with the same batch; the metrics tell."""
    rig = Rig()
    rig.bench.core.away = 5
    rig.put(0, 1)
    async with rig.running():
        await rig.until("acknowledged 2")
    assert rig.value("vigil_stage_retries_total", reason="service") == 5
    assert rig.value("vigil_stage_paused", reason="service") == 0
    assert rig.value("vigil_stage_dead_letters_total", error_class="HANDLER") is None


async def test_a_message_waits_for_its_registry_version() -> None:
    """It is neither handled without it nor thrown away."""
    rig = Rig()
    rig.bench.core.need = 2
    rig.put(0)
    async with rig.running():
        await until(lambda: bool(rig.value("vigil_stage_paused", reason="registry-version")))
        assert rig.bench.core.calls == []
        rig.bench.registry.versions.add(("a", 2))
        await rig.until("acknowledged 1")


async def test_a_paused_batch_is_given_up_at_once_when_partitions_change_hands() -> None:
    """Nothing of it is acknowledged, and the rebalance does not wait for the service."""
    rig = Rig(retry_first_s=5.0, retry_most_s=5.0)
    rig.bench.core.away = 10**9
    rig.put(0)
    async with rig.running():
        await until(lambda: bool(rig.value("vigil_stage_paused", reason="service")))
        rig.intake.clear()
        await asyncio.wait_for(rig.loop.settle(), 1)
        rig.bench.core.away = 0
        rig.put(0)
        await rig.until("acknowledged 2")
    assert rig.value("vigil_stage_batches_abandoned_total") == 1
    assert rig.events.count("acknowledged 2") == 1


async def test_a_core_that_does_not_come_back_is_cancelled_in_a_rebalance() -> None:
    """After half of the rebalance timeout; its batch comes again."""
    rig = Rig()
    rig.bench.core.takes_s = 60.0
    rig.put(0)
    async with rig.running():
        await until(lambda: bool(rig.bench.core.calls))
        rig.intake.clear()
        await asyncio.wait_for(rig.loop.settle(), 2)
        rig.bench.core.takes_s = 0.0
        rig.put(0)
        await rig.until("acknowledged 2")
    assert rig.value("vigil_stage_batches_abandoned_total") == 1


async def test_outputs_that_never_become_durable_stop_the_stage_in_a_rebalance() -> None:
    """They cannot be taken back, so the process must not outlive its ownership."""
    rig = Rig()
    rig.outbox.hold = True
    rig.put(0)
    async with rig.running():
        await until(lambda: bool(rig.outbox.held))
        with pytest.raises(StageStoppedError, match="waited too long"):
            await rig.loop.settle()


async def test_an_undeliverable_output_stops_the_stage_and_nothing_is_acknowledged() -> None:
    """A dead letter that cannot be written takes the same way."""
    rig = Rig()
    rig.outbox.hold = True
    rig.intake.put([rig.bench.raw(b"a", b"\x07")])
    async with rig.running() as task:
        await until(lambda: bool(rig.outbox.held))
        name, future = rig.outbox.held.pop()
        assert name == "t.dead-letters"
        future.set_exception(StageStoppedError("refused"))
        with pytest.raises(StageStoppedError, match="refused"):
            await asyncio.wait_for(task, 1)
    assert rig.events == []


async def test_a_batch_that_took_long_proves_its_membership_before_it_writes_state() -> None:
    """A process that was stopped for minutes may have lost its partitions."""
    rig = Rig(fence_age_s=0.01)
    rig.bench.core.takes_s = 0.03
    rig.put(0)
    async with rig.running():
        await rig.until("acknowledged 1")
    assert rig.consumer.proofs == 1


async def test_stopping_finishes_the_batch_at_hand() -> None:
    """SIGTERM: what was taken becomes durable and is acknowledged, what was not stays in Kafka."""
    rig = Rig()
    rig.bench.core.takes_s = 0.02
    rig.put(*range(10))
    async with rig.running() as task:
        await until(lambda: bool(rig.bench.core.calls))
        assert await rig.loop.stop()
        await asyncio.wait_for(task, 1)
    assert [event for event in rig.events if event.startswith("ack")] == ["acknowledged 2"]


async def test_an_open_breaker_ends_the_loop_with_nothing_of_the_batch_produced() -> None:
    """The loop ends with the breaker's sentence."""
    rig = Rig(breaker_window_messages=10, breaker_share_ratio=0.1, flow=Flow(50, 100, 100, 1_000, 100))
    rig.intake.put([FakeRecord(b"a", b"\x07", 0, offset) for offset in range(20)])
    async with rig.running() as task:
        with pytest.raises(BreakerOpenError, match="counting stops"):
            await asyncio.wait_for(task, 1)
    assert rig.events == []


async def test_an_output_to_a_topic_that_is_not_there_stops_the_stage() -> None:
    """The sentence says how to make it."""
    rig = Rig()
    rig.loop._facts = TopicFacts(
        {"t.frames": TopicShape(4, 10**6), "t.dead-letters": TopicShape(1, 10**6)}, rig.settings, "counting", "frames"
    )
    rig.put(0)
    async with rig.running() as task:
        with pytest.raises(StageStoppedError, match=r"topic t\.payments is not there.*vigil topics apply"):
            await asyncio.wait_for(task, 1)
