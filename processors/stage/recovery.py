"""Faust's table recovery without its race, and without an event and a queue for each changelog record.

Stock Faust resumes the source partitions before it seeks them to the committed offsets; what the fetcher delivers in
between is lost for good (177 of 30,000 messages in one measurement). Here the flow stands still until the seek is done.
"""

import logging
from typing import TYPE_CHECKING, Any

from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP

from processors.stage.settings import TABLE
from processors.stage.stamped_state import is_older

if TYPE_CHECKING:
    from processors.stage.app import StageApp
    from processors.stage.consumer import StageConsumer


class StageRecovery(Recovery):
    """Recovery of the state table."""

    app: "StageApp"
    logger = logging.getLogger("faust.stage.recovery")

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        """End a recovery: the flow stops until every source partition has been sought."""
        self.app.consumer.stop_flow()
        await super().on_recovery_completed(generation_id)

    def next_offset(self, tp: Any) -> int:
        """Return the offset at which reading a changelog partition must go on."""
        seen = self.active_offsets.get(TP(*tp))
        return 0 if seen is None else max(0, seen + 1)

    async def apply(self, consumer: "StageConsumer", tp: Any, fetched: list[Any]) -> None:
        """Put changelog records into the table; the one that ends the recovery takes Faust's own way, which ends it."""
        tp = TP(*tp)
        if tp not in self.active_tps:
            return
        highwater = self.active_highwaters.get(tp)
        store: Any = self.app.tables[TABLE].data  # type: ignore[attr-defined]
        data, partition_of = store.data, store._key_partition  # noqa: SLF001  Faust's memory store
        seen = self.active_offsets.get(tp)
        for record in fetched:
            offset = record.offset
            if seen is not None and offset <= seen:
                continue
            key, value = record.key, record.value
            if highwater is not None and offset >= highwater:
                before = data.get(key)
                if value is None or before is None or not is_older(value, before):
                    await consumer.callback(consumer._to_message(tp, record))  # noqa: SLF001
                else:
                    await consumer.callback(consumer._to_message(tp, _WithValue(record, before)))  # noqa: SLF001
                continue
            if value is None:
                data.pop(key, None)
                partition_of.pop(key, None)
            else:
                before = data.get(key)
                if before is not None and is_older(value, before):
                    self.app.metrics.stale_states.inc()  # a process that had lost the partition wrote after its heir
                else:
                    data[key] = value
                    partition_of[key] = tp.partition
            self.active_offsets[tp] = seen = offset


class _WithValue:
    """A changelog record whose value gives way to a newer one."""

    def __init__(self, record: Any, value: bytes) -> None:
        self._record = record
        self.value = value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._record, name)


class StageTableManager(TableManager):
    """Faust's table manager with the stage's recovery."""

    logger = logging.getLogger("faust.stage.tables")

    @property
    def recovery(self) -> StageRecovery:
        """The recovery service."""
        if self._recovery is None:
            self._recovery = StageRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        assert isinstance(self._recovery, StageRecovery)
        return self._recovery
