"""Fetched records on their way to the batch loop: bounded, and emptied when the partitions change hands."""

import asyncio
from collections import deque
from collections.abc import Sequence

from processors.stage.source_record import SourceRecord


class Intake:
    """A queue of fetches between the consumer and the batch loop, both on one event loop.

    It knows too how many batches are being worked on, which is what a rebalance waits for.

    Args:
        most_messages: above this the consumer stops fetching.
    """

    def __init__(self, most_messages: int) -> None:
        self._most = most_messages
        self._fetches: deque[Sequence[SourceRecord]] = deque()
        self._size = 0
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._working = 0
        self._closed = False
        #: Times the queue was emptied; a batch from an earlier count must not wait for anything any more.
        self.clearings = 0
        self._cleared = asyncio.Event()

    def put(self, records: Sequence[SourceRecord]) -> None:
        """Add one partition's fetched records, in order."""
        self._fetches.append(records)
        self._size += len(records)
        self._arrived.set()
        if self._size >= self._most:
            self._room.clear()

    async def wait_for_room(self) -> None:
        """Return when fewer messages than the bound are waiting."""
        await self._room.wait()

    def clear(self) -> None:
        """Drop what nobody has taken: it will be fetched again. Batches being worked on learn of it by wait_cleared."""
        self._fetches.clear()
        self._size = 0
        self._arrived.clear()
        self._room.set()
        self.clearings += 1
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def wait_cleared(self, timeout_s: float) -> bool:
        """Wait for a while; return True at once when the queue is emptied or closed meanwhile."""
        if self._closed:
            return True
        try:
            await asyncio.wait_for(self._cleared.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    async def take(self, most: int) -> list[SourceRecord] | None:
        """Return the next records, at least one and at most `most`, and count them as being worked on; None: closed.

        Each must be given back with done(), whatever came of it.
        """
        while not self._fetches:
            if self._closed:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        if self._closed:
            return None
        out: list[SourceRecord] = []
        while self._fetches and len(out) < most:
            fetch = self._fetches.popleft()
            room = most - len(out)
            if len(fetch) > room:
                self._fetches.appendleft(fetch[room:])
                fetch = fetch[:room]
            out += fetch
        self._size -= len(out)
        if self._size < self._most:
            self._room.set()
        self._working += 1
        self._idle.clear()
        return out

    def done(self) -> None:
        """Give a taken batch back: durable and acknowledged, or given up."""
        self._working -= 1
        if not self._working:
            self._idle.set()

    async def wait_idle(self, timeout_s: float) -> bool:
        """Return whether no batch is being worked on, after at most `timeout_s`."""
        try:
            await asyncio.wait_for(self._idle.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Hand out nothing more."""
        self._closed = True
        self._arrived.set()
        self._cleared.set()
