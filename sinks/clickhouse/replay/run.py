"""One replay from its question to its verdict."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import numpy as np
from clickhouse_connect.driver.client import Client
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.registry import RegistrySchemaIds
from sinks.clickhouse.audit import refused_offsets, stored_rows
from sinks.clickhouse.clickhouse_client import query
from sinks.clickhouse.datum_schema import DatumSchemas
from sinks.clickhouse.dead_letters import DeadLetterWriter, Refused
from sinks.clickhouse.delivery import Delivery, Hold
from sinks.clickhouse.intake import Range
from sinks.clickhouse.landing import Landing, table_of
from sinks.clickhouse.metrics import SinkMetrics
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.preflight import deduplication_window
from sinks.clickhouse.replay.outcome import ReplayOutcome, SpanOutcome, Way
from sinks.clickhouse.replay.reader import read
from sinks.clickhouse.replay.refused import ReplayRefusedError
from sinks.clickhouse.replay.side_table import Owner, SideTable
from sinks.clickhouse.replay.span import (
    ASK_S,
    HeldPartition,
    Instants,
    Span,
    held_partitions,
    refuse_made_anew,
    refuse_unpassed,
    rows_of,
    spans_of_instants,
    spans_of_offsets,
)
from sinks.clickhouse.settings import SinkSettings
from sinks.clickhouse.topic_ids import topic_ids

log = logging.getLogger(__name__)
#: Offsets whose facts are fed at a time.
FEED: Final = 50_000
#: How often the copies are made again where the sink writes between copying and exchanging.
COPIES: Final = 5

#: Told (phase, done, all) as a replay goes on.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """What a person asks for.

    Attributes:
        topic: without prefix.
        asked: instants of CreateTime, or offsets of partitions.
        rebuild: exchange whole days though the missing rows could be filled in.
        topic_id: UUID of the topic that is meant, where the table also holds rows of one of the same name before it.
        take_over: remove what a replay on another machine left.
    """

    topic: str
    asked: Instants | Sequence[Span]
    rebuild: bool = False
    topic_id: str | None = None
    take_over: bool = False


class Replay:
    """Refills a range of one topic's landing table.

    1. The range is made offsets; refused where Kafka no longer holds it, the sink has yet to store it, or the topic was
       made anew.
    2. The side table is made: as long as it is there, no other replay of the topic begins.
    3. Within the deduplication window, rows that are missing are inserted under tokens of this replay. Else the side
       table takes the range from Kafka and the other rows of the affected days from the landing table, is counted
       against both, and its days are put in the place of the landing table's, each in one step.
    4. The facts are fed from the range; they keep one copy of a key.
    5. The range is counted again, and the side table removed.

    Killed at any step, it can be run again: the next one removes the side table and begins anew.

    Args:
        settings: where everything is.
        client: connected to the tables' database.
        ids: the registry.
        progress: told how far it is.
    """

    def __init__(self, settings: SinkSettings, client: Client, ids: RegistrySchemaIds, progress: Progress) -> None:
        self._settings = settings
        self._client = client
        self._ids = ids
        self._progress = progress
        self._admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers, **settings.security})
        self._id = uuid4().hex[:8]

    def run(self, request: ReplayRequest) -> ReplayOutcome:
        """Replay a range.

        Raises:
            ReplayRefusedError: it cannot be replayed as asked; nothing was changed.
            TopicsMissingError: the topic is not there.
            BreakerOpenError, DeadLetterError: see Delivery.
            ClickHouseError, KafkaException: one of them refused something or does not answer; run it again.
        """
        name = self._settings.topic_prefix + request.topic
        topic_id = topic_ids(self._admin, [name])[name]
        if request.topic_id not in {None, topic_id}:
            raise ReplayRefusedError(f"{name} has id {topic_id} now, not {request.topic_id}: that topic is gone")
        consumer = Consumer({
            "bootstrap.servers": self._settings.bootstrap_servers,
            "group.id": self._settings.group,
            "enable.auto.commit": False,
            **self._settings.security,
        })  # fmt: skip
        try:
            held = held_partitions(consumer, name)
            spans = self._spans(consumer, request, name, topic_id, held)
            way, reason = self._way(request, topic_id, spans)
            work = _Work(
                topic=request.topic,
                name=name,
                topic_id=topic_id,
                refused={s.partition: frozenset(self._refused(name, topic_id, s)) for s in spans},
                outcome=ReplayOutcome(name, self._id, way, reason, spans=[_begun(span) for span in spans]),
            )
            side = SideTable(
                self._client,
                self._settings.clickhouse_database,
                work.table,
                topic_id,
                Owner.here(self._id),
                self._settings.query_s,
            )
            side.make(take_over=request.take_over)
            try:
                self._wait_for_the_dead(topic_id)
                if way is Way.FILL:
                    self._fill(work)
                else:
                    self._rebuild(work, side, consumer, held)
                self._judge(work)
            finally:
                side.drop()
        finally:
            consumer.close()
        return work.outcome

    def _spans(
        self,
        consumer: Consumer,
        request: ReplayRequest,
        name: str,
        topic_id: str,
        held: Sequence[HeldPartition],
    ) -> Sequence[Span]:
        if request.topic_id is None:
            refuse_made_anew(self._client, request.topic, topic_id, request.asked)
        if isinstance(request.asked, Instants):
            spans = spans_of_instants(consumer, self._client, request.topic, name, topic_id, request.asked, held)
        else:
            spans = spans_of_offsets(request.asked, held, name)
        refuse_unpassed(spans, held, name)
        return spans

    def _refused(self, name: str, topic_id: str, span: Span) -> Sequence[int]:
        found = refused_offsets(self._client, name, topic_id, span.partition)
        return [offset for offset in found if span.first <= offset <= span.last]

    def _way(self, request: ReplayRequest, topic_id: str, spans: Sequence[Span]) -> tuple[Way, str]:
        """Choose how to refill: in place only where the table still knows the blocks that came since."""
        if request.rebuild:
            return Way.REBUILD, "asked for"
        database, table = self._settings.clickhouse_database, f"{table_of(request.topic)}_messages"
        sql = "SELECT engine, create_table_query FROM system.tables WHERE database = {d:String} AND name = {t:String}"
        found = query(self._client, sql, {"d": database, "t": table})
        if not found:
            raise ReplayRefusedError(f"table {database}.{table} is missing; run 'vigil migrate'")
        window = deduplication_window(str(found[0][0]), str(found[0][1]))
        # a block's rows have one _inserted_at; where the range has no row, those behind it tell since when
        sql = f"""
            SELECT uniqExact(_topic_id, _partition, _inserted_at) FROM `{table}` WHERE _inserted_at >= (
                SELECT min(_inserted_at) FROM `{table}` WHERE _topic_id = {{topic_id:UUID}} AND ({_behind(spans)}))"""  # noqa: S608
        blocks = int(query(self._client, sql, {"topic_id": topic_id})[0][0])
        if blocks <= window:
            return Way.FILL, f"{blocks} block(s) came since, the deduplication window has {window}"
        return Way.REBUILD, f"{blocks} blocks came since, the deduplication window has {window}"

    def _wait_for_the_dead(self, topic_id: str) -> None:
        """Wait until no insert of a replay before this one runs any more."""
        sql = """
            SELECT count() FROM system.processes WHERE startsWith(Settings['insert_deduplication_token'], {id:String})
            AND position(Settings['insert_deduplication_token'], ':p') > 0"""
        while query(self._client, sql, {"id": topic_id})[0][0]:
            time.sleep(0.1)

    def _delivery(self, work: "_Work", landing: Landing) -> Callable[[SpanOutcome, Range], None]:
        """Return what delivers a range and counts what became of it."""
        s = self._settings
        letters = _Letters(s.bootstrap_servers, s.topic_prefix, self._ids)
        delivery = Delivery(
            work.topic, landing, DatumSchemas(work.topic, self._ids, landing.columns), letters, s, SinkMetrics()
        )

        def deliver(span: SpanOutcome, part: Range) -> None:
            before = letters.written
            delivery.deliver(part, Hold(span.partition, lambda _: True, lambda: False))
            span.refused += letters.written - before
            span.inserted += len(part.records) - (letters.written - before)

        return deliver

    def _landing(self, work: "_Work", table: str | None = None) -> Landing:
        s = self._settings
        return Landing(self._client, s.clickhouse_database, work.topic, s.query_s, table)

    def _ranges(self, work: "_Work", span: SpanOutcome) -> Iterator[Range]:
        """Yield a span's ranges without what is a dead letter already, under tokens of this replay."""
        dead = np.array(sorted(work.refused[span.partition]), np.int64)
        size = span.last - span.first + 1
        phase = f"{work.name}/{span.partition}"
        self._progress(phase, 0, size)
        for part in read(self._settings, work.name, work.topic_id, Span(span.partition, span.first, span.last)):
            known = np.isin(part.records.offsets, dead)
            span.records += len(part.records)
            span.refused += int(known.sum())
            records = part.records.where(~known) if known.any() else part.records
            if len(records):
                first, last = int(records.offsets[0]), int(records.offsets[-1])
                yield Range(Pending(work.topic_id, first, last, replay=self._id), records)
            self._progress(phase, part.pending.last + 1 - span.first, size)

    def _fill(self, work: "_Work") -> None:
        landing = self._landing(work)
        deliver = self._delivery(work, landing)
        for span in work.outcome.spans:
            for part in self._ranges(work, span):
                there = landing.present(work.topic_id, span.partition, part.pending.first, part.pending.last)
                records = part.records.where(~np.isin(part.records.offsets, np.array(sorted(there), np.int64)))
                if len(records):
                    first, last = int(records.offsets[0]), int(records.offsets[-1])
                    deliver(span, Range(Pending(work.topic_id, first, last, replay=self._id), records))
                if there:
                    landing.feed_facts(work.topic_id, span.partition, part.pending.first, part.pending.last)

    def _rebuild(self, work: "_Work", side: SideTable, consumer: Consumer, held: Sequence[HeldPartition]) -> None:
        # asked before the work, and again for days that no row of the landing table shows
        self._refuse_open(side.days(work.within), work, consumer, held)
        deliver = self._delivery(work, self._landing(work, side.name))
        for span in work.outcome.spans:
            for part in self._ranges(work, span):
                deliver(span, part)
        days = side.days(work.within)
        self._refuse_open(days, work, consumer, held)
        self._copy_and_count(work, side, days)
        self._same_topic(work)
        for number, day in enumerate(days):
            self._progress("exchange", number, len(days))
            side.exchange(day)
        work.outcome.days = days
        self._catch_up(work, consumer, held)
        landing = self._landing(work)
        for span in work.outcome.spans:
            for first in range(span.first, span.last + 1, FEED):
                self._progress("facts", first - span.first, span.last - span.first + 1)
                landing.feed_facts(work.topic_id, span.partition, first, min(span.last, first + FEED - 1))

    def _catch_up(self, work: "_Work", consumer: Consumer, held: Sequence[HeldPartition]) -> None:
        """Insert what the sink stored since the replay began and an exchange threw out, late messages of those days."""
        before = {place.partition: place.committed for place in held}
        late: list[Span] = []
        for place in held_partitions(consumer, work.name):
            first, end = max(0, before[place.partition]), place.committed
            if end <= first:
                continue
            found = stored_rows(self._client, work.topic, work.topic_id, place.partition, first, end)
            late += [Span(place.partition, *gap) for gap in found.gaps]
        for span in late:
            refused = {span.partition: frozenset(self._refused(work.name, work.topic_id, span))}
            outcome = replace(work.outcome, spans=[_begun(span)])
            self._fill(replace(work, refused=refused, outcome=outcome))

    def _copy_and_count(self, work: "_Work", side: SideTable, days: Sequence[int]) -> None:
        """Complete the affected days in the side table, and see that it holds what it must.

        Raises:
            ReplayRefusedError: it does not, or the landing table does not stand still.
        """
        for _ in range(COPIES):
            self._progress("copy", 0, 1)
            side.copy_others(days, work.within)
            if not side.differs(days, work.within):
                break
        else:
            raise ReplayRefusedError(
                f"{work.table} gets rows of days {_named(days)} all the time; stop the sink, or leave --rebuild out"
            )
        rows, distinct = side.counted(work.within)
        expected = sum(span.records - span.refused for span in work.outcome.spans)
        if not rows == distinct == expected:
            raise ReplayRefusedError(
                f"side table {side.name} holds {rows} rows of {distinct} messages where Kafka has {expected}; nothing"
                " was exchanged; run it again, and report it if this stays"
            )

    def _refuse_open(
        self, days: Sequence[int], work: "_Work", consumer: Consumer, held: Sequence[HeldPartition]
    ) -> None:
        """Refuse days that a living sink may still write to: what it inserts between copy and exchange would be lost.

        Raises:
            ReplayRefusedError: names the days.
        """
        future = self._admin.describe_consumer_groups([self._settings.group], request_timeout=ASK_S)
        if not future[self._settings.group].result(timeout=ASK_S + 5).members:
            return
        open_days = [day for day in days if not self._closed(day, work.name, consumer, held)]
        if open_days:
            raise ReplayRefusedError(
                f"{work.table}: the sink still writes to day(s) {_named(open_days)}; stop it until the replay has ended"
                " (Kafka forgets a stopped one after 30 s)"
                f"{', or leave --rebuild out' if work.outcome.reason == 'asked for' else ''}"
            )

    @staticmethod
    def _closed(day: int, name: str, consumer: Consumer, held: Sequence[HeldPartition]) -> bool:
        """Tell whether a day is over and the sink is past it in every partition."""
        end = datetime.strptime(str(day), "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1)
        if datetime.now(UTC) < end + timedelta(hours=1):
            return False
        asked = [TopicPartition(name, place.partition, int(end.timestamp() * 1000)) for place in held]
        ends = {place.partition: place.offset for place in consumer.offsets_for_times(asked, timeout=ASK_S)}
        return all(
            place.committed >= (ends[place.partition] if ends[place.partition] >= 0 else place.end)
            for place in held
            if place.end > 0
        )

    def _same_topic(self, work: "_Work") -> None:
        if topic_ids(self._admin, [work.name])[work.name] != work.topic_id:
            raise ReplayRefusedError(f"{work.name} was made anew during the replay; nothing was exchanged")

    def _judge(self, work: "_Work") -> None:
        """Count the range in the landing table against what was read."""
        for span in work.outcome.spans:
            found = stored_rows(self._client, work.topic, work.topic_id, span.partition, span.first, span.last + 1)
            span.duplicated = found.rows - found.distinct
            span.missing = max(0, span.records - span.refused - found.distinct)


@dataclass(frozen=True, slots=True)
class _Work:
    """A replay under way.

    Attributes:
        topic: without prefix.
        name: with prefix.
        topic_id: its UUID.
        refused: offsets of the range that were dead letters before, by partition.
        outcome: what was done so far.
    """

    topic: str
    name: str
    topic_id: str
    refused: Mapping[int, frozenset[int]]
    outcome: ReplayOutcome

    @property
    def table(self) -> str:
        """The landing table."""
        return f"{table_of(self.topic)}_messages"

    @property
    def within(self) -> str:
        """SQL condition that a row is one of the range."""
        spans = [Span(span.partition, span.first, span.last) for span in self.outcome.spans]
        return f"_topic_id = '{self.topic_id}' AND ({rows_of(spans)})"


class _Letters(DeadLetterWriter):
    """Writes dead letters and counts them."""

    written = 0

    def write(self, topic: str, topic_id: str, partition: int, refused: Sequence[Refused]) -> None:
        """Write refused records, as DeadLetterWriter does."""
        super().write(topic, topic_id, partition, refused)
        self.written += len(refused)


def _begun(span: Span) -> SpanOutcome:
    return SpanOutcome(span.partition, span.first, span.last)


def _behind(spans: Sequence[Span]) -> str:
    return " OR ".join(f"_partition = {span.partition} AND _offset >= {span.first}" for span in spans)


def _named(days: Sequence[int]) -> str:
    return ", ".join(f"{day // 10000}-{day // 100 % 100:02}-{day % 100:02}" for day in days)
