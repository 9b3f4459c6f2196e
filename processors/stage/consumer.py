"""Faust's consumer with whole fetches handed to the batch loop, contiguous commits and no skipped record.

What stock Faust 0.15.3 does with each message (two tasks, four sensors, an event, a queue) is done here once a fetch.
What it does with offsets is replaced: it commits past holes, it does not seek partitions that have no committed offset
yet, and it lets a fetch that was under way during a seek pass as if it came after. Changelog records, which only table
recovery reads, are applied by the recovery in recovery.py.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from aiokafka.errors import ConsumerStoppedError
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers.aiokafka import Consumer as AiokafkaConsumer
from faust.transport.drivers.aiokafka import Transport as AiokafkaTransport
from faust.types import TP

from processors.stage.failures import StageStoppedError
from processors.stage.intake import Intake
from processors.stage.metrics import StageMetrics
from processors.stage.recovery import StageRecovery

if TYPE_CHECKING:
    from processors.stage.app import StageApp

log = logging.getLogger(__name__)

#: How long one fetch waits for records, seconds.
FETCH_WAIT_S = 1.0
#: Reads of a hole after which offsets that the broker should hold are given up: its log has a hole of its own.
MOST_REREADS = 20


class StageConsumer(AiokafkaConsumer):
    """The consumer of a stage. Its intake, loop and metrics are the app's."""

    app: "StageApp"
    logger = logging.getLogger("faust.stage.consumer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Next offset to commit, by partition: everything before it is durable.
        self._durable: dict[Any, int] = {}
        #: Next offset that must come, by partition; absent: unknown until the next seek.
        self._expected: dict[Any, int] = {}
        #: Reads of a hole that the broker should still hold, by partition.
        self._rereads: dict[Any, int] = {}
        #: Times the flow was stopped: a fetch that began before the last one belongs to no known position.
        self._stops = 0
        #: Partitions of which a fetch was dropped and whose position has not been set back since.
        self._dropped: set[Any] = set()

    @property
    def _intake(self) -> Intake:
        return self.app.intake

    @property
    def _recovery(self) -> StageRecovery:
        recovery = self.app.tables.recovery  # type: ignore[attr-defined]
        assert isinstance(recovery, StageRecovery)
        return recovery

    @property
    def _metrics(self) -> StageMetrics:
        return self.app.metrics

    # What is durable, and committing it

    def acknowledge(self, topic: str, ends: Mapping[int, int]) -> None:
        """Take note that everything before these offsets is durable; the next commit says so to Kafka."""
        for partition, end in ends.items():
            tp = TP(topic, partition)
            self._durable[tp] = max(end, self._durable.get(tp, 0))

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002, ARG002
        """Commit what is durable, of all partitions."""
        committed = self._committed_offset
        offsets = {tp: end for tp, end in self._durable.items() if end > (committed.get(tp) or 0)}
        if not offsets:
            return False
        return bool(await self._commit_offsets(offsets))

    async def prove_membership(self) -> None:
        """Make sure that the group still counts this process as a member, by a commit that moves nothing.

        Raises:
            StageStoppedError: it does not: another process may own the partitions, so nothing more must be written.
        """
        offsets = {}
        for tp in self.assignment():
            if not self._is_changelog_tp(tp):
                end = self._committed_offset.get(tp)
                if end:
                    offsets[tp] = end
        if offsets and not await self._commit(offsets):
            raise StageStoppedError("this process is no longer a member of its group; nothing more is written")

    async def wait_empty(self) -> None:
        """Before partitions change hands: let the batch at work finish, or give it up; then commit what is durable."""
        await self.app.loop_of_batches.settle()
        await self.commit_and_end_transactions()

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Forget everything about partitions that go."""
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._durable.pop(tp, None)
            if not self._is_changelog_tp(tp):
                self._metrics.forget_lag(tp.partition)

    # Positions

    def stop_flow(self) -> None:
        """Stop delivery; what was fetched and not yet worked on is fetched again from the committed offsets."""
        super().stop_flow()
        self._stops += 1
        self._expected.clear()
        self._rereads.clear()
        self._intake.clear()
        self.app.loop_of_batches.forget_live_states()

    async def perform_seek(self) -> None:
        """Seek the source partitions to their committed offsets, or to their beginning where there is none."""
        committed = await self.seek_to_committed()
        sources = {TP(*tp): offset for tp, offset in committed.items() if not self._is_changelog_tp(tp)}
        fresh = []
        for tp, offset in sources.items():
            if offset is not None and offset > 0:
                self._committed_offset[tp] = offset
                self._expected[tp] = offset
            else:
                fresh.append(tp)
        if fresh:
            beginnings = await self._thread.earliest_offsets(*fresh)
            await self._thread.seek_wait({tp: beginnings[tp] for tp in fresh})
            self._expected.update({tp: beginnings[tp] for tp in fresh})
        self._metrics.assigned.set(len(sources))

    def observe_lag(self, topic: str) -> None:
        """Set the lag of each source partition: messages in it that are not durable here yet."""
        try:
            assigned = self.assignment()
        except ConsumerNotStarted:
            return
        for tp in assigned:
            if tp.topic == topic:
                end = self.highwater(tp)
                done = self._durable.get(tp, self._committed_offset.get(tp))
                if end is not None:
                    self._metrics.lag(tp.partition).set(max(0, end - (done or 0)))

    def verify_event_path(self, now: float, tp: Any) -> None:
        """Nothing: the stage's own metrics (lag, paused, batches) show what this guesses from message times."""

    # Fetching

    async def _drain_messages(self, fetcher: Any) -> None:
        """Fetch until the fetcher stops; its only caller is Faust's fetcher."""
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self._intake.wait_for_room()
                if self._dropped and self.flow_active:
                    await self._read_dropped()
                stops = self._stops
                records, _ = await self._wait_next_records(FETCH_WAIT_S)
                await asyncio.sleep(0)  # a fetch that returns at once must not starve the batch loop
                if not records:
                    continue
                if stops != self._stops or not self.flow_active:
                    await self._read_again(records)
                    continue
                for tp, fetched in records.items():
                    if self._is_changelog_tp(tp):
                        await self._recovery.apply(self, tp, fetched)
                    else:
                        await self._deliver(tp, fetched)
        except ConsumerStoppedError:
            if not self.app.should_stop:
                raise
        except asyncio.CancelledError:
            if not self.app.should_stop:
                raise

    async def _deliver(self, tp: Any, fetched: list[Any]) -> None:
        """Hand a fetch of a source partition over, if it follows on the last one."""
        first = fetched[0].offset
        expected = self._expected.get(tp)
        if expected is not None and first != expected:
            if first < expected:
                fetched = [record for record in fetched if record.offset >= expected]
                if not fetched:
                    return
            elif not await self._are_gone(tp, expected, first):
                return
        self._rereads.pop(tp, None)
        self._expected[tp] = fetched[-1].offset + 1
        self._intake.put(fetched)

    async def _are_gone(self, tp: Any, expected: int, first: int) -> bool:
        """Say whether the offsets before a fetch are gone; where they are not, set the position back to read them.

        Retention moves a partition's beginning; where that lies at or before the hole, a seek was missed, or a fetch
        that was under way during one came late, perhaps more than once.
        """
        beginning = (await self._thread.earliest_offsets(tp))[tp]
        reads = self._rereads.get(tp, 0) + 1
        if beginning < first and reads <= MOST_REREADS:
            self._rereads[tp] = reads
            self._metrics.rereads.inc()
            log.warning("%s partition %d: expected offset %d, got %d; reading again", *tp, expected, first)
            await self._thread.seek_wait({tp: max(expected, beginning)})
            return False
        self._rereads.pop(tp, None)
        self._metrics.gaps.inc(first - expected)
        log.error("%s partition %d: offsets %d to %d are gone", *tp, expected, first - 1)
        return True

    async def _read_again(self, records: Mapping[Any, list[Any]]) -> None:
        """Drop a fetch that straddled a stop of the flow; its partitions are set back once the flow is on.

        Whoever starts the flow seeks, but the fetch may have moved the positions on after that: without setting them
        back, a partition to which nothing more is written would never give what was dropped.
        """
        self._metrics.rereads.inc()
        self._dropped.update(records)
        if self.flow_active:
            await self._read_dropped()

    async def _read_dropped(self) -> None:
        """Seek back to where the partitions of dropped fetches must go on; those not yet known wait."""
        assigned = self.assignment()
        self._dropped &= set(assigned)  # another's now: its owner seeks
        positions = {}
        for tp in self._dropped:
            if self._is_changelog_tp(tp):
                positions[tp] = self._recovery.next_offset(tp)
            elif tp in self._expected:
                positions[tp] = self._expected[tp]
        if positions:
            self._dropped -= positions.keys()
            await self._thread.seek_wait(positions)


class StageTransport(AiokafkaTransport):
    """Faust's aiokafka transport with the stage's consumer."""

    Consumer: ClassVar[Any] = StageConsumer
