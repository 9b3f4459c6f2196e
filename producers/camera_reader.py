"""Reads one camera for as long as it is in service: connects, groups, sends, and connects again."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from producers.backoff import Backoff
from producers.capture_clock import FileClock, LiveClock, seconds
from producers.delivery import DeliveryStoppedError, Lane
from producers.encoded_packet import EncodedPacket
from producers.frames_writer import write_frames
from producers.grouping import Group, Grouper, GroupLimits, Oversized
from producers.health import HealthBoard
from producers.settings import ProducerSettings
from producers.source import Address, Source, SourceError, SourceRejectedError, SourceStalledError
from producers.timeline import MICROSECONDS
from schemas.messages import Camera, CameraStatus, ClockSource

log = logging.getLogger(__name__)

Pace = Literal["realtime", "max"]
Mark = tuple[int, int]

#: A live source's timestamps that step ahead by more are a changed clock: the connection's own stall limit is below.
LIVE_GAP_S: Final = 10.0
#: A pause of the recording longer than this is not waited for when a file plays at real time.
LONGEST_WAIT_S: Final = 5.0
#: A file that ends so much before its declared duration is cut short.
CUT_SHORT_US: Final = 2 * MICROSECONDS


class Stopped(Exception):  # noqa: N818  nothing failed
    """The camera was taken out of service, or the process stops."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a camera's messages go.

    Attributes:
        topic: name of `frames` in the cluster.
        schema_id: registered id of its schema.
        lane: the camera's way to Kafka.
        oversized: called with each packet that no message can hold.
    """

    topic: str
    schema_id: int
    lane: Lane
    oversized: Callable[[Camera, Oversized], None]


class CameraReader:
    """One camera's thread.

    Args:
        camera: registry entry.
        address: returns what is opened; asked anew for each connection, so that new credentials count.
        settings: of the process.
        outlet: where messages go.
        board: where its state is shown.
        pace: of a source with a declared start; a live source has its own.
        after: last (epoch, sequence) of a declared-start source that `frames` holds; it goes on behind it.
        start_after_s: wait before the first connection.
    """

    def __init__(
        self,
        camera: Camera,
        address: Callable[[], Address],
        settings: ProducerSettings,
        outlet: Outlet,
        board: HealthBoard,
        *,
        pace: Pace = "realtime",
        after: Mark | None = None,
        start_after_s: float = 0.0,
    ) -> None:
        self.camera = camera
        self.board = board
        self._address_now = address
        self._address = address()
        self._settings = settings
        self._outlet = outlet
        self._pace = pace
        self._after = after
        self._start_after_s = start_after_s
        self._stop = threading.Event()
        self._last_epoch_us = 0
        self._last_arrival_us: int | None = None
        self._sending_since: float | None = None
        self._backoff = Backoff(settings.backoff_base_s, settings.backoff_cap_s, random.random)
        self._thread = threading.Thread(target=self._run, name=f"camera-{camera.camera_id}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it may wait for its source for up to `stall_s` more."""
        self._stop.set()
        self._outlet.lane.abandoned = True

    def join(self, within_s: float) -> bool:
        """Wait for the thread; return whether it ended."""
        self._thread.join(within_s)
        return not self._thread.is_alive()

    @property
    def finished(self) -> bool:
        """True once the thread ended by itself: a file was played out, or rejected."""
        return not self._thread.is_alive() and not self._stop.is_set()

    @property
    def plays_file(self) -> bool:
        """True for a source with a declared start."""
        return self._address.declared_start

    @property
    def last_mark(self) -> Mark | None:
        """Last (epoch, sequence) of a declared-start source that was handed over or that `frames` held."""
        return self._after

    def report(self) -> None:
        """Report the camera's health, a blocked delivery included."""
        since = self._sending_since
        if since is not None and time.monotonic() - since > self._settings.stall_s:
            blocked_s = time.monotonic() - since
            self.board.change(CameraStatus.STALLED, "Kafka takes no messages; the camera is not read meanwhile")
            log.warning("camera %s: delivery blocked for %.0f s", self.camera.camera_id, blocked_s)
        self.board.report()

    def _run(self) -> None:
        try:
            self._pause(self._start_after_s)
            while self._attempt():
                self.board.reconnected()
        except (Stopped, DeliveryStoppedError):
            return

    def _attempt(self) -> bool:
        """Read one connection to its end; return whether there is to be another."""
        begun = time.monotonic()
        try:
            self._connection()
        except SourceRejectedError as error:
            self._lost(CameraStatus.REJECTED, str(error))
            if self._address.declared_start:
                return False
            self._pause(self._settings.rejected_wait_s)
            return True
        except SourceStalledError as error:
            self._lost(CameraStatus.STALLED, str(error))
        except SourceError as error:
            self._lost(CameraStatus.DOWN, str(error))
        except (Stopped, DeliveryStoppedError):
            raise
        except Exception as error:  # noqa: BLE001  one camera's trouble, whatever it is, must not reach another
            text = self._address.without_secrets(f"{type(error).__name__}: {error}")
            self._lost(CameraStatus.DOWN, f"unexpected: {text}")
        else:
            self.board.change(CameraStatus.ENDED, self._ending)
            log.info("camera %s: played out", self.camera.camera_id)
            return False
        if time.monotonic() - begun >= self._settings.stable_s:
            self._backoff.reset()
        self._pause(self._backoff.next_s())
        return True

    def _lost(self, status: CameraStatus, error: str) -> None:
        log.warning("camera %s: %s: %s", self.camera.camera_id, status.lower(), error)
        self.board.change(status, error)

    def _pause(self, wait_s: float) -> None:
        if self._stop.wait(wait_s):
            raise Stopped

    def _connection(self) -> None:
        self._ending: str | None = None
        self._address = self._address_now()
        self.board.change(CameraStatus.CONNECTING)
        with Source(self._address, self._settings) as source:
            if self._address.declared_start:
                self._play_file(source)
            else:
                self._follow_live(source)

    def _watched(self, source: Source) -> Iterator[EncodedPacket]:
        for packet in source.packets():
            if self._stop.is_set():
                raise Stopped
            yield packet

    def _play_file(self, source: Source) -> None:
        start_us = self.camera.source_start_us
        assert start_us is not None
        grouper = Grouper(source.format, GroupLimits(self._settings.payload_bytes))
        clock = FileClock(start_us)
        pacer = _Pacer(self._stop)
        declared = source.declared_duration_us
        end_us, failure = 0, None
        after = self._after
        if after is not None and not start_us <= after[0] <= start_us + (declared or 0):
            after = None  # `frames` holds another recording of this camera

        def send(events: Sequence[Group | Oversized]) -> None:
            nonlocal end_us
            for event in events:
                if isinstance(event, Oversized):
                    self._too_large(event)
                    continue
                end_us = event.offset_us + event.duration_us
                epoch_us = start_us + event.epoch_offset_us
                if after is not None and (epoch_us, event.sequence) <= after:
                    continue
                if self._pace == "realtime":
                    pacer.wait_for(event)
                capture = clock.capture(event)
                self._send(event, epoch_us, capture.at_us, capture.clock)
                self._after = (epoch_us, event.sequence)

        try:
            for packet in self._watched(source):
                if events := grouper.add(packet):
                    send(events)
        except SourceError as error:
            if not self._address.is_local_file:
                raise  # a broken download is read again, behind what was sent
            failure = str(error)
        send(grouper.flush())
        self._outlet.lane.settle()
        if end_us == 0:
            raise SourceRejectedError(_nothing(grouper))
        self._ending = _ending(end_us, declared, failure)

    def _follow_live(self, source: Source) -> None:
        settings = self._settings
        grouper = Grouper(source.format, GroupLimits(settings.payload_bytes, largest_gap_s=LIVE_GAP_S))
        base = source.format.time_base
        clock = LiveClock(float(base * MICROSECONDS), int(settings.most_clock_error_s * MICROSECONDS))
        opened_us = max(time.time_ns() // 1000, self._last_epoch_us + 1)
        waiting_since = time.monotonic()
        blocked_s = 0.0

        def send(events: Sequence[Group | Oversized]) -> None:
            nonlocal blocked_s
            for event in events:
                if isinstance(event, Oversized):
                    self._too_large(event)
                    continue
                capture = clock.capture(event)
                if clock.disbelieved_us is not None:
                    self.board.note(
                        f"the camera's clock is off by {seconds(clock.disbelieved_us)}; arrival times are used:"
                        " set its time server"
                    )
                self._last_epoch_us = opened_us + event.epoch_offset_us
                blocked_s = self._send(event, self._last_epoch_us, capture.at_us, capture.clock)

        for packet in self._watched(source):
            if self._last_arrival_us is not None and packet.arrived_at_us > self._last_arrival_us:
                self.board.gap(packet.arrived_at_us - self._last_arrival_us)
            self._last_arrival_us = packet.arrived_at_us
            if events := grouper.add(packet):
                send(events)
            if not grouper.waits_for_keyframe:
                waiting_since = time.monotonic()
            elif time.monotonic() - waiting_since > settings.keyframe_wait_s:
                raise SourceStalledError(_nothing(grouper))
            if blocked_s > settings.stall_s:
                raise SourceStalledError(f"Kafka took nothing for {blocked_s:.0f} s; the camera is opened anew")
        send(grouper.flush())
        raise SourceError("the source closed the connection")

    def _send(self, group: Group, epoch_us: int, captured_at_us: int, clock: ClockSource) -> float:
        camera_id = self.camera.camera_id
        lane = self._outlet.lane
        self._sending_since = time.monotonic()
        try:
            blocked_s = lane.make_room()  # first: a camera that waits holds its packets, not their message as well
            value = write_frames(self._outlet.schema_id, camera_id, epoch_us, captured_at_us, clock, group)
            blocked_s += lane.send(self._outlet.topic, camera_id.encode(), value, (epoch_us, group.sequence))
        finally:
            self._sending_since = None
        self.board.group(group, epoch_us, clock)
        self.board.change(CameraStatus.STREAMING)
        return blocked_s

    def _too_large(self, event: Oversized) -> None:
        text = (
            f"a packet of {event.packet.size:,} bytes is above a message's {event.limit_bytes:,}: it and what"
            " depends on it are left out; lower the camera's bitrate or resolution"
        )
        log.warning("camera %s: %s", self.camera.camera_id, text)
        self.board.note(text)
        self._outlet.oversized(self.camera, event)


class _Pacer:
    """Sends a recording's groups as a camera would have: when the last packet of each was captured."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._zero_s: float | None = None

    def wait_for(self, group: Group) -> None:
        """Wait until a group is complete at real time.

        Raises:
            Stopped: asked to stop.
        """
        now = time.monotonic()
        if self._zero_s is None:
            self._zero_s = now - group.offset_us / MICROSECONDS
        due = self._zero_s + (group.offset_us + group.duration_us) / MICROSECONDS
        if due - now > LONGEST_WAIT_S:
            due = now + group.duration_us / MICROSECONDS
            self._zero_s = now - group.offset_us / MICROSECONDS
        if due > now and self._stop.wait(due - now):
            raise Stopped


def _ending(end_us: int, declared_us: int | None, failure: str | None) -> str | None:
    """Return what was wrong with a file that was played as far as it goes; None for nothing."""
    if failure is not None:
        return f"the file is damaged after {seconds(end_us)}: {failure}"
    if declared_us is not None and end_us < declared_us - CUT_SHORT_US:
        return f"the file ends after {seconds(end_us)} of the {seconds(declared_us)} that it declares: it is cut short"
    return None


def _nothing(grouper: Grouper) -> str:
    counts = grouper.counts
    if counts.oversized:
        return (
            f"nothing can be sent: {counts.oversized} packets are larger than a message may be, and"
            f" {counts.after_oversized} depend on them; lower the camera's bitrate or resolution"
        )
    return (
        f"no keyframe among {counts.before_keyframe} packets: nothing can be decoded;"
        " set the camera's keyframe interval to 1-2 s"
    )
