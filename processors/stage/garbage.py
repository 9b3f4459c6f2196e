"""Garbage in cycles, collected by the clock."""

import asyncio
import gc


async def collect_garbage(every_s: float) -> None:
    """Look for garbage in cycles by the clock instead of whenever some hundred objects were made; until cancelled.

    Messages hold no cycles: reference counts free them. Python's collector would look through a batch's messages again
    and again while they are made, and through all that the libraries made at their start.

    Args:
        every_s: time between two looks, seconds.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        while True:
            await asyncio.sleep(every_s)
            gc.collect()
    finally:
        gc.enable()
        gc.unfreeze()
