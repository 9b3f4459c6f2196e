"""Brings one range into ClickHouse, whatever happens on the way: each of its rows once, or into dead-letters."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np

from schemas.messages import ErrorClass
from schemas.registry import RegistryUnavailableError, SchemaNotRegisteredError
from schemas.wire import HEADER, DatumError, UnknownSchemaError
from sinks.clickhouse.avro_block import Rows
from sinks.clickhouse.backoff import pause_s
from sinks.clickhouse.breaker import Breaker
from sinks.clickhouse.clickhouse_client import ClickHouseError
from sinks.clickhouse.columns_missing import ColumnsMissingError
from sinks.clickhouse.datum_schema import DatumSchema, DatumSchemas, ForeignSchemaError, decodes, undecodable
from sinks.clickhouse.dead_letters import DeadLetterWriter, Refused
from sinks.clickhouse.error_class import Remedy, remedy_of
from sinks.clickhouse.intake import Range
from sinks.clickhouse.landing import Landing
from sinks.clickhouse.metrics import SinkMetrics
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.records import RECORD_BYTES, Records
from sinks.clickhouse.settings import SinkSettings

log = logging.getLogger(__name__)
#: A stop is noticed within this time during a pause.
_SLICE_S = 0.05


class AbandonedError(RuntimeError):
    """The sink stops or has lost the partition; the range is recovered by whoever has it next."""


class InterruptedInsertError(RuntimeError):
    """An insert ended in a way that leaves open what of it has arrived."""

    def __init__(self, remedy: Remedy, error: Exception) -> None:
        super().__init__(str(error))
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Hold:
    """A partition, as the delivery of its range sees it.

    Attributes:
        partition: its number.
        note: commits a pending range's new attempt to Kafka; True once it stands there.
        abandoned: tells whether to give up at the next pause.
    """

    partition: int
    note: Callable[[Pending], bool]
    abandoned: Callable[[], bool]


class Delivery:
    """Delivers the ranges of one topic; one range of a partition at a time, several partitions side by side.

    Args:
        topic: name without prefix.
        landing: its table.
        schemas: its schema ids.
        dead_letters: where refused messages go.
        settings: pauses and limits.
        metrics: what is counted.
    """

    def __init__(
        self,
        topic: str,
        landing: Landing,
        schemas: DatumSchemas,
        dead_letters: DeadLetterWriter,
        settings: SinkSettings,
        metrics: SinkMetrics,
    ) -> None:
        self._topic = topic
        self._landing = landing
        self._schemas = schemas
        self._dead_letters = dead_letters
        self._settings = settings
        self._metrics = metrics
        self._breaker = Breaker(topic, settings.breaker)
        self._breaker_lock = threading.Lock()
        # from 0 on, for Prometheus sees no increase in what was not there before
        for error_class in ErrorClass:
            metrics.dead_letters.labels(topic, error_class.value)
        self._newest_ms = 0
        self._lacking: dict[int, Sequence[str]] = {}
        self._shown_lock = threading.Lock()

    def deliver(self, work: Range, hold: Hold) -> None:
        """Return once every row of a range is in the table or in dead-letters.

        Raises:
            AbandonedError: given up on request.
            BreakerOpenError: too many of the topic's messages are unusable.
            DeadLetterError: a refused message could not be kept.
            ColumnsMissingError: the messages have a field that the table has no column for; nothing was inserted.
        """
        refused: list[Refused] = []
        schema = self._schema(work, hold, refused)
        if schema is not None:
            rows = self._rows(work.records, schema, refused)
            self._store(work, rows, schema, hold, refused)
        if refused:
            self._bury(work, refused, hold)
        with self._breaker_lock:
            self._breaker.count(len(work.records), len(refused))
        self._count(work, refused)
        self._metrics.row_age_s.observe(max(0.0, time.time() - work.records.created_at_ms[0] / 1000))

    def _count(self, work: Range, refused: Sequence[Refused]) -> None:
        """Count a range that is stored."""
        records = work.records
        dead = sum(len(entry.record.value or b"") + len(entry.record.key or b"") for entry in refused)
        self._metrics.rows.labels(self._topic).inc(len(records) - len(refused))
        self._metrics.bytes.labels(self._topic).inc(records.size - len(records) * RECORD_BYTES - dead)
        with self._shown_lock:
            self._newest_ms = max(self._newest_ms, int(records.created_at_ms.max()))
            self._metrics.newest_stored_s.labels(self._topic).set(self._newest_ms / 1000)

    def _schema(self, work: Range, hold: Hold, refused: list[Refused]) -> DatumSchema | None:
        """Resolve the range's schema; where there is none, refuse every record."""
        if work.schema_id is None:
            reason = "no Confluent framing: a zero byte and a 4-byte schema id"
            return self._refuse_all(work, ErrorClass.DECODE, reason, refused)
        attempt = 0
        while True:
            try:
                schema = self._schemas.resolve(work.schema_id)
            except UnknownSchemaError as error:
                return self._refuse_all(work, ErrorClass.UNKNOWN_SCHEMA, str(error), refused)
            except ForeignSchemaError as error:
                return self._refuse_all(work, ErrorClass.INVALID, str(error), refused)
            except RegistryUnavailableError as error:
                attempt += 1
                self._pause(attempt, Remedy.AGAIN, error, hold)
            except ClickHouseError as error:
                attempt += 1
                self._pause(attempt, _waiting(error), error, hold)
            except ColumnsMissingError as error:
                self._lacks(work.schema_id, error.columns)
                raise
            else:
                self._lacks(work.schema_id, ())
                return schema

    def _lacks(self, schema_id: int, columns: Sequence[str]) -> None:
        """Show which columns the messages of a schema wait for."""
        with self._shown_lock:
            for column in self._lacking.pop(schema_id, ()):
                self._metrics.missing_column.labels(self._topic, column).set(0)
            if columns:
                self._lacking[schema_id] = columns
            for column in {column for waiting in self._lacking.values() for column in waiting}:
                self._metrics.missing_column.labels(self._topic, column).set(1)

    @staticmethod
    def _refuse_all(work: Range, error_class: ErrorClass, reason: str, refused: list[Refused]) -> None:
        records = work.records
        refused.extend(Refused(records.record(i), error_class, reason) for i in range(len(records)))

    @staticmethod
    def _rows(records: Records, schema: DatumSchema, refused: list[Refused]) -> Rows:
        """Return the records as rows: undecoded where they have the table's schema, else written again in it."""
        if schema.convert is None:
            # a range with a schema has values with framing: its id was read there
            return Rows(records.offsets, records.created_at_ms, cast("Sequence[bytes]", records.values), HEADER.size)
        kept: list[int] = []
        datums: list[bytes] = []
        for index, value in enumerate(records.values):
            try:
                datums.append(schema.convert(value or b""))
                kept.append(index)
            except DatumError as error:
                refused.append(Refused(records.record(index), ErrorClass.DECODE, str(error)))
        return Rows(records.offsets[kept], records.created_at_ms[kept], datums)

    def _store(self, work: Range, rows: Rows, schema: DatumSchema, hold: Hold, refused: list[Refused]) -> None:
        pending = work.pending
        uncertain = work.recovered
        attempt = 0
        while len(rows):
            try:
                if uncertain:
                    pending = self._note(pending.next_attempt(), hold)
                    rows = self._missing(pending, rows, hold)
                self._insert(work, pending, rows, schema, hold, refused)
            except InterruptedInsertError as error:
                attempt += 1
                self._pause(attempt, error.remedy, error, hold)
                rows = rows.without({entry.record.offset for entry in refused})
                uncertain = True
            else:
                break
        self._metrics.waits_for_person.labels(self._topic).set(0)

    def _note(self, pending: Pending, hold: Hold) -> Pending:
        attempt = 0
        while not hold.note(pending):
            attempt += 1
            self._pause(attempt, Remedy.AGAIN, RuntimeError("Kafka did not take the pending range"), hold)
        return pending

    def _missing(self, pending: Pending, rows: Rows, hold: Hold) -> Rows:
        """Return the rows that have not arrived; what has arrived is fed to the facts again."""
        try:
            if not self._landing.wait_until_settled(pending.topic_id, hold.partition, hold.abandoned):
                raise AbandonedError(self._topic)
            present = self._landing.present(pending.topic_id, hold.partition, rows.first, rows.last)
            if present:
                self._landing.feed_facts(pending.topic_id, hold.partition, rows.first, rows.last)
        except ClickHouseError as error:
            raise InterruptedInsertError(_waiting(error), error) from error
        return rows.without(present)

    def _insert(
        self, work: Range, pending: Pending, rows: Rows, schema: DatumSchema, hold: Hold, refused: list[Refused]
    ) -> None:
        """Insert rows, splitting what is refused for its content until the bad records stand alone.

        The engine alone decides what is bad: the same message always comes to the same. Decoding only says where to
        split first; what decodes and is refused is halved.
        """
        parts = [(rows, False)] if len(rows) else []
        while parts:
            part, was_split = parts.pop()
            first, last = part.first, part.last
            container = schema.writer.write(pending.topic_id, hold.partition, part)
            begun = time.monotonic()
            try:
                self._landing.insert(schema.writer.columns, container, pending.token(hold.partition, first, last))
            except ClickHouseError as error:
                remedy = remedy_of(error.code, str(error))
                self._metrics.failures.labels(self._topic, remedy.value).inc()
                if remedy is not Remedy.CONTENT or self._arrived(pending, hold, part):
                    raise InterruptedInsertError(_waiting(error), error) from error
                if len(part) == 1:
                    refused.append(_refused(self._topic, work, part.first, schema, error))
                    self._check_breaker(work, refused)
                else:
                    cuts = [] if was_split else _around(undecodable(self._topic, part, schema), len(part))
                    cuts = cuts or [0, len(part) // 2, len(part)]
                    pieces = [(part[start:end], True) for start, end in pairwise(cuts)]
                    self._metrics.retries.labels(self._topic, remedy.value).inc(len(pieces))
                    parts += reversed(pieces)
                if hold.abandoned():
                    raise AbandonedError(self._topic) from error
            else:
                self._metrics.insert_s.observe(time.monotonic() - begun)
                self._metrics.batch_rows.observe(len(part))
                self._metrics.batch_bytes.observe(len(container))

    def _arrived(self, pending: Pending, hold: Hold, part: Rows) -> bool:
        """Whether rows of a part that was refused are there: others between them may have arrived long before."""
        try:
            present = self._landing.present(pending.topic_id, hold.partition, part.first, part.last)
        except ClickHouseError as error:
            raise InterruptedInsertError(_waiting(error), error) from error
        return not present.isdisjoint(part.offsets.tolist())

    def _bury(self, work: Range, refused: list[Refused], hold: Hold) -> None:
        self._check_breaker(work, refused)
        refused.sort(key=lambda entry: entry.record.offset)
        attempt = 0
        while True:
            try:
                self._dead_letters.write(self._topic, work.pending.topic_id, hold.partition, refused)
            except RegistryUnavailableError as error:
                attempt += 1
                self._pause(attempt, Remedy.AGAIN, error, hold)
            except SchemaNotRegisteredError as error:
                attempt += 1
                self._pause(attempt, Remedy.PERSON, error, hold)
            else:
                break
        for entry in refused:
            self._metrics.dead_letters.labels(self._topic, entry.error_class.value).inc()
        log.warning(
            "%s/%d: %d message(s) refused, offsets %s: %s",
            self._topic,
            hold.partition,
            len(refused),
            [entry.record.offset for entry in refused[:10]],
            refused[0].reason[:300],
        )

    def _check_breaker(self, work: Range, refused: Sequence[Refused]) -> None:
        with self._breaker_lock:
            self._breaker.check(len(work.records), len(refused), refused[-1].reason[:300])

    def _pause(self, attempt: int, remedy: Remedy, error: Exception, hold: Hold) -> None:
        """Wait before another attempt.

        Raises:
            AbandonedError: given up on request.
        """
        s = self._settings
        self._metrics.retries.labels(self._topic, remedy.value).inc()
        length = pause_s(attempt, s.backoff_first_s, s.backoff_most_s, random.random())  # noqa: S311  jitter
        if remedy is Remedy.PERSON:
            length = s.backoff_most_s
            log.error("%s/%d waits for a person: %s", self._topic, hold.partition, error)
        else:
            log.warning("%s/%d: again in %.1f s: %s", self._topic, hold.partition, length, str(error)[:500])
        self._metrics.waits_for_person.labels(self._topic).set(1 if remedy is Remedy.PERSON else 0)
        end = time.monotonic() + length
        while time.monotonic() < end:
            if hold.abandoned():
                raise AbandonedError(self._topic)
            time.sleep(_SLICE_S)
        if hold.abandoned():
            raise AbandonedError(self._topic)


def _around(indexes: Sequence[int], count: int) -> list[int]:
    """Return the bounds of pieces in which each of some rows stands alone; nothing where there are none."""
    if not indexes:
        return []
    return sorted({0, count, *indexes, *(index + 1 for index in indexes)})


def _waiting(error: ClickHouseError) -> Remedy:
    """Return how to wait after an error that leaves the outcome open."""
    remedy = remedy_of(error.code, str(error))
    return Remedy.PERSON if remedy is Remedy.PERSON else Remedy.AGAIN


def _refused(topic: str, work: Range, offset: int, schema: DatumSchema, error: ClickHouseError) -> Refused:
    record = work.records.record(int(np.searchsorted(work.records.offsets, offset)))
    whole = decodes(topic, schema, record.value or b"")
    return Refused(record, ErrorClass.CONTENT if whole else ErrorClass.DECODE, str(error))
