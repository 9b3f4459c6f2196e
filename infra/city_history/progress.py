"""How far a long run is, on standard error: a line that is written over on a terminal, else one every few seconds."""

import sys
import time
from typing import Final, TextIO

EVERY_S: Final = 5.0
TERMINAL_EVERY_S: Final = 0.5


class Progress:
    """One run's progress.

    Args:
        total: rows to come.
        out: where lines go; None: standard error.
    """

    def __init__(self, total: int, out: TextIO | None = None) -> None:
        self._total = total
        self._out = out or sys.stderr
        self._began = self._told = time.monotonic()
        self._done = 0

    def stage(self, name: str, ratio: float) -> None:
        """Tell how far something without rows is."""
        self._tell(f"{name}: {ratio:.0%}", last=ratio >= 1)

    def add(self, rows: int) -> None:
        """Count rows that are done."""
        self._done += rows
        elapsed_s = max(time.monotonic() - self._began, 1e-3)
        rate = self._done / elapsed_s
        left_s = (self._total - self._done) / rate if rate else 0.0
        text = f"{self._done:,} of {self._total:,} rows, {rate:,.0f} rows/s, {left_s:.0f} s to go"
        self._tell(text, last=self._done >= self._total)

    def _tell(self, text: str, *, last: bool) -> None:
        now = time.monotonic()
        terminal = self._out.isatty()
        if not last and now - self._told < (TERMINAL_EVERY_S if terminal else EVERY_S):
            return
        self._told = now
        self._out.write(f"\r\x1b[K{text}" if terminal else f"{text}\n")
        if terminal and last:
            self._out.write("\n")
        self._out.flush()
