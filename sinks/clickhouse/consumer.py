"""The sink's loop: read, cut, note, insert, commit. Everything that touches the group happens in one thread."""

import logging
import queue
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from sinks.clickhouse.columns_missing import ColumnsMissingError
from sinks.clickhouse.commit_tracker import CommitTracker
from sinks.clickhouse.delivery import AbandonedError, Delivery, Hold
from sinks.clickhouse.intake import PartitionIntake, Range
from sinks.clickhouse.metrics import SinkMetrics
from sinks.clickhouse.partition_feed import PartitionFeed
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.records import records_of_messages
from sinks.clickhouse.settings import SinkSettings
from sinks.clickhouse.topic_ids import topic_ids
from sinks.consumer_group import group_config, look_at

log = logging.getLogger(__name__)
#: Records taken from the client at a time, and how long to wait for the first.
TAKE: Final = 5_000
WAIT_S: Final = 0.05
#: How often the lag is shown.
SHOW_S: Final = 1.0
#: Memory may be full for so long before partitions are paused. A pause throws away what the client has fetched and
#: costs a fetch to end it; until then nothing is read, and a rebalance waits.
FULL_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Note:
    """A worker's wish that Kafka hold its range's next attempt."""

    feed: PartitionFeed
    pending: Pending
    answer: "Future[bool]" = field(default_factory=Future)


class SinkConsumer:
    """Consumes every topic into its delivery.

    Args:
        settings: limits and addresses.
        deliveries: by topic name without prefix.
        metrics: what is counted.
        stop: set to end; ranges under way are finished first, within settle_s.
    """

    def __init__(
        self,
        settings: SinkSettings,
        deliveries: Mapping[str, Delivery],
        metrics: SinkMetrics,
        stop: threading.Event,
    ) -> None:
        self._settings = settings
        self._deliveries = {settings.topic_prefix + topic: delivery for topic, delivery in deliveries.items()}
        self._metrics = metrics
        self._stop = stop
        self._feeds: dict[tuple[str, int], PartitionFeed] = {}
        self._admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers, **settings.security})
        self._topic_ids: Mapping[str, str] = {}
        # the client's own queue counts beside most_bytes
        queued_kilobytes = max(1024, settings.most_bytes // 4096)
        own = (settings.group, settings.instance, queued_kilobytes, settings.security)
        self._consumer = Consumer(group_config(settings.bootstrap_servers, *own))
        self._pool = ThreadPoolExecutor(settings.workers, "insert")
        self._paused = False
        self._full_since_s: float | None = None
        # at most one of each worker
        self._notes: queue.SimpleQueue[_Note] = queue.SimpleQueue()
        self._shown_s = 0.0
        metrics.held_limit_bytes.set(settings.most_bytes)

    def run(self) -> None:
        """Consume until stopped.

        Raises:
            TopicsMissingError: a topic is not there.
            BreakerOpenError, DeadLetterError: see Delivery.
            KafkaException: an error that no waiting cures, such as another process with the same instance name.
        """
        self._topic_ids = topic_ids(self._admin, list(self._deliveries))
        self._consumer.subscribe(
            list(self._deliveries), on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )
        try:
            while not self._stop.is_set():
                self._take()
                self._look_at_held()
                self._step()
                self._show_lag()
            self._settle(self._feeds.values())
        finally:
            self._abandon(self._feeds.values())
            self._pool.shutdown(wait=True)
            self._consumer.close()

    def _take(self) -> None:
        """Read, or wait for an insert where there is no room."""
        if self._full_since_s is None:
            self._keep(self._consumer.consume(TAKE, WAIT_S))
        else:
            under_way = [feed.future for feed in self._feeds.values() if feed.future is not None]
            if under_way:
                wait(under_way, timeout=WAIT_S, return_when=FIRST_COMPLETED)
            else:
                # Kafka takes no commit now: ask again, not without end
                self._stop.wait(WAIT_S)
            if self._paused:
                # no message comes; a rebalance does
                self._keep(self._consumer.consume(TAKE, 0.0))
        self._look_at_room(time.monotonic())

    def _keep(self, messages: Sequence[Message]) -> None:
        now = time.monotonic()
        for place, of_place in by_partition(messages).items():
            feed = self._feeds.get(place)
            if feed is not None and feed.held_until_s is None:
                feed.intake.add(records_of_messages(of_place), now)

    def _look_at_room(self, now: float) -> None:
        """Cease to read, or begin again, by the bytes held.

        Args:
            now: monotonic time.
        """
        held = sum(feed.held_bytes for feed in self._feeds.values())
        most = self._settings.most_bytes
        if self._full_since_s is None:
            if held >= most:
                self._full_since_s = now
        elif held < (most // 2 if self._paused else most) or all(feed.work is None for feed in self._feeds.values()):
            # where nothing is under way, what is held waits for the rest of a range whose end is fixed
            self._full_since_s = None
            if self._paused:
                self._consumer.resume(self._assignment())
                self._paused = False
        elif not self._paused and now - self._full_since_s >= FULL_S:
            self._consumer.pause(self._assignment())
            self._paused = True
        self._metrics.held_bytes.set(held)
        self._metrics.paused.set(self._paused)

    def _step(self) -> None:
        """Acknowledge what is done, cut what is due, tell Kafka both, then begin the inserts."""
        for feed in self._feeds.values():
            if feed.future is not None and feed.future.done():
                self._finish(feed)
        self._take_notes()
        self._cut()
        offsets = [(feed, feed.position()) for feed in self._feeds.values() if feed.future is None]
        due = [(feed, offset) for feed, offset in offsets if offset is not None]
        if not due or not self._commit([offset for _, offset in due]):
            return
        for feed, _ in due:
            self._committed(feed)
            if feed.work is not None:
                feed.future = self._pool.submit(feed.delivery.deliver, feed.work, self._hold(feed))
        self._metrics.ranges_under_way.set(sum(feed.future is not None for feed in self._feeds.values()))

    def _cut(self) -> None:
        """Cut ranges for as many partitions as the workers can begin soon; the others' ranges go on growing."""
        now = time.monotonic()
        free = 2 * self._settings.workers - sum(feed.work is not None for feed in self._feeds.values())
        idle = (feed for feed in self._feeds.values() if feed.work is None)
        for feed in sorted(idle, key=lambda feed: feed.intake.since_s):
            if free <= 0:
                return
            feed.since_s = feed.intake.since_s
            feed.work = feed.intake.cut(now, flush=self._full_since_s is not None)
            if feed.work is not None:
                feed.tracker.begin(feed.work.pending)
                free -= 1

    def _finish(self, feed: PartitionFeed) -> None:
        """Take the outcome of a delivery."""
        assert feed.future is not None
        assert feed.work is not None
        future, work = feed.future, feed.work
        feed.future = feed.work = None
        try:
            future.result()
        except AbandonedError:
            return
        except ColumnsMissingError as error:
            self._hold_back(feed, work, error)
            return
        feed.tracker.acknowledge(work.pending)
        feed.stored_since_s = feed.since_s
        feed.newest_ms = max(feed.newest_ms or 0, int(work.records.created_at_ms.max()))

    def _hold_back(self, feed: PartitionFeed, work: Range, error: ColumnsMissingError) -> None:
        """Leave a partition's messages in Kafka until their table has the columns; nothing of it is kept in memory.

        The range stands in Kafka as under way already, so it is cut with the same boundaries again.
        """
        log.error("%s/%d: %s", feed.topic, feed.partition, error)
        feed.tracker.put_back()
        feed.intake = PartitionIntake(work.pending.topic_id, self._settings.batch, work.pending)
        feed.held_until_s = time.monotonic() + self._settings.column_look_s
        self._consumer.pause([TopicPartition(feed.topic, feed.partition)])

    def _look_at_held(self) -> None:
        """Read partitions again whose table may have its columns by now."""
        now = time.monotonic()
        for feed in self._feeds.values():
            position = feed.tracker.position
            if feed.held_until_s is None or now < feed.held_until_s or position is None:
                continue
            try:
                self._consumer.seek(TopicPartition(feed.topic, feed.partition, position))
            except KafkaException as error:
                # a rebalance is under way
                log.warning("%s/%d: %s", feed.topic, feed.partition, error)
                feed.held_until_s = now + self._settings.column_look_s
                continue
            feed.held_until_s = None
            if not self._paused:
                self._consumer.resume([TopicPartition(feed.topic, feed.partition)])

    def _committed(self, feed: PartitionFeed) -> None:
        feed.tracker.committed()
        if feed.stored_since_s is not None:
            self._metrics.poll_to_commit_s.observe(time.monotonic() - feed.stored_since_s)
            feed.stored_since_s = None

    def _show_lag(self) -> None:
        """Show how far each topic is behind; the ends are those that the last fetches told, so Kafka is not asked."""
        now = time.monotonic()
        if now - self._shown_s < SHOW_S:
            return
        self._shown_s = now
        lags: dict[str, tuple[int, float]] = dict.fromkeys(self._deliveries, (0, 0.0))
        for (topic, partition), feed in self._feeds.items():
            _, end = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), cached=True)
            messages, seconds = feed.lag(end, time.time() * 1000)
            lags[topic] = (lags[topic][0] + messages, max(lags[topic][1], seconds))
        for topic, (messages, seconds) in lags.items():
            name = topic.removeprefix(self._settings.topic_prefix)
            self._metrics.lag_messages.labels(name).set(messages)
            self._metrics.lag_s.labels(name).set(seconds)

    def _hold(self, feed: PartitionFeed) -> Hold:
        """Return the partition as its worker sees it.

        A worker leaves the commit to the loop's thread: two synchronous commits of one client at a time can both wait
        for ever for their answer (librdkafka 2.x).
        """

        def note(pending: Pending) -> bool:
            wish = _Note(feed, pending)
            self._notes.put(wish)
            while True:
                try:
                    return wish.answer.result(WAIT_S)
                except TimeoutError:
                    if feed.gone.is_set():
                        raise AbandonedError(feed.topic) from None

        return Hold(feed.partition, note, feed.gone.is_set)

    def _take_notes(self) -> None:
        """Commit what the workers wish to be noted, save for partitions that are gone."""
        notes = []
        while True:
            try:
                notes.append(self._notes.get_nowait())
            except queue.Empty:
                break
        notes = [note for note in notes if not note.feed.gone.is_set()]
        if not notes:
            return
        taken = self._commit([note.feed.offset_of(note.pending) for note in notes])
        for note in notes:
            note.answer.set_result(taken)

    def _commit(self, offsets: list[TopicPartition]) -> bool:
        """Commit and return whether Kafka has taken all of it; False: try again."""
        try:
            results = self._consumer.commit(offsets=offsets, asynchronous=False) or []
        except KafkaException as error:
            look_at(error.args[0])
            return False
        refusals = [result.error for result in results if result.error is not None]
        for refusal in refusals:
            look_at(refusal)
        return not refusals

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Take partitions over, with what their last owner had under way."""
        if not partitions:
            consumer.incremental_assign([])
            return
        self._metrics.rebalances.labels("assigned").inc()
        self._topic_ids = topic_ids(self._admin, list(self._deliveries))
        for found in consumer.committed(partitions, timeout=30):
            if found.error is not None:
                raise KafkaException(found.error)
            pending = Pending.from_metadata(found.metadata)
            topic_id = self._topic_ids[found.topic]
            self._feeds[found.topic, found.partition] = PartitionFeed(
                found.topic,
                found.partition,
                PartitionIntake(topic_id, self._settings.batch, pending),
                CommitTracker(found.offset if found.offset >= 0 else None),
                self._deliveries[found.topic],
            )
            if pending is not None:
                log.info("%s/%d: taken over with %s under way", found.topic, found.partition, pending)
        consumer.incremental_assign(partitions)
        if self._paused:
            consumer.pause(partitions)
        log.info("%d partition(s) taken, %d in all", len(partitions), len(self._feeds))

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Finish what is under way, commit it, and let partitions go."""
        self._metrics.rebalances.labels("revoked").inc()
        feeds = [feed for p in partitions if (feed := self._feeds.get((p.topic, p.partition))) is not None]
        self._settle(feeds)
        self._abandon(feeds)
        for feed in feeds:
            del self._feeds[feed.topic, feed.partition]
        consumer.incremental_unassign(partitions)

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Let partitions go that another owns already; a late insert is harmless by its token."""
        self._metrics.rebalances.labels("lost").inc()
        feeds = [feed for p in partitions if (feed := self._feeds.get((p.topic, p.partition))) is not None]
        self._abandon(feeds)
        for feed in feeds:
            del self._feeds[feed.topic, feed.partition]
        consumer.incremental_unassign(partitions)

    def _settle(self, feeds: Iterable[PartitionFeed]) -> None:
        """Wait for ranges under way, within settle_s, and commit what is done; nothing new begins."""
        deadline = time.monotonic() + self._settings.settle_s
        feeds = list(feeds)
        # what is cut and not begun needs no finishing: it stands in Kafka at most as pending
        while under_way := [feed.future for feed in feeds if feed.future is not None and not feed.future.done()]:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            wait(under_way, timeout=min(left, WAIT_S), return_when=FIRST_COMPLETED)
            self._take_notes()
        for feed in feeds:
            if feed.future is None:
                feed.work = None
            elif feed.future.done():
                self._finish(feed)
        offsets = [offset for feed in feeds if feed.future is None and (offset := feed.position()) is not None]
        if offsets and self._commit(offsets):
            for feed in feeds:
                self._committed(feed)

    @staticmethod
    def _abandon(feeds: Iterable[PartitionFeed]) -> None:
        for feed in feeds:
            feed.gone.set()
            if feed.future is not None:
                feed.future.cancel()

    def _assignment(self) -> list[TopicPartition]:
        """Return what is read: all but the partitions that wait for a column."""
        return [TopicPartition(*place) for place, feed in self._feeds.items() if feed.held_until_s is None]


def by_partition(messages: Iterable[Message]) -> Mapping[tuple[str, int], Sequence[Message]]:
    """Return messages by (topic, partition), in their order; what is an error is logged.

    Raises:
        KafkaException: an error that no waiting cures.
    """
    found: dict[tuple[str, int], list[Message]] = {}
    for message in messages:
        error = message.error()
        if error is not None:
            look_at(error)
            continue
        found.setdefault((message.topic() or "", message.partition() or 0), []).append(message)
    return found
