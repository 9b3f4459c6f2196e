"""Expiry: evidence of a finding goes when its term is over. Pictures show the plate, whoever has the key."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Protocol

from sinks.evidence.case_name import TOPICS
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.object_store import ObjectMissingError
from sinks.evidence.verify import MANIFEST

DAY_US: Final = 86_400_000_000
#: From when on a finding's evidence is kept: its field, by topic. An incident's last revision counts.
FROM: Final = {"incidents": "updated_at_us", "violations": "occurred_at_us", "leads": "seen_at_us"}


class Terms(Protocol):
    """How long evidence is kept."""

    def keep_days(self, topic: str, day: date) -> int:
        """Return for how many days evidence of a day's event is kept, from the event on."""


def expired(
    store: FolderStore, terms: Terms, now_us: int, tell: Callable[[int, int], None] = lambda _done, _all: None
) -> Sequence[str]:
    """Return the folders of findings whose term is over, in order.

    It counts from the event, as the manifest has it. Without a manifest that can be read it counts from when
    the folder was last written to: a sink that was killed left it so, and would have finished it within days.

    Args:
        store: where evidence is.
        terms: how long it is kept.
        now_us: the time, microseconds since the Unix epoch.
        tell: called with how many folders were looked at, and of how many.

    Raises:
        StoreUnavailableError, StoreRefusedError: see ObjectStore.
    """
    folders = sorted(folder for topic in TOPICS for folder in store.folders(f"{topic}/"))
    out = []
    for number, folder in enumerate(folders):
        tell(number, len(folders))
        if is_over(store, terms, folder, now_us):
            out.append(folder)
    return out


def is_over(store: FolderStore, terms: Terms, folder: str, now_us: int) -> bool:
    """Say whether a finding's term is over; of one that is gone nothing is.

    Raises:
        StoreUnavailableError, StoreRefusedError: see ObjectStore.
    """
    topic = folder.partition("/")[0]
    at_us = _happened_at_us(store, topic, folder)
    if at_us is None:
        at_us = store.written_at_us(folder)
    if at_us is None:
        return False
    day = (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at_us)).date()
    return at_us < now_us - terms.keep_days(topic, day) * DAY_US


def remove_expired(
    store: FolderStore,
    terms: Terms,
    folders: Sequence[str],
    now_us: int,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Sequence[str]:
    """Remove folders of findings, and what killed removals left; return those that this call removed.

    Another call may run at the same time. Each folder is looked at again just before: a sink may have written to it.

    Args:
        store: where evidence is.
        terms: how long it is kept.
        folders: what `expired` has found.
        now_us: the time, microseconds since the Unix epoch.
        tell: called with how many folders are done, and of how many.

    Raises:
        StoreUnavailableError, StoreRefusedError: see ObjectStore; call again.
    """
    store.clear_removed()
    gone = []
    for number, folder in enumerate(folders):
        tell(number, len(folders))
        if is_over(store, terms, folder, now_us) and store.remove(folder):
            gone.append(folder)
    return gone


def lifecycle(prefix: str, days: dict[str, int]) -> dict[str, Any]:
    """Return the lifecycle configuration by which a bucket of S3 removes evidence itself.

    Args:
        prefix: of the store in the bucket; may be empty.
        days: how long evidence is kept, by topic.
    """
    begin = f"{prefix}/" if prefix else ""
    rules = [
        {
            "ID": f"vigil-{topic}",
            "Filter": {"Prefix": f"{begin}{topic}/"},
            "Status": "Enabled",
            "Expiration": {"Days": kept},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        }
        for topic, kept in days.items()
    ]
    return {"Rules": rules}


def _happened_at_us(store: FolderStore, topic: str, folder: str) -> int | None:
    """Return the instant from which a finding's evidence is kept; None: no manifest tells."""
    found = []
    for revision in store.folders(folder):
        try:
            found.append(int(json.loads(store.get(f"{revision}{MANIFEST}"))["event"]["message"][FROM[topic]]))
        except (ObjectMissingError, ValueError, KeyError, TypeError):
            continue
    return max(found, default=None)
