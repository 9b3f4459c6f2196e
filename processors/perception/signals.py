"""Signal phases for a camera-second: waits a little for the junction's controller."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final, Protocol

from processors.perception.signal_board import SignalBoard
from schemas.messages import SignalState

LOOK_EVERY_S: Final = 0.05


class SignalSource(Protocol):
    """Where signal phases come from."""

    async def in_force(self, junction_id: str, at_us: int, created_at_ms: int) -> Sequence[SignalState] | None:
        """Return the junction's signal groups at an instant, or None where they are not known in time.

        Args:
            junction_id: of the junction.
            at_us: the instant, microseconds since the Unix epoch.
            created_at_ms: Kafka's CreateTime of the group that asks, milliseconds since the Unix epoch.
        """


class NoSignals:
    """No junction has a controller."""

    async def in_force(self, junction_id: str, at_us: int, created_at_ms: int) -> Sequence[SignalState] | None:
        """Return None."""
        del junction_id, at_us, created_at_ms
        return None


class BoardSignals:
    """Signals from a board that a reader fills.

    A controller that is silent delays its cameras by `wait_s` after their groups were written, never more: what waits
    in a backlog is not held up again.

    Args:
        board: the board.
        wait_s: how long after a group's CreateTime its junction is waited for, seconds.
    """

    def __init__(self, board: SignalBoard, wait_s: float) -> None:
        self._board = board
        self._wait_s = wait_s

    async def in_force(self, junction_id: str, at_us: int, created_at_ms: int) -> Sequence[SignalState] | None:
        """See SignalSource."""
        # A clock ahead of ours must not make the wait longer than wait_s either.
        left_s = min(self._wait_s, created_at_ms / 1000 + self._wait_s - time.time())
        deadline = time.monotonic() + left_s
        while not self._board.passed(junction_id, at_us) and time.monotonic() < deadline:  # noqa: ASYNC110  see below
            await asyncio.sleep(LOOK_EVERY_S)  # the board is filled by a thread: it has no event of this loop's
        return self._board.in_force(junction_id, at_us)
