"""Garbage in cycles is collected although Python's own collector rests."""

import asyncio
import contextlib
import gc
import weakref

from processors.stage.garbage import collect_garbage


class Node:
    """An object that can refer to itself."""

    def __init__(self) -> None:
        self.me = self


async def test_cycles_are_freed_by_the_clock() -> None:
    """What is in a cycle goes with the next look; afterwards Python's collector is as it was."""
    task = asyncio.create_task(collect_garbage(0.001))
    await asyncio.sleep(0)
    assert not gc.isenabled()
    freed = asyncio.Event()
    watch = weakref.ref(Node(), lambda _: freed.set())
    await freed.wait()
    assert watch() is None
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert gc.isenabled()
