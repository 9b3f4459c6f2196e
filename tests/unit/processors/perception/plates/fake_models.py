"""Plate models that find a bright band and read what they are told."""

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from processors.perception.plates.plate_models import SYMBOLS, Canvas, FoundPlates
from processors.stage_core import ServiceUnavailableError


def reading(text: str, sure: float = 1.0) -> NDArray[np.float32]:
    """Return a reading, float32 [T, 37]: each character at one place, blanks between, what is left at the blank."""
    out = np.zeros((2 * len(text) + 1, 1 + len(SYMBOLS)), np.float32)
    out[0::2, 0] = 1.0
    for n, letter in enumerate(text):
        out[2 * n + 1, 1 + SYMBOLS.index(letter)] = sure
        out[2 * n + 1, 0] = 1.0 - sure
    return out


class FakePlateModels:
    """Implements PlateModels.

    Attributes:
        rows: what every plate reads.
        hang: finds do not answer.
        asked: requests, failed ones too.
        found, read_count: canvases looked at, plates read.
    """

    def __init__(self, text: str = "123ABC02", sure: float = 1.0) -> None:
        self.rows = reading(text, sure)
        self.asked = self.found = self.read_count = 0
        self.hang = False
        self._failing, self._left = "", 0
        self._error: Exception = ServiceUnavailableError("away")

    def fail_at(self, what: str, error: Exception, times: int) -> None:
        """Let `find`, `read` or `version` raise an error so often."""
        self._failing, self._error, self._left = what, error, times

    def _ask(self, what: str) -> None:
        self.asked += 1
        if what == self._failing and self._left:
            self._left -= 1
            raise self._error

    async def version(self) -> str:
        """See PlateModels."""
        self._ask("version")
        return "find-000000000000+read-000000000000"

    async def find(self, canvases: Canvas) -> list[FoundPlates]:
        """See PlateModels: one plate around what is bright, if anything is."""
        self._ask("find")
        if self.hang:
            await asyncio.Event().wait()
        self.found += len(canvases)
        return [_around(canvas) for canvas in canvases]

    async def read(self, plates: Canvas) -> NDArray[np.float32]:
        """See PlateModels."""
        self._ask("read")
        self.read_count += len(plates)
        return np.stack([self.rows] * len(plates))


def _around(canvas: Canvas) -> FoundPlates:
    bright = canvas[..., 1] > 160
    if not bright.any():
        return FoundPlates(np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32))
    rows, columns = np.flatnonzero(bright.any(1)), np.flatnonzero(bright.any(0))
    left, top, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    corners: Sequence[Sequence[float]] = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return FoundPlates(np.array([corners], np.float32), np.array([0.9], np.float32))
