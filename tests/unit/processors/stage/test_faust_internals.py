"""The overridden parts of Faust, each beside the stock part that fails; and the settings that were proved exact."""

import asyncio
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.tables.recovery import Recovery
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP

from processors.stage import METADATA, StageSettings, make_app
from processors.stage.app import Parts, StageApp
from processors.stage.consumer import MOST_REREADS, StageConsumer
from processors.stage.recovery import StageRecovery
from processors.stage.stamped_state import pack
from processors.stage.topic_facts import TopicFacts, TopicShape
from tests.unit.processors.stage.counting_core import CountingCore
from tests.unit.processors.stage.harness import FakeRecord, NoRegistry, codec

SOURCE = TP("t.frames", 0)
CHANGELOG = TP("t.counting-state-changelog", 0)


class Flow:
    """Stands for the consumer in a recovery, and notes whether messages flow at each step."""

    def __init__(self) -> None:
        self.flowing = True
        self.flowed_at: dict[str, bool] = {}

    def stop_flow(self) -> None:
        """See Consumer."""
        self.flowing = False

    def resume_flow(self) -> None:
        """See Consumer."""
        self.flowing = True

    def assignment(self) -> set[TP]:
        """See Consumer."""
        return {SOURCE}

    def resume_partitions(self, partitions: set[TP]) -> None:
        """See Consumer."""
        assert partitions == {SOURCE}
        self.flowed_at["resume"] = self.flowing

    async def perform_seek(self) -> None:
        """See Consumer."""
        self.flowed_at["seek"] = self.flowing


async def _nothing() -> None:
    return None


@pytest.mark.parametrize(("kind", "flows"), [(StageRecovery, False), (Recovery, True)])
async def test_no_message_flows_between_recovery_and_seek(kind: type[Recovery], flows: bool) -> None:  # noqa: FBT001  expectation
    """Stock Faust resumes the partitions and then seeks: what it delivers in between is lost; ours stands still."""
    flow = Flow()
    recovery: Any = kind.__new__(kind)
    recovery.app = SimpleNamespace(
        consumer=flow,
        on_rebalance_complete=SimpleNamespace(send=_nothing),
        consumer_generation_id=0,
        conf=SimpleNamespace(broker_request_timeout=1),
        flow_control=SimpleNamespace(resume=lambda: None),
        _fetcher=SimpleNamespace(maybe_start=_nothing),
        assignor=SimpleNamespace(assigned_standbys=set),
        on_rebalance_end=lambda: None,
    )
    recovery.tables = SimpleNamespace(
        values=list,
        on_actives_ready=lambda: None,
        on_standbys_ready=lambda: None,
        _changelogs=set(),
    )
    recovery.log = SimpleNamespace(info=lambda *_: None, dev=lambda *_: None)
    recovery.completed = asyncio.Event()
    recovery._set_recovery_ended = lambda: None
    recovery._is_changelog_tp = lambda tp: tp == CHANGELOG

    async def wait(coroutine: Any, timeout: float) -> None:  # noqa: ASYNC109  Faust's own signature
        del timeout
        await coroutine

    recovery._wait = wait
    await recovery.on_recovery_completed(0)
    assert flow.flowed_at == {"resume": flows, "seek": flows}
    assert flow.flowing


def test_stock_faust_commits_past_a_hole() -> None:
    """Offset 5, the next to commit, was never acknowledged; after 6 and 7 were, it is committed past all the same."""
    consumer: Any = Consumer.__new__(Consumer)
    consumer._acked = defaultdict(list, {SOURCE: [6, 7]})
    consumer._acked_index = defaultdict(set)
    consumer._gap = defaultdict(list)
    consumer._committed_offset = {SOURCE: 5}
    assert consumer._new_offset(SOURCE) == 8


async def test_only_what_is_durable_is_committed() -> None:
    """The stage's consumer commits what the loop acknowledged, whatever Faust's own books say."""
    committed: list[dict[TP, int]] = []

    async def commit(offsets: dict[TP, int]) -> bool:
        committed.append(offsets)
        return True

    consumer: Any = StageConsumer.__new__(StageConsumer)
    consumer._durable = {}
    consumer._acked = defaultdict(list, {SOURCE: [6, 7]})
    consumer._committed_offset = {SOURCE: 5}
    consumer._commit_offsets = commit
    assert not await consumer.force_commit()
    consumer.acknowledge("t.frames", {0: 7})
    consumer.acknowledge("t.frames", {0: 6})
    assert await consumer.force_commit()
    assert committed == [{SOURCE: 7}]


class Positions:
    """Takes seeks."""

    def __init__(self) -> None:
        self.seeks: list[dict[TP, int]] = []
        self.beginning = 0

    async def earliest_offsets(self, *partitions: TP) -> dict[TP, int]:
        """See ConsumerThread."""
        return dict.fromkeys(partitions, self.beginning)

    async def seek_wait(self, positions: dict[TP, int]) -> None:
        """See ConsumerThread."""
        self.seeks.append(positions)


def consumer_expecting(offset: int, app: StageApp) -> Any:
    """Return a consumer that expects an offset next."""
    consumer: Any = StageConsumer.__new__(StageConsumer)
    consumer.app = app
    consumer._thread = Positions()
    consumer._expected = {SOURCE: offset}
    consumer._rereads = {}
    return consumer


def fetched(*offsets: int) -> list[FakeRecord]:
    """Return a fetch."""
    return [FakeRecord(b"a", b"v", 0, offset) for offset in offsets]


def app_at(folder: Path) -> StageApp:
    """Return a stage's app whose producer is closed; no Kafka is asked."""
    settings = StageSettings("127.0.0.1:9", "", "t.", folder / "not" / "there")
    names = ("frames", "payments", "dead-letters", "checkpoints", "counting-state-changelog")
    facts = TopicFacts({f"t.{name}": TopicShape(4, 1_048_576) for name in names}, settings, "counting", "frames")
    app = make_app(settings, CountingCore(), Parts(codec=codec(), registry=NoRegistry(), facts=facts))
    app.outbox.close()
    return app


async def test_a_fetch_that_does_not_follow_is_read_again_while_the_broker_has_what_is_missing(tmp_path: Path) -> None:
    """A fetch that was under way during a seek may come late more than once: nothing is given up for it."""
    app = app_at(tmp_path)
    consumer = consumer_expecting(5, app)
    await consumer._deliver(SOURCE, fetched(9, 10))
    await consumer._deliver(SOURCE, fetched(9, 10))
    assert consumer._thread.seeks == [{SOURCE: 5}, {SOURCE: 5}]
    await consumer._deliver(SOURCE, fetched(5, 6, 7, 8, 9, 10))
    taken = await app.intake.take(10)
    assert taken is not None
    assert [record.offset for record in taken] == [5, 6, 7, 8, 9, 10]
    assert not app.metrics.registry.get_sample_value("vigil_stage_offset_gaps_total", {"stage": "counting"})


async def test_a_hole_in_the_brokers_own_log_does_not_stop_a_stage_for_ever(tmp_path: Path) -> None:
    """Offsets that never come although they should be there are given up after a bound, and counted."""
    app = app_at(tmp_path)
    consumer = consumer_expecting(5, app)
    for _ in range(MOST_REREADS + 1):
        await consumer._deliver(SOURCE, fetched(9, 10))
    assert len(consumer._thread.seeks) == MOST_REREADS
    assert app.metrics.registry.get_sample_value("vigil_stage_offset_gaps_total", {"stage": "counting"}) == 4


async def test_offsets_that_retention_took_are_counted(tmp_path: Path) -> None:
    """The partition begins behind them: the stage goes on with what there is."""
    app = app_at(tmp_path)
    consumer = consumer_expecting(5, app)
    consumer._thread.beginning = 9
    await consumer._deliver(SOURCE, fetched(9, 10))
    taken = await app.intake.take(10)
    assert taken is not None
    assert [record.offset for record in taken] == [9, 10]
    assert app.metrics.registry.get_sample_value("vigil_stage_offset_gaps_total", {"stage": "counting"}) == 4


async def test_records_before_the_expected_one_are_not_delivered_twice(tmp_path: Path) -> None:
    """A fetch may begin at the start of a compressed batch."""
    app = app_at(tmp_path)
    consumer = consumer_expecting(5, app)
    await consumer._deliver(SOURCE, fetched(3, 4))
    await consumer._deliver(SOURCE, fetched(3, 4, 5, 6))
    taken = await app.intake.take(10)
    assert taken is not None
    assert [record.offset for record in taken] == [5, 6]


async def test_recovery_keeps_the_newer_state(tmp_path: Path) -> None:
    """A process that had lost the partition may have written after its heir."""
    store = SimpleNamespace(data={}, _key_partition={})
    metrics = app_at(tmp_path).metrics
    recovery: Any = StageRecovery.__new__(StageRecovery)
    recovery.app = SimpleNamespace(tables={"state": SimpleNamespace(data=store)}, metrics=metrics)
    recovery.active_tps = {CHANGELOG}
    recovery.active_highwaters = {CHANGELOG: 100}
    recovery.active_offsets = {CHANGELOG: -1}
    new, old = pack((2, 0), -1, b"new"), pack((1, 9), -1, b"old")
    records = [FakeRecord(b"a", new, 0, 0), FakeRecord(b"a", old, 0, 1), FakeRecord(b"b", old, 0, 2)]
    await recovery.apply(None, CHANGELOG, records)
    assert store.data == {b"a": new, b"b": old}
    assert store._key_partition == {b"a": 0, b"b": 0}
    assert recovery.next_offset(CHANGELOG) == 3
    assert metrics.registry.get_sample_value("vigil_stage_stale_states_total", {"stage": "counting"}) == 1
    await recovery.apply(None, CHANGELOG, [FakeRecord(b"b", None, 0, 3)])
    assert store.data == {b"a": new}


def test_the_settings_that_were_proved_exact(tmp_path: Path) -> None:
    """Each beside the stock default, where that is another."""
    app, stock = app_at(tmp_path), faust.App("stock")
    assert (app.conf.table_standby_replicas, stock.conf.table_standby_replicas) == (0, 1)
    assert (app.conf.topic_allow_declare, stock.conf.topic_allow_declare) == (False, True)
    assert (app.conf.web_enabled, stock.conf.web_enabled) == (False, True)
    assert app.conf.stream_wait_empty
    assert app.conf.stream_buffer_maxsize == METADATA.intake_messages
    assert app.conf.consumer_max_fetch_size == METADATA.partition_fetch_bytes
    assert app.transport.Consumer is StageConsumer
    tables: Any = app.tables
    assert isinstance(tables.recovery, StageRecovery)


def test_a_missing_data_folder_is_made(tmp_path: Path) -> None:
    """Stock Faust fails to start there."""
    app_at(tmp_path)
    assert (tmp_path / "not" / "there").is_dir()


def test_another_version_of_faust_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its internals are overridden, so nothing is known about another."""
    monkeypatch.setattr(faust, "__version__", "0.16.0")
    with pytest.raises(RuntimeError, match=r"Faust 0\.16\.0 is installed; .* install faust-streaming==0\.15\.3"):
        app_at(tmp_path)


def test_stock_tables_refuse_a_write_outside_of_an_event() -> None:
    """In take and noack_take there is none: TypeError; the stage's table is written behind its changelog instead."""
    table = faust.App("stock").Table("state", partitions=1)
    with pytest.raises(TypeError, match="Cannot modify table key from outside of stream iteration"):
        table["a"] = 1
