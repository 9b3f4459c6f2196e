"""A stream's timestamps as one line of time: over wraps, jumps and packets without any."""

from fractions import Fraction
from typing import Final, NamedTuple

MICROSECONDS: Final = 1_000_000
#: Bits at which timestamps wrap: MPEG-TS (ISO/IEC 13818-1, 2.4.3.7) and RTP (RFC 3550, 5.1).
WRAPS: Final = (1 << 33, 1 << 32)
#: Non-increasing dts up to this far back are a muxer's carelessness, not a jump (s).
CARELESS_S: Final = 1
#: A decoding order without dts reorders pictures by less than this (s).
REORDER_S: Final = 2


class Placed(NamedTuple):
    """Where a packet lies on the line. A named tuple because each packet has one.

    Attributes:
        decode_ticks: decoding time since the first packet, time base units; never decreasing.
        present_ticks: presentation time since the first packet's, time base units.
        jumped: the source's own timestamps do not continue from the packet before; a group must not span this.
    """

    decode_ticks: int
    present_ticks: int
    jumped: bool


class Timeline:
    """Places packets on one line of time.

    A step back, or ahead by more than `largest_gap_s`, is a change of the source's clock: the line goes on one packet's
    duration after the last. A smaller step ahead is time without picture. A wrap goes on as if the counter had more
    bits.

    Args:
        time_base: seconds per tick.
        nominal_ticks: duration of a packet where nothing else tells it.
        largest_gap_s: longest step ahead that is believed to be time.
    """

    def __init__(self, time_base: Fraction, nominal_ticks: int, largest_gap_s: float) -> None:
        self._nominal = max(1, nominal_ticks)
        self._step = self._nominal
        self._largest = int(Fraction(largest_gap_s) / time_base)
        self._careless = int(CARELESS_S / time_base)
        self._reorder = int(REORDER_S / time_base)
        self._shift: int | None = None
        self._last: int | None = None
        self._zero = 0

    def place(self, pts: int | None, dts: int | None, duration: int | None) -> Placed:
        """Return where a packet lies; packets come in decoding order."""
        raw = pts if dts is None else dts
        last, shift = self._last, self._shift
        jumped = False
        if last is None:
            decode = 0
            if raw is not None:
                self._shift = -raw
            self._zero = pts - dts if pts is not None and dts is not None else 0
        elif raw is None:
            decode = last + self._step
        elif shift is None:  # the first packets had no times
            decode = last + self._step
            self._shift = decode - raw
        else:
            decode = raw + shift
            if not last <= decode <= last + self._largest:
                decode, jumped = self._follow(raw, last, shift, reordered=dts is None)
        if duration:
            self._step = duration
        elif last is not None and 0 < decode - last <= self._careless:
            self._step = decode - last
        self._last = decode
        if pts is None or dts is None:
            return Placed(decode, decode, jumped)
        return Placed(decode, decode + pts - dts - self._zero, jumped)

    @property
    def step_ticks(self) -> int:
        """Duration of the last packet as far as it is known, time base units."""
        return self._step

    def _follow(self, raw: int, last: int, shift: int, *, reordered: bool) -> tuple[int, bool]:
        """Return the place of a packet that does not simply continue, and whether the timestamps jumped."""
        decode = raw + shift
        delta = decode - last
        if -(self._reorder if reordered else self._careless) <= delta < 0:
            return last, False
        for wrap in WRAPS:
            if 0 <= delta + wrap <= self._largest:
                self._shift = shift + wrap
                return decode + wrap, True
        self._shift = last + self._step - raw
        return last + self._step, True
