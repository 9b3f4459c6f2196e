"""The loop: read findings, wait for their last second, store their evidence, commit. One thread does it all."""

import logging
import random
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.codec import MessageCodec
from schemas.messages import ErrorClass, Lead
from schemas.registry import RegistryUnavailableError
from schemas.wire import BadMessageError, UnknownSchemaError
from sinks.clickhouse.backoff import pause_s
from sinks.clickhouse.breaker import Breaker
from sinks.clickhouse.dead_letters import DeadLetterWriter, Refused
from sinks.clickhouse.record import Record
from sinks.consumer_group import group_config, look_at
from sinks.evidence.case_name import TOPICS, case_of
from sinks.evidence.detections_follower import DetectionsFollower
from sinks.evidence.evidence_log import LogMovedError
from sinks.evidence.exhibit import EventSource, Exhibit, make
from sinks.evidence.gathering import Gatherer
from sinks.evidence.metrics import EvidenceMetrics
from sinks.evidence.object_store import ObjectDiffersError, StoreRefusedError, StoreUnavailableError
from sinks.evidence.offsets import PartitionOffsets
from sinks.evidence.seconds_index import SecondsIndex
from sinks.evidence.settings import EvidenceSettings
from sinks.evidence.verify import sha256
from sinks.evidence.waiting import Waiting
from sinks.evidence.writer import EvidenceWriter

log = logging.getLogger(__name__)
TAKE: Final = 50
WAIT_S: Final = 0.05
COMMIT_EVERY_S: Final = 0.5
#: Findings are small and few: most of a partition that the client fetches ahead.
QUEUED_KILOBYTES: Final = 4_096


class _UnusableError(ValueError):
    """A message is refused for what it holds."""

    def __init__(self, error_class: ErrorClass, text: str) -> None:
        super().__init__(text)
        self.error_class = error_class


class EvidenceConsumer:
    """Consumes incidents, violations and leads.

    Args:
        settings: limits and addresses.
        codec: the wire codec.
        gatherer: reads what findings need.
        follower: reads detections.
        index: where they go.
        writer: stores.
        key_id: of the key that signs.
        dead_letters: takes refused messages.
        topic_ids: UUIDs by name without prefix.
        metrics: what is counted.
        stop: set to end.
    """

    def __init__(
        self,
        *,
        settings: EvidenceSettings,
        codec: MessageCodec,
        gatherer: Gatherer,
        follower: DetectionsFollower,
        index: SecondsIndex,
        writer: EvidenceWriter,
        key_id: str,
        dead_letters: DeadLetterWriter,
        topic_ids: Mapping[str, str],
        metrics: EvidenceMetrics,
        stop: threading.Event,
    ) -> None:
        self._settings = settings
        self._codec = codec
        self._gatherer = gatherer
        self._follower = follower
        self._index = index
        self._writer = writer
        self._key_id = key_id
        self._dead_letters = dead_letters
        self._topic_ids = topic_ids
        self._metrics = metrics
        metrics.breaker_limit_ratio.set(settings.breaker.share_ratio)
        self._stop = stop
        self._waiting: dict[int, Waiting] = {}
        self._offsets: dict[tuple[str, int], PartitionOffsets] = {}
        self._breakers = {topic: Breaker(topic, settings.breaker) for topic in TOPICS}
        self._tickets = 0
        self._committed_s = 0.0
        self._paused = False
        self._random = random.SystemRandom()
        self._needs_person: set[int] = set()
        self._store_attempts = 0
        self._store_not_before_s = 0.0
        self._consumer = Consumer(
            group_config(
                settings.bootstrap_servers, settings.group, settings.instance, QUEUED_KILOBYTES, settings.security
            )
        )

    def run(self) -> None:
        """Consume until stopped.

        Raises:
            BreakerOpenError, DeadLetterError: see each.
            KafkaException: an error that no waiting cures.
        """
        self._consumer.subscribe(
            [self._settings.topic_prefix + topic for topic in TOPICS],
            on_assign=self._assigned,
            on_revoke=self._revoked,
            on_lost=self._lost,
        )
        try:
            while not self._stop.is_set():
                worked = self._attempt_one()
                read = self._follower.step(0.0 if worked else WAIT_S)
                self._take(0.0 if worked or read else WAIT_S)
                if time.monotonic() - self._committed_s >= COMMIT_EVERY_S:
                    self._commit()
            self._commit()
        finally:
            self._follower.close()
            self._consumer.close()

    def _take(self, wait_s: float) -> None:
        full = len(self._waiting) >= self._settings.most_waiting
        full = full or self._index.size_bytes >= self._settings.most_held_bytes
        if full != self._paused:
            assignment = self._consumer.assignment()
            (self._consumer.pause if full else self._consumer.resume)(assignment)
            self._paused = full
        self._metrics.paused.set(full)
        self._metrics.held_bytes.set(self._index.size_bytes)
        self._metrics.waiting.set(len(self._waiting))
        oldest_ms = min((one.created_at_ms for one in self._waiting.values()), default=None)
        age_s = 0.0 if oldest_ms is None else max(0.0, time.time() - oldest_ms / 1000)
        self._metrics.oldest_waiting_s.set(age_s)
        free = self._settings.most_waiting - len(self._waiting)
        messages: list[Any] = self._consumer.consume(max(1, min(TAKE, free)), wait_s)
        for message in messages:
            error = message.error()
            if error is not None:
                look_at(error)
                continue
            topic, partition = message.topic(), message.partition()
            offsets = self._offsets.setdefault((topic, partition), PartitionOffsets())
            offsets.begin(message.offset())
            record = Record(message.offset(), message.timestamp()[1], message.key(), message.value())
            self._tickets += 1
            name = topic.removeprefix(self._settings.topic_prefix)
            self._waiting[self._tickets] = Waiting(self._tickets, name, partition, record)

    def _attempt_one(self) -> bool:
        """Bring the first finding that can go on one step further; return whether there was one."""
        now_s = time.monotonic()
        if now_s < self._store_not_before_s:
            return False
        now_ms = time.time_ns() // 1_000_000
        for one in self._waiting.values():
            if one.not_before_s > now_s:
                continue
            if one.search is not None and not self._gatherer.over(one.search, now_ms):
                continue
            self._attempt(one)
            return True
        return False

    def _attempt(self, one: Waiting) -> None:
        try:
            done = self._store(one) if one.search is not None else self._begin(one)
        except _UnusableError as error:
            self._refuse(one, error)
            done = True
        except (StoreRefusedError, StoreUnavailableError) as error:
            # it is away for all: others would be cut in vain
            self._store_attempts += 1
            pause = self._again(one, error, self._store_attempts, person=isinstance(error, StoreRefusedError))
            self._store_not_before_s = time.monotonic() + pause
            return
        except ObjectDiffersError as error:
            self._again(one, error, one.attempts + 1, person=True)
            return
        except (ConnectionError, RegistryUnavailableError) as error:
            self._again(one, error, one.attempts + 1, person=False)
            return
        one.attempts = self._store_attempts = 0
        self._needs_person.discard(one.ticket)
        self._metrics.waits_for_person.set(bool(self._needs_person))
        if done:
            self._finish(one)

    def _begin(self, one: Waiting) -> bool:
        """Decode a finding and begin to look for what it needs; return whether nothing is to be stored."""
        try:
            message = one.message = self._codec.decode(one.topic, one.record.value or b"")
        except UnknownSchemaError as error:
            raise _UnusableError(ErrorClass.UNKNOWN_SCHEMA, str(error)) from error
        except BadMessageError as error:
            raise _UnusableError(ErrorClass.DECODE, str(error)) from error
        assert message is not None
        if not message.evidence:
            return True
        if isinstance(message, Lead) and (reason := self._settings.leaves_out(message, time.time())) is not None:
            self._metrics.left_out.labels(reason).inc()
            return True
        try:
            if self._writer.finished(case_of(message)):
                return True
            one.search = self._gatherer.search(one.ticket, message)
        except (ValueError, OverflowError) as error:
            raise _UnusableError(ErrorClass.INVALID, f"its evidence cannot be looked for: {error}") from error
        return False

    def _store(self, one: Waiting) -> bool:
        assert one.message is not None
        assert one.search is not None
        if one.attempts and self._writer.finished(case_of(one.message)):
            return True  # an earlier attempt, or another process, got as far as the manifest
        began = time.monotonic()
        source = EventSource(
            self._settings.topic_prefix + one.topic,
            self._topic_ids[one.topic],
            one.partition,
            one.record.offset,
            sha256(one.record.value or b""),
        )
        material = self._gatherer.gather(one.search, one.message, source, one.record.value or b"")
        exhibit = self._make(material)
        new_bytes = self._writer.write(exhibit)
        metrics = self._metrics
        metrics.findings.labels(one.topic).inc()
        metrics.without_stills.labels(one.topic).inc(not exhibit.has_stills)
        metrics.clips.inc(sum(file.about["kind"] == "clip" for file in exhibit.files))
        metrics.stored_bytes.inc(new_bytes)
        metrics.log_entries.inc()
        if material.lineage is not None:
            metrics.recomputable.labels(material.lineage.start).inc()
        metrics.missing_s.inc(exhibit.missing_s)
        metrics.problems.inc(exhibit.problems)
        metrics.lag_s.observe(max(0.0, time.time() - one.message.frames_created_at_ms / 1000))
        metrics.make_s.observe(time.monotonic() - began)
        if exhibit.missing_s or exhibit.problems:
            log.warning(
                "%s: %.1f s are recorded as missing, %d picture(s) could not be made",
                exhibit.case,
                exhibit.missing_s,
                exhibit.problems,
            )
        return True

    def _make(self, material: Any) -> Exhibit:
        try:
            return make(material, self._key_id)
        except (ConnectionError, MemoryError):
            raise
        except ValueError as error:
            raise _UnusableError(ErrorClass.CONTENT, f"no manifest can hold it: {error}") from error
        except Exception as error:
            log.exception("a finding's evidence cannot be made")
            raise _UnusableError(ErrorClass.HANDLER, f"{type(error).__name__}: {error}") from error

    def _again(self, one: Waiting, error: Exception, attempt: int, *, person: bool) -> float:
        """Plan another attempt; return the pause before it, seconds."""
        one.attempts += 1
        first_s, most_s = self._settings.backoff_first_s, self._settings.backoff_most_s
        pause = most_s if person else pause_s(attempt, first_s, most_s, self._random.random())
        one.not_before_s = time.monotonic() + pause
        (self._needs_person.add if person else self._needs_person.discard)(one.ticket)
        self._metrics.retries.labels("person" if person else "again", _cause(error)).inc()
        self._metrics.waits_for_person.set(bool(self._needs_person))
        say = log.error if person else log.warning
        say("%s/%d@%d: %s; again in %.1f s", one.topic, one.partition, one.record.offset, error, pause)
        return pause

    def _refuse(self, one: Waiting, error: _UnusableError) -> None:
        breaker = self._breakers[one.topic]
        breaker.check(1, 1, str(error))
        refused = Refused(one.record, error.error_class, str(error))
        self._dead_letters.write(one.topic, self._topic_ids[one.topic], one.partition, [refused])
        breaker.count(1, 1)
        self._metrics.dead_letters.labels(one.topic, str(error.error_class)).inc()
        log.warning("%s/%d@%d is a dead letter: %s", one.topic, one.partition, one.record.offset, error)

    def _finish(self, one: Waiting) -> None:
        self._forget(one)
        offsets = self._offsets.get((self._settings.topic_prefix + one.topic, one.partition))
        if offsets is not None:
            offsets.done(one.record.offset)
            self._breakers[one.topic].count(1, 0)

    def _forget(self, one: Waiting) -> None:
        self._waiting.pop(one.ticket, None)
        self._needs_person.discard(one.ticket)
        if one.search is not None:
            self._gatherer.release(one.search)

    def _commit(self) -> None:
        self._committed_s = time.monotonic()
        due = {place: at for place, offsets in self._offsets.items() if (at := offsets.due()) is not None}
        if not due:
            return
        wanted = [TopicPartition(topic, partition, at) for (topic, partition), at in due.items()]
        try:
            results = self._consumer.commit(offsets=wanted, asynchronous=False) or []
        except KafkaException as error:
            look_at(error.args[0])
            return
        for result in results:
            if result.error is not None:
                look_at(result.error)
            else:
                self._offsets[result.topic, result.partition].committed(result.offset)

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.incremental_assign(partitions)
        if self._paused and partitions:
            consumer.pause(partitions)

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._commit()
        self._lost(consumer, partitions)

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Let partitions go; what their findings lack, the next owner finds and finishes."""
        gone = {(p.topic, p.partition) for p in partitions}
        for one in list(self._waiting.values()):
            if (self._settings.topic_prefix + one.topic, one.partition) in gone:
                self._forget(one)
        for place in gone:
            self._offsets.pop(place, None)
        consumer.incremental_unassign(partitions)


def _cause(error: Exception) -> str:
    """Return what failed, for the metric of retries."""
    if isinstance(error, StoreRefusedError | StoreUnavailableError):
        return "store"
    if isinstance(error, ObjectDiffersError):
        return "object"
    if isinstance(error, LogMovedError):
        return "log"
    return "registry" if isinstance(error, RegistryUnavailableError) else "kafka"
