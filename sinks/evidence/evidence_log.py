"""The log: an hourly Merkle tree of manifests, one object an entry, each with its own signed tree head.

An entry is one create-only object named by its number, and it holds the tree's peaks: the next entry needs no other.
An hour begins with an entry about the last tree head of the hour before, so hours form a chain and a cut-off end shows.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sinks.evidence import verify
from sinks.evidence.lock import LockSettings
from sinks.evidence.merkle import append
from sinks.evidence.object_store import ObjectDiffersError, ObjectStore
from sinks.evidence.signing import SigningKey

LOGS: Final = "log/"
#: So many of a log's last entries are looked through for a manifest that a killed process may have logged.
LOOK_BACK: Final = 16
_NAME: Final = re.compile(r"^(log/[^/]+/[^/]+)/(\d{8})\.json$")


@dataclass(frozen=True, slots=True)
class _Tail:
    """Where a log stands."""

    hour: str
    size: int
    peaks: tuple[bytes, ...]
    root_sha256: str


def hour_of(now_us: int) -> str:
    """Return the name of an hour, UTC."""
    return datetime.fromtimestamp(now_us / 1e6, UTC).strftime("%Y-%m-%dT%H")


def entry_name(log: str, index: int) -> str:
    """Return the object of an entry."""
    return f"{log}/{index:08d}.json"


def entries_of(store: ObjectStore, log: str) -> Sequence[str]:
    """Return the objects of an hour's entries, in order."""
    return [name for name in store.names(f"{log}/") if _NAME.match(name)]


class EvidenceLog:
    """Appends to the log of one instance. Each call may raise the store's errors; it can then be called again.

    Args:
        store: where it lies.
        key: signs tree heads.
        instance: whose log; one process at a time writes to it, and a second one cannot overwrite its entries.
        lock: how long entries are locked.
    """

    def __init__(self, store: ObjectStore, key: SigningKey, instance: str, lock: LockSettings | None = None) -> None:
        self._lock = lock or LockSettings()
        self._store = store
        self._key = key
        self._folder = f"{LOGS}{instance}/"
        self._tail: _Tail | None = None
        self._loaded = False

    def append(self, manifest: str, manifest_sha256: str, now_us: int) -> str:
        """Append a manifest and return the entry's object.

        Args:
            manifest: its object.
            manifest_sha256: its digest.
            now_us: the time, microseconds since the Unix epoch.
        """
        if not self._loaded:
            self._load()
        leaf = {"kind": "manifest", "object": manifest, "sha256": manifest_sha256, "at_us": now_us}
        # a clock that goes back must not reopen an hour that is closed
        hour = max(hour_of(now_us), self._tail.hour if self._tail else "")
        if self._tail is None or self._tail.hour != hour:
            self._begin(hour, now_us)
        return self._put(leaf, now_us)

    def find(self, manifest: str, manifest_sha256: str) -> str | None:
        """Return the entry of a manifest among the last ones of every log, or None.

        A process that was killed between log and commit leaves at most one such entry; it is the last of its log.
        """
        for folder in self._store.folders(LOGS):
            left = LOOK_BACK
            for hour in reversed(self._store.folders(folder)):
                names = entries_of(self._store, hour.rstrip("/"))
                for name in reversed(names[-left:]):
                    leaf = json.loads(self._store.get(name))["leaf"]
                    if (leaf.get("object"), leaf.get("sha256")) == (manifest, manifest_sha256):
                        return name
                left -= len(names)
                if left <= 0:
                    break
        return None

    def _load(self) -> None:
        self._tail = None
        for hour in reversed(self._store.folders(self._folder)):
            names = entries_of(self._store, hour.rstrip("/"))
            if names:
                entry = json.loads(self._store.get(names[-1]))
                peaks = tuple(bytes.fromhex(peak) for peak in entry["peaks"])
                self._tail = _Tail(
                    hour.rstrip("/").rpartition("/")[2], entry["index"] + 1, peaks, entry["head"]["root_sha256"]
                )
                break
        self._loaded = True

    def _begin(self, hour: str, now_us: int) -> None:
        before = self._tail
        leaf = (
            {"kind": "first", "at_us": now_us}
            if before is None
            else {
                "kind": "previous-hour",
                "log": self._folder + before.hour,
                "size": before.size,
                "root_sha256": before.root_sha256,
                "at_us": now_us,
            }
        )
        self._tail = _Tail(hour, 0, (), "")
        try:
            self._put(leaf, now_us)
        except BaseException:
            self._loaded = False  # read again where the log stands
            raise

    def _put(self, leaf: dict[str, Any], now_us: int) -> str:
        tail = self._tail
        assert tail is not None
        log = self._folder + tail.hour
        peaks = append(tail.peaks, tail.size, verify.leaf_hash(verify.canonical(leaf)))
        root = verify.root_of_peaks(peaks).hex()
        head = {
            "format": verify.HEAD_FORMAT,
            "log": log,
            "size": tail.size + 1,
            "root_sha256": root,
            "at_us": now_us,
            "key_id": self._key.key_id,
        }
        entry = {
            "format": verify.ENTRY_FORMAT,
            "log": log,
            "index": tail.size,
            "leaf": leaf,
            "peaks": [peak.hex() for peak in peaks],
            "head": head,
            "signature": self._key.sign(verify.HEAD_FORMAT, head),
        }
        name = entry_name(log, tail.size)
        try:
            self._store.put(name, verify.canonical(entry), self._lock.log_until_us(now_us))
        except ObjectDiffersError:
            # another process of this instance's name has gone on; its entry stays, ours comes after it
            self._loaded = False
            raise LogMovedError(
                f"another process appended {name}; start each sink with an instance name of its own"
            ) from None
        except BaseException:
            self._loaded = False  # whether it is there nobody knows: read again
            raise
        self._tail = _Tail(tail.hour, tail.size + 1, peaks, root)
        return name


class LogMovedError(ConnectionError):
    """Another process writes to this log; where it stands is read again."""
