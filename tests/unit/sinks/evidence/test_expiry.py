"""Pictures of leads go with the leads; nothing else does."""

import json
import os
from pathlib import Path

from sinks.evidence.expiry import DAY_US, expired, kept_days
from sinks.evidence.folder_store import FolderStore

NOW_US = 1_790_000_000_000_000
OLD_US = NOW_US - kept_days() * DAY_US - 1


def put_case(store: FolderStore, topic: str, event_id: str, at_us: int) -> None:
    """Write a case with one file, as the sink leaves it."""
    store.put(f"{topic}/{event_id}/files/ab.jpg", b"picture")
    manifest = {"event": {"message": {"seen_at_us": at_us, "occurred_at_us": at_us}}}
    store.put(f"{topic}/{event_id}/0001/manifest.json", json.dumps(manifest).encode())


def aged(root: Path, folder: str) -> None:
    """Let all files below a folder be older than leads are kept."""
    for path in (root / folder).rglob("*"):
        os.utime(path, ns=(OLD_US * 1000, OLD_US * 1000))


def test_a_lead_expires_by_the_time_of_its_sighting(tmp_path: Path) -> None:
    """As long as the topic keeps leads, and to the microsecond; whenever the files were written."""
    store = FolderStore(tmp_path)
    put_case(store, "leads", "lead-old", OLD_US)
    put_case(store, "leads", "lead-young", OLD_US + 1)
    put_case(store, "violations", "speeding-old", OLD_US)
    aged(tmp_path, "leads/lead-young")
    assert kept_days() == 92
    assert expired(store, NOW_US) == ["leads/lead-old/"]


def test_what_has_no_manifest_expires_by_when_it_was_written(tmp_path: Path) -> None:
    """A sink that was killed for good left files without one; a damaged manifest tells nothing either."""
    store = FolderStore(tmp_path)
    for name in ("left", "damaged", "growing"):
        store.put(f"leads/{name}/files/ab.jpg", b"picture")
    store.put("leads/damaged/0001/manifest.json", b"{")
    for name in ("left", "damaged"):
        aged(tmp_path, f"leads/{name}")
    os.utime(tmp_path / "leads/growing/files/ab.jpg", ns=(NOW_US * 1000, NOW_US * 1000))
    assert expired(store, NOW_US) == ["leads/damaged/", "leads/left/"]


def test_what_is_removed_is_gone_whole_and_what_a_kill_left_goes_with_the_next(tmp_path: Path) -> None:
    """A folder leaves its name before its files go, so that nobody finds half a case."""
    store = FolderStore(tmp_path)
    put_case(store, "leads", "one", OLD_US)
    put_case(store, "leads", "two", OLD_US)
    (tmp_path / ".part").mkdir(exist_ok=True)
    (tmp_path / "leads/two").rename(tmp_path / ".part/going.killed")
    store.remove("leads/one/")
    assert store.names("") == []
    assert list((tmp_path / ".part").iterdir()) == []
