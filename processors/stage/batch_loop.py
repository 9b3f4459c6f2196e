"""The batch loop: take, work, make durable, acknowledge.

For each batch, in this order (a crash between any two steps repeats work, and changes nothing twice):
1. decode and wait until every registry version it names is at hand;
2. the core: new states, outputs, dead letters;
3. outputs and dead letters durable;
4. states durable in the changelog, then in the table;
5. the whole batch acknowledged.
Steps 1 and 2 of a batch run while steps 3 to 5 of the one before are in flight; 4 and 5 keep the order of the batches.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from processors.stage.batch import BatchLogic, Decoded
from processors.stage.breaker import Breaker
from processors.stage.failures import AbandonedError, MissingVersionsError, StageStoppedError
from processors.stage.intake import Intake
from processors.stage.metrics import StageMetrics
from processors.stage.outbox import Outbox, Sendable
from processors.stage.prepared_batch import Encoded, PreparedBatch
from processors.stage.settings import StageSettings
from processors.stage.source_record import SourceRecord
from processors.stage.state_cache import StateCache
from processors.stage_core import Registry, ServiceUnavailableError, StageCore
from schemas.codec import MessageCodec
from schemas.registry import RegistryUnavailableError

if TYPE_CHECKING:
    from processors.stage.consumer import StageConsumer
    from processors.stage.topic_facts import TopicFacts

log = logging.getLogger(__name__)
T = TypeVar("T")

#: While a pause lasts, every so many tries are logged.
LOG_EVERY = 20


class _InFlight(NamedTuple):
    """A prepared batch whose outputs are on their way."""

    prepared: PreparedBatch
    durable: asyncio.Future[None]
    taken_at: float


class BatchLoop:
    """Runs a stage's batches; see the module.

    Args:
        settings: the stage's settings.
        core: its core.
        codec: the wire codec.
        registry: cameras' registry.
        facts: partition counts and size limits of the topics.
        intake: where the records come from.
        outbox: where the outputs go.
        metrics: the stage's metrics.
        table: reads and writes the state table: `read(key)`, `write(key, value, partition)`, `size()`.
    """

    def __init__(
        self,
        *,
        settings: StageSettings,
        core: StageCore[Any, Any],
        codec: MessageCodec,
        registry: Registry,
        facts: "TopicFacts",
        intake: Intake,
        outbox: Outbox,
        metrics: StageMetrics,
        table: "StateTable",
    ) -> None:
        self._settings = settings
        self._core = core
        self._codec = codec
        self._facts = facts
        self._intake = intake
        self._outbox = outbox
        self._metrics = metrics
        self._table = table
        self._source = settings.topic(core.source)
        self._changelog = settings.changelog(core.name)
        self._states: StateCache[Any] = StateCache(core, table.read, settings.flow.live_states)
        self._breaker = Breaker(settings.breaker_window_messages, settings.breaker_share_ratio)
        self._logic: BatchLogic[Any, Any] = BatchLogic(
            core=core,
            codec=codec,
            registry=registry,
            states=self._states,
            breaker=self._breaker,
            limit_of=self._limit_of,
            checkpoint_interval_s=settings.checkpoint_interval_s,
            spent=lambda phase, seconds: metrics.seconds(phase).inc(seconds),
        )
        self._in_flight: asyncio.Queue[_InFlight] = asyncio.Queue(settings.in_flight_batches)
        self._working: asyncio.Task[PreparedBatch] | None = None
        self._consumer: StageConsumer | None = None
        self._stopping = False

    # What the app calls

    async def run(self, consumer: "StageConsumer") -> None:
        """Work until the intake is closed.

        Raises:
            StageStoppedError: the stage must stop; everything acknowledged so far is durable.
        """
        self._consumer = consumer
        finisher = asyncio.create_task(self._finish_all())
        taker = asyncio.create_task(self._take_all())
        try:
            done, _ = await asyncio.wait({finisher, taker}, return_when=asyncio.FIRST_COMPLETED)
            if finisher in done:
                finisher.result()
            await taker
            await self._drained(finisher)
        finally:
            for task in (taker, finisher):
                task.cancel()
            await asyncio.gather(taker, finisher, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until no batch is at work, before partitions change hands; give up one that only waits for a service.

        Raises:
            StageStoppedError: what is in flight did not become durable in time.
        """
        grace_s = self._settings.rebalance_timeout_s / 2
        if not await self._intake.wait_idle(grace_s):
            if self._working is not None:
                log.warning("the core has not finished its batch after %.0f s of a rebalance; it is given up", grace_s)
                self._working.cancel()
            if not await self._intake.wait_idle(grace_s):
                raise StageStoppedError("a rebalance waited too long for outputs to become durable; restarting")
        self._states.forget_live()

    def forget_live_states(self) -> None:
        """Drop the state objects: partitions change hands."""
        self._states.forget_live()

    async def stop(self) -> bool:
        """Take no new batch, finish the one at hand; return whether that was done within stop_timeout_s."""
        self._stopping = True
        self._intake.close()
        return await self._intake.wait_idle(self._settings.stop_timeout_s)

    # Taking and working

    async def _take_all(self) -> None:
        while True:
            records = await self._intake.take(self._settings.flow.batch_messages)
            if records is None:
                return
            clearing = self._intake.clearings
            taken_at = time.monotonic()
            self._metrics.messages.inc(len(records))
            self._metrics.batch_size.observe(len(records))
            self._working = asyncio.create_task(self._work(records, clearing))
            try:
                prepared = await self._working
            except AbandonedError:
                self._give_up()
                continue
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                self._give_up()
                continue
            finally:
                self._working = None
            self._breaker.add(prepared.messages, len(prepared.dead))
            durable = await self._outbox.send(self._sendable(prepared))
            await self._in_flight.put(_InFlight(prepared, durable, taken_at))

    def _give_up(self) -> None:
        self._metrics.abandoned.inc()
        self._states.forget_live()
        self._intake.done()

    async def _work(self, records: list[SourceRecord], clearing: int) -> PreparedBatch:
        """Steps 1 and 2."""
        logic = self._logic

        async def decode() -> Decoded[Any]:
            return logic.decode(records)

        decoded = await self._until_served(decode, clearing)

        async def advance() -> PreparedBatch:
            missing = logic.missing_versions(decoded)
            if missing:
                raise MissingVersionsError(missing)
            return await logic.advance(decoded)

        return await self._until_served(advance, clearing)

    async def _until_served(self, action: Callable[[], Awaitable[T]], clearing: int) -> T:
        """Try until no service is missing, for ever; the consumer's own thread keeps the group membership alive.

        Raises:
            AbandonedError: the partitions change hands, or the stage stops.
        """
        delay_s, tries, waiting = self._settings.retry_first_s, 0, ""
        try:
            while True:
                try:
                    return await action()
                except (ServiceUnavailableError, RegistryUnavailableError, MissingVersionsError) as error:
                    if self._stopping or self._intake.clearings != clearing:
                        raise AbandonedError from error
                    reason = _reason(error)
                    if reason != waiting:
                        if waiting:
                            self._metrics.paused(waiting).set(0)
                        waiting, tries = reason, 0
                        self._metrics.paused(reason).set(1)
                    self._metrics.retries(reason).inc()
                    if tries % LOG_EVERY == 0:
                        log.warning("%s waits (%s): %s", self._core.name, reason, error)
                    tries += 1
                    pause_s = delay_s * random.uniform(0.5, 1.0)  # noqa: S311  jitter
                    if await self._intake.wait_cleared(pause_s):
                        raise AbandonedError from error
                    delay_s = min(delay_s * 2, self._settings.retry_most_s)
                    if reason == "registry-version":
                        delay_s = self._settings.retry_first_s  # it is read as it arrives; nobody is spared by waiting
        finally:
            if waiting:
                self._metrics.paused(waiting).set(0)

    # Making durable and acknowledging

    async def _finish_all(self) -> None:
        while True:
            batch = await self._in_flight.get()
            await self._finish(batch)

    async def _drained(self, finisher: "asyncio.Task[None]") -> None:
        idle = asyncio.create_task(self._intake.wait_idle(self._settings.delivery_timeout_s))
        done, _ = await asyncio.wait({finisher, idle}, return_when=asyncio.FIRST_COMPLETED)
        if finisher in done:
            finisher.result()
        idle.cancel()

    async def _finish(self, batch: _InFlight) -> None:
        """Steps 3 to 5."""
        assert self._consumer is not None
        prepared, metrics = batch.prepared, self._metrics
        began = time.perf_counter()
        await batch.durable
        outputs_done = time.perf_counter()
        if time.monotonic() - batch.taken_at > self._settings.fence_age_s:
            await self._consumer.prove_membership()
        states = prepared.states
        if states:
            sends: list[Sendable] = [(self._changelog, key, new.packed, new.partition) for key, new in states.items()]
            await (await self._outbox.send(sends))
            write = self._table.write
            for key, new in states.items():
                write(key, new.packed, new.partition)
            self._states.stored({key: new.packed for key, new in states.items()})
        state_done = time.perf_counter()
        self._consumer.acknowledge(self._source, prepared.ends)
        self._intake.done()
        metrics.seconds("outputs").inc(outputs_done - began)
        metrics.seconds("state").inc(state_done - outputs_done)
        metrics.batches.inc()
        metrics.replayed.inc(prepared.replayed)
        metrics.checkpoints_skipped.inc(prepared.checkpoints_skipped)
        metrics.state_bytes.inc(sum(len(new.packed) for new in states.values()))
        metrics.states.set(self._table.size())
        metrics.live.set(len(self._states))
        if prepared.newest_us is not None:
            metrics.event_lag.set(time.time() - prepared.newest_us / 1e6)
        for dead in prepared.dead:
            metrics.dead_letters(dead.error_class).inc()

    def _sendable(self, prepared: PreparedBatch) -> list[Sendable]:
        for dead in prepared.dead:
            record = dead.record
            log.warning(
                "dead letter %s: %s partition %d offset %d: %s",
                dead.error_class,
                record.topic,
                record.partition,
                record.offset,
                dead.error,
            )
        counts: dict[str, int] = {}
        sendable: list[Sendable] = []
        names: dict[str, str] = {}
        for output in prepared.outputs:
            topic = output.topic
            name = names.get(topic)
            if name is None:
                name = names[topic] = self._settings.topic(topic)
                self._check(output)
            counts[topic] = counts.get(topic, 0) + 1
            partition = output.partition
            sendable.append((name, output.key, output.value, -1 if partition is None else partition))
        for topic, count in counts.items():
            self._metrics.outputs(topic).inc(count)
        return sendable

    def _check(self, output: Encoded) -> None:
        """Refuse an output to a topic that is not there, or that cannot take its input's partition."""
        self._facts.check(output.topic, co_partitioned=output.partition is not None)

    def _limit_of(self, topic: str) -> int:
        return self._facts.limit_bytes(topic) if topic else self._facts.changelog_limit_bytes


def _reason(error: Exception) -> str:
    if isinstance(error, MissingVersionsError):
        return "registry-version"
    return "schema-registry" if isinstance(error, RegistryUnavailableError) else "service"


class StateTable:
    """The state table as the loop sees it, over Faust's memory store.

    Written directly, behind the changelog: Faust's own assignment would send to the changelog by a second producer, and
    would show a state before it is durable.
    """

    def __init__(self) -> None:
        self._data: dict[bytes, bytes] = {}
        self._partition_of: dict[bytes, int] = {}

    def bind(self, store: Any) -> None:
        """Use a table's store from now on."""
        self._data = store.data
        self._partition_of = store._key_partition  # noqa: SLF001  what its recovery clears by

    def read(self, key: bytes) -> bytes | None:
        """Return a key's stamped state, or None."""
        return self._data.get(key)

    def write(self, key: bytes, packed: bytes, partition: int) -> None:
        """Store a key's stamped state."""
        self._data[key] = packed
        self._partition_of[key] = partition

    def size(self) -> int:
        """Return how many states there are."""
        return len(self._data)
