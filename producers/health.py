"""What is known of one camera's connection, as camera-health reports it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from producers.delivery import LaneCounts
from producers.grouping import Group, StreamFormat
from producers.timeline import MICROSECONDS
from schemas.messages import CameraHealth, CameraStatus, ClockSource

#: A step between two groups from here on is time without picture, not jitter.
GAP_US: Final = 1_000_000
BITS: Final = 8


@dataclass(slots=True)
class _Window:
    begun_us: int
    packets: int = 0
    payload_bytes: int = 0
    keyframes: int = 0
    gaps: int = 0
    gap_us: int = 0


class HealthBoard:
    """Gathers one camera's state; the camera's thread writes, the reporting thread reads.

    Args:
        camera_id: identifier of the camera.
        now_us: returns microseconds since the Unix epoch.
        report: called with a report at each change of status.
        counts: what became of the camera's messages.
    """

    def __init__(
        self,
        camera_id: str,
        now_us: Callable[[], int],
        report: Callable[[CameraHealth], None],
        counts: LaneCounts,
    ) -> None:
        self._camera_id = camera_id
        self._now_us = now_us
        self._report = report
        self._counts = counts
        self._lock = threading.Lock()
        self._status = CameraStatus.CONNECTING
        self._error: str | None = None
        self._note: str | None = None
        self._epoch_us: int | None = None
        self._format: StreamFormat | None = None
        self._sequence = 0
        self._clock: ClockSource | None = None
        self._reconnects = 0
        self._window = _Window(now_us())

    @property
    def status(self) -> CameraStatus:
        """State of the connection."""
        with self._lock:
            return self._status

    def change(self, status: CameraStatus, error: str | None = None) -> None:
        """Set the state and report it if it, or its error, is new. An error stays until the camera streams again.

        Args:
            status: new state.
            error: why, without credentials.
        """
        with self._lock:
            changed = status is not self._status or (error is not None and error != self._error)
            self._status = status
            if error is not None:
                self._error = error
            elif status is CameraStatus.STREAMING:
                self._error = None
            if status in {CameraStatus.DOWN, CameraStatus.STALLED, CameraStatus.REJECTED}:
                self._epoch_us = None
        if changed:
            self.report()

    def note(self, text: str | None) -> None:
        """Set what is wrong with a camera that streams all the same (its clock, its keyframes)."""
        with self._lock:
            self._note = text

    def reconnected(self) -> None:
        """Count a new attempt after a connection was lost or failed."""
        with self._lock:
            self._reconnects += 1

    def gap(self, gap_us: int) -> None:
        """Count time without picture."""
        if gap_us < GAP_US:
            return
        with self._lock:
            self._window.gaps += 1
            self._window.gap_us += gap_us

    def group(self, group: Group, epoch_us: int, clock: ClockSource) -> None:
        """Count a group that was handed over."""
        with self._lock:
            # Not the group itself: its packets' memory is wanted for the next one.
            self._format, self._sequence, self._epoch_us, self._clock = group.format, group.sequence, epoch_us, clock
            self._window.packets += len(group.packets)
            self._window.payload_bytes += group.payload_bytes
            self._window.keyframes += group.keyframes
        self.gap(group.gap_us)

    def report(self) -> None:
        """Report the window since the last report, and begin a new one."""
        now = self._now_us()
        with self._lock:
            window, self._window = self._window, _Window(now)
            length_us = max(1, now - window.begun_us)
            stream = self._format
            health = CameraHealth(
                camera_id=self._camera_id,
                at_us=now,
                window_us=length_us,
                status=self._status,
                epoch_us=self._epoch_us,
                sequence=self._sequence if stream is not None and self._epoch_us is not None else None,
                codec=stream.codec if stream is not None else None,
                width_px=stream.width_px if stream is not None else None,
                height_px=stream.height_px if stream is not None else None,
                clock_source=self._clock,
                fps=round(window.packets * MICROSECONDS / length_us, 2),
                bitrate_bps=window.payload_bytes * BITS * MICROSECONDS // length_us,
                keyframes=window.keyframes,
                gaps=window.gaps,
                gap_us=window.gap_us,
                reconnects=self._reconnects,
                messages_sent=self._counts.delivered,
                delivery_failures=self._counts.failures,
                error=self._error or self._counts.error or self._note,
            )
        self._report(health)
