"""The writer and the log: whatever moment a process ends at, everything is there once in the end."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sinks.evidence import signing, verify
from sinks.evidence.archive import Archive, check_stored
from sinks.evidence.case_name import CaseName
from sinks.evidence.evidence_log import EvidenceLog, LogMovedError, entries_of
from sinks.evidence.exhibit import Exhibit, make
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.object_store import ObjectDiffersError, ObjectStore
from sinks.evidence.signing import SigningKey
from sinks.evidence.writer import EvidenceWriter
from tests.unit.sinks.evidence.faults import FaultyStore, Killed, StoreUnavailableError
from tests.unit.sinks.evidence.findings import speeding

HOUR_US = 3_600_000_000
NOW_US = 1_790_000_000_000_000 // HOUR_US * HOUR_US


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    """A key."""
    return signing.generate(tmp_path_factory.mktemp("key") / "key.pem")


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """A folder."""
    return FolderStore(tmp_path / "store")


@pytest.fixture(scope="module")
def exhibit(key: SigningKey) -> Exhibit:
    """A violation's evidence."""
    return make(speeding(), key.key_id)


def writer_on(store: ObjectStore, key: SigningKey, clock: Iterator[int] | None = None) -> EvidenceWriter:
    """A process as it starts."""
    times = clock or iter(range(NOW_US, NOW_US + HOUR_US))
    out = EvidenceWriter(store, key, EvidenceLog(store, key, "one"), lambda: next(times))
    out.publish_key()
    return out


def logged(store: ObjectStore) -> Counter[str]:
    """How often each manifest stands in the log."""
    leaves = [json.loads(store.get(name))["leaf"] for name in store.names("log/")]
    return Counter(leaf["object"] for leaf in leaves if leaf["kind"] == "manifest")


def numbered(exhibit: Exhibit, number: int) -> Exhibit:
    """The same evidence under another name; what it says matters to no test here."""
    return replace(exhibit, case=CaseName("violations", f"speeding-{number}", 1))


def test_a_case_is_written_once_and_verifies(store: FolderStore, key: SigningKey, exhibit: Exhibit) -> None:
    """A second writing adds no object and no entry; verify finds nothing."""
    writer = writer_on(store, key)
    assert not writer.finished(exhibit.case)
    assert writer.write(exhibit) > 0
    names = store.names("")
    assert writer.write(exhibit) == 0
    assert writer.finished(exhibit.case)
    assert writer_on(store, key).finished(exhibit.case)
    assert store.names("") == names
    lines = check_stored(Archive(store), exhibit.case, key.key_id)
    assert verify.agrees(lines), verify.report(lines)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [Killed, StoreUnavailableError])
def test_an_end_at_any_put_leaves_one_set_of_objects(
    tmp_path: Path, key: SigningKey, exhibit: Exhibit, error: type[BaseException], *, after: bool
) -> None:
    """Before and after each put: the process starts anew, or tries again itself; objects and log are as undisturbed."""
    clean = FolderStore(tmp_path / "clean")
    writer = writer_on(clean, key)
    for number in range(2):
        writer.write(numbered(exhibit, number))
    puts = len(clean.names("")) + 1
    for at in range(puts):
        store = FolderStore(tmp_path / f"{error.__name__}-{after}-{at}")
        faulty = FaultyStore(store, at, error, after=after)
        process: EvidenceWriter | None = None
        for number in range(2):
            one = numbered(exhibit, number)
            for _ in range(2):
                try:
                    process = process or writer_on(faulty, key)
                    if not process.finished(one.case):
                        process.write(one)
                except error:
                    process = None if error is Killed else process
        assert store.names("") == clean.names(""), at
        assert set(logged(store).values()) == {1}, at
        assert len(logged(store)) == 2
        assert not list((tmp_path / f"{error.__name__}-{after}-{at}" / ".part").iterdir())


def test_hours_form_a_chain_and_a_cut_off_end_shows(store: FolderStore, key: SigningKey, exhibit: Exhibit) -> None:
    """Each hour begins with the head of the one before; without an hour's last entry verify names that hour."""
    writer = writer_on(store, key, iter([NOW_US, NOW_US + 1, NOW_US + HOUR_US, NOW_US + 5]))
    cases = [numbered(exhibit, number) for number in range(4)]
    for case in cases:
        writer.write(case)
    hours = [hour.rstrip("/") for hour in store.folders("log/one/")]
    # a clock that goes back does not reopen the first hour
    assert [len(entries_of(store, hour)) for hour in hours] == [3, 3]
    leaf = json.loads(store.get(f"{hours[1]}/00000000.json"))["leaf"]
    assert (leaf["kind"], leaf["log"], leaf["size"]) == ("previous-hour", hours[0], 3)
    archive, public = Archive(store), verify.raw_key(key.public_pem)
    for hour in hours:
        assert verify.agrees(archive.check_log(f"{hour}/00000001.json", public))
    (store._root / hours[0] / "00000002.json").unlink()
    lines = archive.check_log(f"{hours[0]}/00000001.json", public)
    assert [(line.level, line.what) for line in lines] == [("differs", hours[0])]
    assert not verify.agrees(archive.check_log(f"{hours[1]}/00000001.json", public))


def test_each_changed_entry_of_the_log_is_named(store: FolderStore, key: SigningKey, exhibit: Exhibit) -> None:
    """One flipped bit in an entry, any entry of the hour: verify names its number."""
    writer = writer_on(store, key)
    for number in range(3):
        writer.write(numbered(exhibit, number))
    archive, public = Archive(store), verify.raw_key(key.public_pem)
    names = store.names("log/")
    for name in names:
        path = store._root / name
        data = path.read_bytes()
        for at in range(7, len(data), 61):
            path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
            lines = archive.check_log(names[0], public)
            assert any(line.level == "differs" and name in line.what for line in lines), (name, at, lines)
        path.write_bytes(data)


def test_two_processes_of_one_name_lose_no_entry(store: FolderStore, key: SigningKey, exhibit: Exhibit) -> None:
    """The second's entry cannot overwrite the first's: it is told so, and comes after it."""
    one, two = EvidenceLog(store, key, "one"), EvidenceLog(store, key, "one")
    del exhibit
    one.append("a", "1", NOW_US)
    two.append("b", "2", NOW_US)
    with pytest.raises(LogMovedError):
        one.append("c", "3", NOW_US)
    one.append("c", "3", NOW_US)
    assert sorted(logged(store)) == ["a", "b", "c"]


def test_other_evidence_under_the_same_name_is_an_error(store: FolderStore, key: SigningKey, exhibit: Exhibit) -> None:
    """Nothing is overwritten; a restarted sink does not even try."""
    writer = writer_on(store, key)
    writer.write(exhibit)
    other = replace(exhibit, manifest=exhibit.manifest.replace(b"83 km/h", b"93 km/h"))
    assert other.manifest != exhibit.manifest
    with pytest.raises(ObjectDiffersError, match="nothing was changed"):
        writer.write(other)
    assert store.get(exhibit.case.manifest) == exhibit.manifest


def test_keys_are_made_once_and_others_may_not_read_them(tmp_path: Path) -> None:
    """Mode 0600; a second key does not overwrite the first; a file that others may read is refused."""
    path = tmp_path / "k" / "key.pem"
    key = signing.generate(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert verify.key_id(verify.raw_key(path.with_name("key.pem.pub").read_bytes())) == key.key_id
    assert signing.load(path).key_id == key.key_id
    with pytest.raises(signing.KeyFileError, match="is there already"):
        signing.generate(path)
    path.chmod(0o640)
    with pytest.raises(signing.KeyFileError, match="chmod 600"):
        signing.load(path)
    with pytest.raises(signing.KeyFileError, match="keygen"):
        signing.load(tmp_path / "none.pem")
    path.chmod(0o600)
    path.write_text("rubbish")
    with pytest.raises(signing.KeyFileError, match="Ed25519"):
        signing.load(path)
