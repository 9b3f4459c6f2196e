"""A whole store at once: every damaged object is named as what it is, and so is what should not be there."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sinks.evidence import signing, verify
from sinks.evidence.archive import Archive, check_stored
from sinks.evidence.evidence_log import EvidenceLog
from sinks.evidence.exhibit import make
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.whole_store import WholeStore, check_store
from sinks.evidence.writer import EvidenceWriter
from tests.unit.sinks.evidence.findings import speeding

HOUR_US = 3_600_000_000
NOW_US = 1_790_000_000_000_000


class Kept:
    """A case in the second of three hours of a log."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "store"
        self.key = signing.generate(folder / "key.pem")
        self.store = FolderStore(self.root)
        log = EvidenceLog(self.store, self.key, "one")
        writer = EvidenceWriter(self.store, self.key, log, lambda: NOW_US)
        writer.publish_key()
        log.append("before", "1", NOW_US - HOUR_US)
        exhibit = make(speeding(), self.key.key_id)
        writer.write(exhibit)
        log.append("after", "2", NOW_US + HOUR_US)
        self.case = exhibit.case

    @contextmanager
    def bent(self, name: str, at: int | None = None) -> Iterator[None]:
        """Flip a bit of an object for a while."""
        path = self.root / name
        data = path.read_bytes()
        at = random.Random(name).randrange(len(data)) if at is None else at
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        try:
            yield
        finally:
            path.write_bytes(data)

    def differing(self) -> set[str]:
        """What `vigil evidence verify CASE` names."""
        lines = check_stored(Archive(self.store), self.case, self.key.key_id)
        return {line.what for line in lines if line.level == "differs"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Tests put back what they change."""
    return Kept(tmp_path_factory.mktemp("whole"))


def test_an_undamaged_store_agrees(kept: Kept) -> None:
    """One case, four kinds of documents, no object that nothing names; each entry of the log is counted."""
    report = check_store(kept.store, kept.key.key_id)
    # the log of this test has two entries about manifests that are nobody's
    assert report.agrees
    assert (report.cases, report.unnamed) == (1, [])
    assert report.entries == 6


def test_every_damaged_object_of_a_case_is_named_and_nothing_else(kept: Kept) -> None:
    """Each file by its name, manifest, signature, pointer and key by theirs; never what only follows from it."""
    manifest = json.loads(kept.store.get(kept.case.manifest))
    digest = verify.sha256(kept.store.get(kept.case.manifest))
    named: dict[str, set[str]] = {}
    for file in manifest["files"]:  # two pictures with the same pixels are one object
        named.setdefault(file["object"], set()).add(file["name"])
    named |= {kept.case.manifest: {verify.MANIFEST}, kept.case.signature(digest): {verify.SIGNATURE}}
    named |= {kept.case.pointer: {kept.case.pointer}, f"keys/{kept.key.key_id}.pem": {verify.PUBLIC_KEY}}
    for name, said in named.items():
        with kept.bent(name):
            assert kept.differing() == said, name
            assert not check_store(kept.store, kept.key.key_id).agrees, name


@pytest.mark.parametrize(
    "field", [b'"key_id":"', b'"object":"', b'"object"', b'"files":[{"', b'"sha256":"', b'"private"', b'"name"']
)
def test_a_bit_in_a_fields_value_of_the_manifest_blames_the_manifest_alone(kept: Kept, field: bytes) -> None:
    """Also where it changes which key or which file would be looked for."""
    at = kept.store.get(kept.case.manifest).index(field) + len(field) - (2 if field.endswith(b'"') else 0)
    with kept.bent(kept.case.manifest, at):
        assert kept.differing() == {verify.MANIFEST}


def test_a_damaged_entry_is_named_also_in_the_hours_beside(kept: Kept) -> None:
    """The case's own, one before it, the last of the hour before, and the first of the hour after."""
    own = Archive(kept.store).entry_of(kept.case)
    assert own is not None
    hours = [hour.rstrip("/") for hour in kept.store.folders("log/one/")]
    for name in (own, f"{hours[1]}/00000000.json", f"{hours[0]}/00000001.json", f"{hours[2]}/00000000.json"):
        beside = name.rpartition("/")[0] != own.rpartition("/")[0]  # of those hours only the tree heads matter here
        for field in (b'"root_sha256":"', b'"signature":"', *(() if beside else (b'"leaf":{"',))):
            at = kept.store.get(name).index(field) + len(field) + 1
            with kept.bent(name, at):
                found = kept.differing()
                assert found, (name, field)
                assert all(what.startswith(name) for what in found), (name, field, found)


def test_strangers_and_doubled_entries_show(tmp_path: Path) -> None:
    """A file that no manifest names is listed; a manifest with two entries in the log differs."""
    own = Kept(tmp_path)
    own.store.put(f"{own.case.event}files/stranger.jpg", b"x")
    assert check_store(own.store, own.key.key_id).unnamed == [f"{own.case.event}files/stranger.jpg"]
    digest = verify.sha256(own.store.get(own.case.manifest))
    EvidenceLog(own.store, own.key, "two").append(own.case.manifest, digest, NOW_US)
    lines = WholeStore(own.store, own.key.key_id).check(own.case)
    assert any("2 entries" in line.text for line in lines)
