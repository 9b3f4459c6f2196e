"""When a group was captured: the camera's own clock, the arrival, or a file's declared start. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from producers.encoded_packet import EncodedPacket
from producers.grouping import Group
from producers.timeline import MICROSECONDS
from schemas.messages import ClockSource

#: Camera clocks run up to about 100 ppm off; the estimate follows five times that.
DRIFT_RATIO: Final = 500e-6


@dataclass(frozen=True, slots=True)
class Capture:
    """When a group's first packet was captured.

    Attributes:
        at_us: microseconds since the Unix epoch.
        clock: where that comes from.
    """

    at_us: int
    clock: ClockSource


class FileClock:
    """A file plays from its declared start.

    Args:
        start_us: when its first packet was captured, microseconds since the Unix epoch.
    """

    def __init__(self, start_us: int) -> None:
        self._start_us = start_us

    def capture(self, group: Group) -> Capture:
        """Return when a group was captured."""
        return Capture(self._start_us + group.offset_us, ClockSource.FILE)


class LiveClock:
    """RTCP's clock where the camera sends it and it can be believed, else the earliest arrivals.

    Network and buffers only ever delay, so the smallest difference between arrival and timestamp is the truest; it may
    grow again by the drift of a clock.

    Args:
        time_base_us: microseconds per tick of the packets' timestamps.
        most_error_us: an RTCP time further than this from the arrival is not believed.
    """

    def __init__(self, time_base_us: float, most_error_us: int) -> None:
        self._tick_us = time_base_us
        self._most_error_us = most_error_us
        self._delay_us: float | None = None
        self._at_us = 0
        self._last_us = 0
        self.disbelieved_us: int | None = None

    def capture(self, group: Group) -> Capture:
        """Return when a group was captured; within a connection this never goes back."""
        arrived = group.packets[0].arrived_at_us
        if group.jumped:
            self._delay_us = None
        delay = arrived - group.offset_us
        if self._delay_us is None:
            self._delay_us = delay
        else:
            allowed = self._delay_us + max(0, group.offset_us - self._at_us) * DRIFT_RATIO
            self._delay_us = min(delay, allowed)
        self._at_us = group.offset_us
        reference = self._reference(group.packets)
        if reference is not None and abs(reference - arrived) > self._most_error_us:
            self.disbelieved_us = reference - arrived
            reference = None
        elif reference is not None:
            self.disbelieved_us = None
        at, clock = (
            (round(group.offset_us + self._delay_us), ClockSource.ARRIVAL)
            if reference is None
            else (reference, ClockSource.RTCP)
        )
        self._last_us = max(at, self._last_us + 1)
        return Capture(self._last_us, clock)

    def _reference(self, packets: Sequence[EncodedPacket]) -> int | None:
        """Return RTCP's time of the first packet, from the first packet that has one."""
        first = packets[0].pts if packets[0].pts is not None else packets[0].dts
        for packet in packets:
            if packet.reference_us is not None:
                pts = packet.pts if packet.pts is not None else packet.dts
                if packet is packets[0]:
                    return packet.reference_us
                if first is None or pts is None:
                    return None
                return packet.reference_us - round((pts - first) * self._tick_us)
        return None


def seconds(us: int) -> str:
    """Return microseconds as seconds for people."""
    return f"{us / MICROSECONDS:.1f} s"
