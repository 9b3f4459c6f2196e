"""The relay's loop: three topics into one log a vehicle.

For each batch, in this order (a crash between any two steps repeats work, and the cases stage knows what it has seen):
1. decode; a review of an incident goes no further; of other reviews and of payments the vehicle is looked up in the
   index of case-events, and what it did under other quarters' keys, where the relay has the keys;
2. a violation near a quarter's turn whose offence has its case in the neighbouring quarter goes no further;
3. for a case that nobody knows: wait until the cases stage has applied everything that was relayed, read case-events to
   its end, look again; what is unknown then is a dead letter;
4. commands and dead letters durable;
5. the batch's offsets committed.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from processors.cases.command_writer import CommandWriter
from processors.cases.core import SOURCE, CasesCore
from processors.cases.event_follower import EventFollower
from processors.cases.relay.case_index import CaseIndex
from processors.cases.relay.core import NAME, SOURCES, Relayed, case_of, command_of, of_cases
from processors.cases.relay.group_position import GroupPosition
from processors.cases.relay.metrics import RelayMetrics
from processors.cases.relay.other_quarters import OtherQuarters, sealed_case
from processors.cases.relay.relayed_record import RelayedRecord
from processors.cases.relay.turn_guard import TurnGuard
from processors.stage.breaker import Breaker
from processors.stage.failures import BreakerOpenError
from processors.stage.prepared_batch import Dead
from processors.stage.settings import StageSettings
from schemas.codec import MessageCodec
from schemas.messages import ErrorClass, Violation
from schemas.registry import RegistryUnavailableError
from schemas.wire import BadMessageError, UnknownSchemaError

log = logging.getLogger(__name__)
BATCH: Final = 1_000
ANSWER_S: Final = 10.0
#: How often the cases stage is asked how far it is, and how often waiting for it is logged, seconds.
ASK_EVERY_S: Final = 0.3
SAY_EVERY_S: Final = 15.0


class StoppedError(Exception):
    """The relay is told to stop while it waits; nothing of the batch is committed."""


class Relay:
    """Relays violations, reviews and payments.

    Args:
        settings: where Kafka is.
        codec: decodes what comes.
        index: of cases.
        follower: fills the index.
        writer: takes commands and dead letters.
        stop: ends the relay.
        quarters: look vehicles up under other quarters' keys; None: there are no keys, or they are not the relay's.
        metrics: what is counted; default: its own.
        owner_of: returns the class of a vehicle's owner by the city's tables; None: it is in none.
    """

    def __init__(
        self,
        settings: StageSettings,
        codec: MessageCodec,
        index: CaseIndex,
        follower: EventFollower,
        writer: CommandWriter,
        stop: threading.Event,
        *,
        quarters: OtherQuarters | None = None,
        metrics: RelayMetrics | None = None,
        owner_of: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._codec = codec
        self._index = index
        self._follower = follower
        self._writer = writer
        self._stop = stop
        self._quarters = quarters
        self._owner_of = owner_of
        self._metrics = metrics or RelayMetrics()
        self._guard = None if quarters is None else TurnGuard(quarters, self._see_cases)
        self._breaker = Breaker(settings.breaker_window_messages, settings.breaker_share_ratio)
        kafka = {"bootstrap.servers": settings.bootstrap_servers, "enable.auto.commit": False, **settings.security}
        self._consumer = Consumer(
            kafka
            | {
                "group.id": settings.app_id(NAME),
                "auto.offset.reset": "earliest",
                "session.timeout.ms": int(settings.session_timeout_s * 1_000),
                # a relay that waits for the cases stage must stay in its group; its lag shows that it waits
                "max.poll.interval.ms": 86_400_000,
                "fetch.wait.max.ms": 100,
            }
        )
        self._cases = Consumer(kafka | {"group.id": settings.app_id(CasesCore.name)})
        self._names = {settings.topic(name): name for name in SOURCES}
        self._position = GroupPosition(self._consumer, self._names, self._metrics)

    def run(self) -> None:
        """Relay until `stop` is set.

        Raises:
            BreakerOpenError: too many of the messages are unusable.
            StageStoppedError: Kafka did not take what was relayed.
            KafkaException: Kafka refuses something for good.
        """
        self._follower.start()
        self._follower.catch_up()
        self._consumer.subscribe(list(self._names))
        try:
            while not self._stop.is_set():
                records = self._records()
                if records:
                    self._relay(records)
                self._position.observe()
        except StoppedError:
            log.info("stopped while waiting; the batch comes again")
        finally:
            self._consumer.close()
            self._cases.close()

    def _records(self) -> Sequence[RelayedRecord]:
        out = []
        for record in self._consumer.consume(BATCH, 0.5):
            error = record.error()
            if error is None:
                out.append(_plain(record))
            elif error.fatal() or error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                raise KafkaException(error)
            else:
                log.warning("Kafka: %s", error.str())
        return out

    def _relay(self, records: Sequence[RelayedRecord]) -> None:
        dead: list[Dead] = []
        unknown: list[tuple[RelayedRecord, Relayed]] = []
        turning: list[tuple[RelayedRecord, Violation]] = []
        if self._quarters is not None:
            self._quarters.keys.refresh()
            # a fine is priced by other quarters' penalties as they are now, not as when a case was last sought
            self._follower.catch_up()
        for record in records:
            try:
                message: Relayed = self._served(lambda r=record: self._decode(r))  # type: ignore[misc]
            except BadMessageError as error:
                kind = ErrorClass.UNKNOWN_SCHEMA if isinstance(error, UnknownSchemaError) else ErrorClass.DECODE
                dead.append(Dead(record, kind, f"{type(error).__name__}: {error}"))
                continue
            if not of_cases(message):
                self._metrics.passed_over.inc()
                continue
            if isinstance(message, Violation) and self._quarters is not None and self._quarters.turning(message):
                turning.append((record, message))
                continue
            case_id = case_of(message)
            vehicle = message.vehicle_key if case_id is None else self._index.vehicle_of(case_id)  # type: ignore[union-attr]
            # after one of a case's messages waits, the others wait too: their order is kept
            if vehicle is None:
                unknown.append((record, message))
            else:
                self._send(record, message, vehicle)
        self._writer.settle()
        if turning:
            self._relay_turning(turning)
        if unknown:
            dead += self._look_again(unknown)
        if self._breaker.opens(len(dead)):
            raise BreakerOpenError(
                f"{NAME} stops: {len(dead)} of {len(records)} messages and {self._breaker.dead_in_window()} before them"
                f" are unusable, more than the breaker allows; the last: {dead[-1].error[:300]}. Nothing of this batch"
                " was committed or dead-lettered; mend what writes them, then start it again"
            )
        self._breaker.add(len(records), len(dead))
        for one in dead:
            where = one.record
            log.warning("dead letter: %s/%d offset %d: %s", where.topic, where.partition, where.offset, one.error)
            self._metrics.dead_letters.labels(one.error_class.value).inc()
        self._writer.bury(dead)
        self._writer.settle()
        ends = {(record.topic, record.partition): record.offset + 1 for record in records}
        self._consumer.commit(offsets=[TopicPartition(t, p, o) for (t, p), o in ends.items()], asynchronous=False)

    def _relay_turning(self, turning: Sequence[tuple[RelayedRecord, Violation]]) -> None:
        """Relay violations near a quarter's turn, one after the other, but for those whose offence has its case."""
        assert self._guard is not None
        twins = 0
        for record, violation in turning:
            if self._guard.passes(violation):
                self._send(record, violation, violation.vehicle_key)
                self._writer.settle()
            else:
                twins += 1
        self._metrics.twins.inc(twins)
        if twins:
            # which they are is not said: the line would tie one quarter's vehicle to another's
            log.info("%d violations near the quarter's turn go no further: their offences have a case", twins)

    def _see_cases(self) -> None:
        """Return when the index knows every case that was relayed so far."""
        self._wait_for_cases()
        self._follower.catch_up()

    def _look_again(self, unknown: Sequence[tuple[RelayedRecord, Relayed]]) -> list[Dead]:
        """Relay what a fresh look finds; return the rest as dead letters."""
        self._follower.catch_up()
        if any(self._index.vehicle_of(case_of(message) or "") is None for _, message in unknown):
            self._see_cases()
        dead = []
        for record, message in unknown:
            case_id = case_of(message) or ""
            vehicle = self._index.vehicle_of(case_id)
            if vehicle is None:
                dead.append(
                    Dead(
                        record,
                        ErrorClass.INVALID,
                        f"case {case_id!r} is unknown: case-events was read to the steps of everything relayed so"
                        " far and does not name it; look for the right id and send the message again",
                    )
                )
            else:
                self._send(record, message, vehicle)
        self._writer.settle()
        return dead

    def _wait_for_cases(self) -> None:
        """Return when the cases stage has applied, and told of, every command that is in the log now."""
        topic = self._settings.topic(SOURCE)
        partitions = self._cases.list_topics(topic, timeout=ANSWER_S).topics[topic].partitions
        places = [TopicPartition(topic, partition) for partition in partitions]
        ends = {}
        for place in places:
            low, high = self._cases.get_watermark_offsets(place, timeout=ANSWER_S)
            if high > low:
                ends[place.partition] = high
        said = time.monotonic()
        while True:
            at = {place.partition: place.offset for place in self._cases.committed(places, timeout=ANSWER_S)}
            behind = sum(end - max(0, at[partition]) for partition, end in ends.items() if at[partition] < end)
            self._metrics.waits_for.set(behind)
            self._metrics.waits.set(1 if behind else 0)
            if not behind:
                return
            self._position.observe()
            if time.monotonic() - said > SAY_EVERY_S:
                said = time.monotonic()
                log.warning("waiting for the cases stage, which has %d commands before it; does it run?", behind)
            if self._stop.wait(ASK_EVERY_S):
                raise StoppedError

    def _decode(self, record: RelayedRecord) -> Relayed:
        if record.value is None:
            raise BadMessageError("message without value")
        message: Relayed = self._codec.decode(self._names[record.topic], record.value)
        return message

    def _send(self, record: RelayedRecord, message: Relayed, vehicle_key: str) -> None:
        assert record.value is not None
        name = self._names[record.topic]
        repeats = None
        if self._quarters is not None:
            repeats = self._quarters.repeats(message)
            sealed = sealed_case(message) if isinstance(message, Violation) else None
            if sealed is not None:
                self._metrics.looked_up(repeats)
                self._index.keep([sealed])
        owner = self._owner_of(vehicle_key) if isinstance(message, Violation) else None
        command = command_of(
            message,
            record.value,
            vehicle_key,
            name,
            record.partition,
            record.offset,
            repeat_elsewhere=repeats,
            owner_class=owner,
        )
        self._writer.send(command)
        self._metrics.relayed.labels(name).inc()

    def _served(self, action: Callable[[], Any]) -> Any:
        """Return an action's result, trying again while the schema registry is away."""
        pause_s = self._settings.retry_first_s
        while True:
            try:
                return action()
            except RegistryUnavailableError as error:
                log.warning("the schema registry is away: %s", error)
                if self._stop.wait(pause_s):
                    raise StoppedError from error
                pause_s = min(pause_s * 2, self._settings.retry_most_s)


def _plain(record: Message) -> RelayedRecord:
    key, value = record.key(), record.value()
    return RelayedRecord(
        topic=record.topic() or "",
        partition=record.partition() or 0,
        offset=record.offset() or 0,
        timestamp=record.timestamp()[1],
        key=key if isinstance(key, bytes) else None,
        value=value if isinstance(value, bytes) else None,
    )
