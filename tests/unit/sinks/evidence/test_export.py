"""Exports: one ZIP, checked by its own verify.py with nothing of Vigil installed; each flipped bit is named."""

import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli import vigil
from infra.review.login import login_name
from processors.cases.opening import case_id_of
from sinks.clickhouse.clickhouse_client import ClickHouseError
from sinks.evidence import signing, verify
from sinks.evidence.archive import Archive, check_stored
from sinks.evidence.evidence_log import EvidenceLog
from sinks.evidence.exhibit import Exhibit, make
from sinks.evidence.export import export
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.writer import EvidenceWriter
from tests.unit.sinks.evidence.findings import speeding

NOW_US = 1_790_000_000_000_000


class Kept:
    """A case in a store, with two others in its log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = signing.generate(folder / "key.pem")
        self.store = FolderStore(folder / "store")
        self.archive = Archive(self.store)
        log = EvidenceLog(self.store, self.key, "one")
        writer = EvidenceWriter(self.store, self.key, log, lambda: NOW_US)
        writer.publish_key()
        self.exhibit: Exhibit = make(speeding(), self.key.key_id)
        log.append("other", "1", NOW_US)
        writer.write(self.exhibit)
        log.append("another", "2", NOW_US)

    def vigil(self, *arguments: str, expect: int = 0) -> str:
        """Run `vigil evidence`."""
        environment = {
            "VIGIL_EVIDENCE_STORE": str(self.folder / "store"),
            "VIGIL_EVIDENCE_KEY": str(self.folder / "key.pem"),
        }
        done = CliRunner().invoke(vigil, ["evidence", *arguments], env=environment)
        assert done.exit_code == expect, done.output
        return done.output


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The case; tests put back what they change."""
    return Kept(tmp_path_factory.mktemp("kept"))


def alone(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run an export's verify.py as a court's expert does: isolated, without site-packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("blurred", [True, False])
def test_an_export_is_checked_by_its_own_script(kept: Kept, tmp_path: Path, *, blurred: bool) -> None:
    """Status 0 and a plain report; with the wrong key id 1; what is withheld is said with its digest."""
    target = tmp_path / "case.zip"
    export(kept.archive, kept.exhibit.case, target, unblurred=None if blurred else "court order 1")
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path / "case")
    code, text = alone(tmp_path / "case")
    assert code == 0, text
    assert "Everything agrees" in text
    assert ("withheld" in text) is blurred
    assert (tmp_path / "case" / "clip-1.mp4").exists() is not blurred
    assert (tmp_path / "case" / "still-2-onset-blurred.jpg").exists()
    assert alone(tmp_path / "case", "--key-id", kept.key.key_id)[0] == 0
    code, text = alone(tmp_path / "case", "--key-id", "0" * 64)
    assert code == 1
    assert "the trusted one is" in text
    code, text = alone(tmp_path / "case", str(target))
    assert code == 0, text
    assert alone(tmp_path / "case", "nowhere")[0] == 2


def test_an_export_repeats_byte_for_byte(kept: Kept, tmp_path: Path) -> None:
    """Nothing of the moment is in it."""
    for name in ("a.zip", "b.zip"):
        export(kept.archive, kept.exhibit.case, tmp_path / name, unblurred="court order 1")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_each_flipped_bit_of_an_export_is_named(kept: Kept, tmp_path: Path) -> None:
    """In every file of the evidence, at random places: the file is named, with its bytes or its field."""
    target = tmp_path / "case.zip"
    export(kept.archive, kept.exhibit.case, target, unblurred="court order 1")
    files = verify.read_case(target)
    rng = random.Random(6)
    for name in sorted(set(files) - verify.UNSIGNED):
        for _ in range(12):
            at = rng.randrange(len(files[name]))
            bent = bytearray(files[name])
            bent[at] ^= 1 << rng.randrange(8)
            lines = verify.check_case({**files, name: bytes(bent)}, kept.key.key_id, signing.holds)
            said = [line for line in lines if line.level == "differs"]
            assert any(name in line.what for line in said), (name, at, verify.report(lines))
            if name.endswith((".mp4", ".jpg", ".png")):
                block = at // verify.FILE_BLOCK_BYTES * verify.FILE_BLOCK_BYTES
                assert [line.text.startswith(f"bytes {block}-") for line in said] == [True]
            if name == verify.MANIFEST:
                assert any(f"bytes {at // 512 * 512}-" in line.text and "field" in line.text for line in said)


def test_a_changed_field_of_the_manifest_is_named(kept: Kept, tmp_path: Path) -> None:
    """Another speed in the event: field event; another sequence: field sources."""
    target = tmp_path / "case.zip"
    export(kept.archive, kept.exhibit.case, target, unblurred="court order 1")
    files = verify.read_case(target)
    for old, new, name in ((b"83.2", b"93.2", "event"), (b'"sequence":21', b'"sequence":29', "sources")):
        changed = files[verify.MANIFEST].replace(old, new, 1)
        lines = verify.check_case({**files, verify.MANIFEST: changed}, None, signing.holds)
        assert any(f"field {name}" in line.text for line in lines if line.level == "differs"), verify.report(lines)


def test_a_lost_file_and_a_foreign_one_are_named(kept: Kept) -> None:
    """A still that is not there differs; a file that nobody signed is noted."""
    files = kept.archive.load(kept.exhibit.case, private=True)
    gone = {name: data for name, data in files.items() if name != "still-2-onset-blurred.jpg"}
    lines = verify.check_case({**gone, "extra.txt": b"x"}, None, signing.holds)
    assert [line.what for line in lines if line.level == "differs"] == ["still-2-onset-blurred.jpg"]
    assert [line.what for line in lines if line.level == "note"][-1] == "extra.txt"


def test_each_flipped_bit_in_the_store_is_named(kept: Kept) -> None:
    """Every object of the case and its log, as `vigil evidence verify CASE` sees them."""
    rng = random.Random(6)
    for name in kept.store.names(""):
        path = kept.folder / "store" / name
        data = path.read_bytes()
        at = rng.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :])
        try:
            lines = check_stored(kept.archive, kept.exhibit.case, kept.key.key_id)
        finally:
            path.write_bytes(data)
        assert not verify.agrees(lines), (name, at)
    assert verify.agrees(check_stored(kept.archive, kept.exhibit.case, kept.key.key_id))


def desk(folder: Path, monkeypatch: pytest.MonkeyPatch, refuses: str = "") -> list[dict[str, str]]:
    """Let officers o1 and o2 look; return where their looks go, or refuse to take any."""
    officers, looks = folder / "officers.toml", list[dict[str, str]]()
    login = f'login = "{login_name()}"\n'
    text = f'[officer.o1]\nroles = ["reviewer"]\n{login}[officer.o2]\nroles = ["plates"]\n{login}'
    officers.write_text(text, encoding="utf-8")
    monkeypatch.setenv("VIGIL_REVIEW_OFFICERS", str(officers))
    monkeypatch.setattr("infra.cli.evidence.tables", lambda _: None)

    def take(_client: object, sql: str, data: bytes, _settings: object) -> None:
        if refuses:
            raise ClickHouseError(497, refuses)
        assert "INTO case_looks" in sql
        looks.append(json.loads(data))

    monkeypatch.setattr("infra.review.looks.command", take)
    return looks


def test_a_violation_is_shown_to_whom_is_on_record(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look of the case, with officer, role, login and reason, before anything is shown; without it nothing is."""
    case = kept.exhibit.case.event_id
    looks = desk(tmp_path, monkeypatch)
    assert "name --officer ID and --why TEXT" in kept.vigil("show", case, expect=2)
    assert "name --officer" in kept.vigil("show", case, "--officer", "o1", "--why", " ", expect=2)
    assert "o9 is not in" in kept.vigil("show", case, "--officer", "o9", "--why", "so", expect=1)
    assert "this needs reviewer" in kept.vigil("show", case, "--officer", "o2", "--why", "so", expect=1)
    assert looks == []
    assert "clip-1.mp4" in kept.vigil("show", case, "--officer", "o1", "--why", "the owner called")
    (one,) = looks
    assert {name: one[name] for name in ("case_id", "officer_id", "login", "role", "why", "opened")} == {
        "case_id": case_id_of(case), "officer_id": "o1", "login": login_name(), "role": "reviewer",
        "why": "the owner called", "opened": "evidence",
    }  # fmt: skip
    desk(tmp_path, monkeypatch, refuses="no rights")
    unseen = kept.vigil("show", case, "--officer", "o1", "--why", "the owner called", expect=1)
    assert "no rights" in unseen
    assert "clip-1.mp4" not in unseen


def test_the_commands_show_verify_and_export(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says what it found in sentences, and its exit status says whether all agrees."""
    case = kept.exhibit.case.event_id
    desk(tmp_path, monkeypatch)
    who = ("--officer", "o1", "--why", "the owner called")
    shown = kept.vigil("show", case, *who)
    assert "clip-1.mp4" in shown
    assert "violations" in shown
    assert json.loads(kept.vigil("show", f"violations/{case}", "--json", *who))[0]["format"] == verify.MANIFEST_FORMAT
    assert "Everything agrees" in kept.vigil("verify", case)
    assert "everything agrees" in kept.vigil("verify", "--all")
    assert "name one CASE, or --all" in kept.vigil("verify", expect=2)
    target = tmp_path / "case.zip"
    assert "files in" in kept.vigil("export", case, "--to", str(target))
    assert "name another file" in kept.vigil("export", case, "--to", str(target), expect=1)
    assert "Everything agrees" in kept.vigil("verify", str(target))
    assert "no evidence of 'nothing'" in kept.vigil("show", "nothing", expect=1)
    assert "no evidence of" in kept.vigil("verify", f"{case}@7", expect=1)
    (clip,) = [f for f in kept.exhibit.files if f.name == "clip-1.mp4"]
    path = kept.folder / "store" / kept.exhibit.case.file(verify.sha256(clip.data), ".mp4")
    path.write_bytes(clip.data[:-1] + b"\0")
    try:
        last = (len(clip.data) - 1) // verify.FILE_BLOCK_BYTES * verify.FILE_BLOCK_BYTES
        assert f"bytes {last}-{len(clip.data) - 1} differ" in kept.vigil("verify", case, expect=2)
    finally:
        path.write_bytes(clip.data)
    made = tmp_path / "new" / "key.pem"
    assert "key id" in kept.vigil("keygen", "--to", str(made))
    assert "is there already" in kept.vigil("keygen", "--to", str(made), expect=1)
