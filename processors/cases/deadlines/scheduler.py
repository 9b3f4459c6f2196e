"""The scheduler's loop: read case-events, and write the command of each deadline that has passed. One runs a city.

The only part of cases with a clock. A second scheduler, or one that lost its file, writes commands again: they name the
step that they run from, and the cases stage applies none twice.
"""

import logging
import threading
import time
from typing import Final

from confluent_kafka import KafkaException

from processors.cases.command_writer import CommandWriter
from processors.cases.deadlines.core import command_of
from processors.cases.deadlines.deadline_book import DeadlineBook
from processors.cases.deadlines.metrics import SchedulerMetrics
from processors.cases.event_follower import EventFollower

log = logging.getLogger(__name__)
#: Commands written at once.
MOST: Final = 1_000
WAIT_S: Final = 0.5
MOST_PAUSE_S: Final = 15.0
COUNT_EVERY_S: Final = 15.0


class Scheduler:
    """Writes the commands of deadlines.

    Args:
        book: the deadlines.
        follower: fills the book.
        writer: takes the commands.
        stop: ends the scheduler.
        by_events: True takes the newest step's instant for the time: for cities whose time is not ours.
        metrics: what is counted; default: its own.
    """

    def __init__(
        self,
        book: DeadlineBook,
        follower: EventFollower,
        writer: CommandWriter,
        stop: threading.Event,
        *,
        by_events: bool = False,
        metrics: SchedulerMetrics | None = None,
    ) -> None:
        self._book = book
        self._follower = follower
        self._writer = writer
        self._stop = stop
        self._by_events = by_events
        self._metrics = metrics or SchedulerMetrics()
        self._counted = -COUNT_EVERY_S

    def run(self) -> None:
        """Schedule until `stop` is set; a Kafka that is away is waited for.

        Raises:
            StageStoppedError: Kafka did not take the commands.
        """
        pause_s, started = 0.5, False
        while not self._stop.is_set():
            try:
                if not started:
                    self._follower.start()
                    self._follower.catch_up()
                    started = True
                self._follower.read(WAIT_S)
                self._observe()
                self.fire()
                self._observe()
                self._metrics.looked_at.set_to_current_time()
                pause_s = 0.5
            except KafkaException as error:
                self._metrics.kafka_errors.inc()
                self._observe()
                log.warning("Kafka: %s; again in %.1f s", error.args[0], pause_s)
                self._stop.wait(pause_s)
                pause_s = min(pause_s * 2, MOST_PAUSE_S)

    def _now_us(self) -> int:
        return self._book.newest_us() if self._by_events else time.time_ns() // 1_000

    def _observe(self) -> None:
        """Bring the gauges up to date; cases are counted now and then, the oldest deadline is looked up each time."""
        first_us = self._book.first_due_us()
        if time.monotonic() - self._counted >= COUNT_EVERY_S:
            self._counted = time.monotonic()
            self._metrics.waiting.set(self._book.waiting())
        self._metrics.overdue_s.set(0.0 if first_us is None else max(0.0, (self._now_us() - first_us) / 1e6))

    def fire(self) -> int:
        """Write the commands of what has passed; return how many."""
        now_us = self._now_us()
        fired = 0
        while not self._stop.is_set() and (passed := self._book.passed(now_us, MOST)):
            for deadline in passed:
                self._writer.send(command_of(deadline, now_us))
            self._writer.settle()
            self._book.done(passed, now_us)
            for deadline in passed:
                self._metrics.fired.labels(deadline.name.value).inc()
            fired += len(passed)
        return fired
