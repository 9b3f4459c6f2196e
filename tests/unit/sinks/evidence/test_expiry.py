"""Pictures of leads go with the leads; nothing else does."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sinks.evidence.expiry import DAY_US, expired, kept_days, remove_expired
from sinks.evidence.folder_store import FolderStore

NOW_US = 1_790_000_000_000_000
OLD_US = NOW_US - kept_days() * DAY_US - 1


def put_case(store: FolderStore, topic: str, event_id: str, at_us: int) -> None:
    """Write a case with one file, as the sink leaves it."""
    store.put(f"{topic}/{event_id}/files/ab.jpg", b"picture")
    manifest = {"event": {"message": {"seen_at_us": at_us, "occurred_at_us": at_us}}}
    store.put(f"{topic}/{event_id}/0001/manifest.json", json.dumps(manifest).encode())


def aged(root: Path, folder: str) -> None:
    """Let a folder and all below it be older than leads are kept."""
    for path in (root / folder, *(root / folder).rglob("*")):
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


def test_what_is_removed_is_gone_whole(tmp_path: Path) -> None:
    """A folder leaves its name before its files go, so that nobody finds half a case."""
    store = FolderStore(tmp_path)
    put_case(store, "leads", "one", OLD_US)
    put_case(store, "leads", "two", NOW_US)
    assert remove_expired(store, ["leads/one/"], NOW_US) == 1
    assert store.folders("leads/") == ["leads/two/"]
    assert list((tmp_path / ".part").iterdir()) == []


def test_what_a_killed_removal_left_goes_with_the_next_run(tmp_path: Path) -> None:
    """Also where that run finds no lead to remove: pictures would else stay for ever, without a name."""
    store = FolderStore(tmp_path)
    put_case(store, "leads", "one", OLD_US)
    (tmp_path / "leads/one").rename(tmp_path / ".part/going.killed")
    assert expired(store, NOW_US) == []
    assert remove_expired(store, [], NOW_US) == 0
    assert list((tmp_path / ".part").iterdir()) == []


def test_a_lead_that_is_being_written_stays(tmp_path: Path) -> None:
    """The sink makes the folder, then the file, then gives the file its name: an empty folder is as old as itself."""
    store = FolderStore(tmp_path)
    for name in ("begun", "left"):
        (tmp_path / "leads" / name / "files").mkdir(parents=True)
        os.utime(tmp_path / "leads" / name, ns=(NOW_US * 1000, NOW_US * 1000))
    aged(tmp_path, "leads/left")
    assert expired(store, NOW_US) == ["leads/left/"]


def test_a_folder_is_looked_at_again_just_before_it_goes(tmp_path: Path) -> None:
    """Thousands of others may be removed between the two looks, and a sink writes meanwhile."""
    store = FolderStore(tmp_path)
    for name in ("one", "two"):
        store.put(f"leads/{name}/files/ab.jpg", b"picture")
        aged(tmp_path, f"leads/{name}")
    found = expired(store, NOW_US)
    os.utime(tmp_path / "leads/two", ns=(NOW_US * 1000, NOW_US * 1000))
    assert found == ["leads/one/", "leads/two/"]
    assert remove_expired(store, found, NOW_US) == 1
    assert store.names("") == ["leads/two/files/ab.jpg"]


def test_two_runs_at_a_time_do_not_refuse_each_other(tmp_path: Path) -> None:
    """What the other one has removed, or is removing, is done; each folder counts once."""
    for number in range(60):
        put_case(FolderStore(tmp_path), "leads", f"lead-{number}", OLD_US)
    begin = Barrier(3)

    def run() -> int:
        store = FolderStore(tmp_path)
        found = expired(store, NOW_US)
        begin.wait(10)
        return remove_expired(store, found, NOW_US) + remove_expired(store, found, NOW_US)

    with ThreadPoolExecutor(3) as pool:
        assert sum(one.result() for one in [pool.submit(run) for _ in range(3)]) == 60
    assert FolderStore(tmp_path).names("") == []
    assert list((tmp_path / ".part").iterdir()) == []
    assert FolderStore(tmp_path).remove("leads/lead-1/") is False
    assert FolderStore(tmp_path).written_at_us("leads/lead-1/") is None
