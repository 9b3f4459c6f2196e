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

        They are of as few partitions as possible, the one that has waited longest first: where more waits than a batch
        takes, a batch has several messages of each key, whose state is found, kept and written once for all of them.

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
            self._take_partition(out, most)
        self._size -= len(out)
        if self._size < self._most:
            self._room.set()
        self._working += 1
        self._idle.clear()
        return out

    def _take_partition(self, out: list[SourceRecord], most: int) -> None:
        """Take what waits of the partition that has waited longest, in order; `out` has at most `most` records then.

        What is left of it waits behind the others', so that each partition has its turn.
        """
        partition = self._fetches[0][0].partition
        others: deque[Sequence[SourceRecord]] = deque()
        left: list[Sequence[SourceRecord]] = []
        for fetch in self._fetches:
            if fetch[0].partition != partition:
                others.append(fetch)
                continue
            room = most - len(out)
            out += fetch[:room]
            if len(fetch) > room:
                left.append(fetch[room:])
        others.extend(left)
        self._fetches = others

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
