"""Expiry: evidence of leads goes when the leads go. A lead is no case, so no law keeps its pictures any longer."""

import json
from collections.abc import Callable, Sequence
from typing import Final

from schemas.topics import catalogue
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.object_store import ObjectMissingError
from sinks.evidence.verify import MANIFEST

TOPIC: Final = "leads"
DAY_US: Final = 86_400_000_000


def kept_days() -> int:
    """Return how long evidence of a lead is kept, days from the sighting on: as long as the topic keeps leads."""
    return catalogue().topics[TOPIC].retention_hours // 24


def expired(
    store: FolderStore, now_us: int, tell: Callable[[int, int], None] = lambda _done, _all: None
) -> Sequence[str]:
    """Return the folders of leads whose time is over, in order.

    The time counts from the sighting, as the manifest has it. Without a manifest that can be read it counts from when
    the folder was last written to: a sink that was killed left it so, and would have finished it within days.

    Args:
        store: where evidence is.
        now_us: the time, microseconds since the Unix epoch.
        tell: called with how many folders were looked at, and of how many.

    Raises:
        StoreUnavailableError, StoreRefusedError: see ObjectStore.
    """
    folders = store.folders(f"{TOPIC}/")
    out = []
    for number, folder in enumerate(folders):
        tell(number, len(folders))
        if is_over(store, folder, now_us):
            out.append(folder)
    return out


def is_over(store: FolderStore, folder: str, now_us: int) -> bool:
    """Say whether a lead's time is over; of one that is gone nothing is.

    Raises:
        StoreUnavailableError, StoreRefusedError: see ObjectStore.
    """
    at_us = _seen_at_us(store, folder)
    if at_us is None:
        at_us = store.written_at_us(folder)
    return at_us is not None and at_us < now_us - kept_days() * DAY_US


def remove_expired(
    store: FolderStore, folders: Sequence[str], now_us: int, tell: Callable[[int, int], None] = lambda _done, _all: None
) -> int:
    """Remove folders of leads, and what killed removals left; return how many this call removed.

    Another call may run at the same time. Each folder is looked at again just before: a sink may have written to it.

    Args:
        store: where evidence is.
        folders: what `expired` has found.
        now_us: the time, microseconds since the Unix epoch.
        tell: called with how many folders are done, and of how many.

    Raises:
        StoreUnavailableError, StoreRefusedError: see ObjectStore; call again.
    """
    store.clear_removed()
    count = 0
    for number, folder in enumerate(folders):
        tell(number, len(folders))
        count += is_over(store, folder, now_us) and store.remove(folder)
    return count


def _seen_at_us(store: FolderStore, folder: str) -> int | None:
    for revision in store.folders(folder):
        try:
            return int(json.loads(store.get(f"{revision}{MANIFEST}"))["event"]["message"]["seen_at_us"])
        except (ObjectMissingError, ValueError, KeyError, TypeError):
            continue
    return None
