"""The store keeps keys where their owner alone can read them, and what it destroys is gone."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.keys import command
from infra.keys.key_ring import KeyRing
from infra.keys.key_store import KeyStore, KeyStoreError

JULY_US = 1_720_000_000_000_000  # 2024-07-03


def test_a_key_is_its_owners_alone(tmp_path: Path) -> None:
    """Folder 0700, file 0600, and the key that was made is the one that is read."""
    store = KeyStore(tmp_path / "keys")
    made = store.create("2024-q3")
    read = store.key("2024-q3")
    assert read is not None
    assert read.fingerprint == made.fingerprint
    assert (store.folder.stat().st_mode & 0o777, (store.folder / "2024-q3.key").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )


def test_a_period_has_one_key(tmp_path: Path) -> None:
    """A second one would make two vehicles of one."""
    store = KeyStore(tmp_path / "keys")
    store.create("2024-q3")
    with pytest.raises(KeyStoreError, match="has a key already"):
        store.create("2024-q3")


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """With the command that mends it; the same for the folder."""
    store = KeyStore(tmp_path / "keys")
    store.create("2024-q3")
    path = store.folder / "2024-q3.key"
    path.chmod(0o640)
    with pytest.raises(KeyStoreError, match="mode 640, expected 600; run: chmod 600"):
        store.key("2024-q3")
    store.folder.chmod(0o755)
    with pytest.raises(KeyStoreError, match="mode 755, expected 700"):
        KeyStore(store.folder)


def test_a_store_in_a_repository_is_refused(tmp_path: Path) -> None:
    """Keys that could be committed are not made."""
    (tmp_path / ".git").mkdir()
    with pytest.raises(KeyStoreError, match="lies in the repository"):
        KeyStore(tmp_path / "deep" / "keys")


def test_a_destroyed_key_opens_nothing_and_seals_nothing(tmp_path: Path) -> None:
    """No process that starts afterwards reads the plate; destroying it again changes nothing."""
    store = KeyStore(tmp_path / "keys")
    store.create("2024-q3")
    sealed = KeyRing(store).seal("123ABC02", "a", JULY_US)
    assert sealed is not None
    assert KeyRing(store).open(sealed.encrypted, sealed.key_period, "a") == "123ABC02"
    store.destroy("2024-q3")
    store.destroy("2024-q3")
    assert KeyRing(store).open(sealed.encrypted, sealed.key_period, "a") is None
    assert KeyRing(store).seal("123ABC02", "a", JULY_US) is None
    assert list(store.folder.iterdir()) == []


def test_the_commands_show_fingerprints_and_no_secret(tmp_path: Path) -> None:
    """Create, list, and a sentence for a period that is none."""
    folder = tmp_path / "keys"
    made = CliRunner().invoke(command, ["create", "2024-q3", "--store", str(folder)])
    listed = CliRunner().invoke(command, ["list", "--store", str(folder), "--json"])
    key = KeyStore(folder).key("2024-q3")
    assert key is not None
    assert made.exit_code == listed.exit_code == 0
    assert key.fingerprint in made.output
    assert key.fingerprint in listed.output
    assert (folder / "2024-q3.key").read_bytes().hex() not in made.output + listed.output
    refused = CliRunner().invoke(command, ["create", "2024-13", "--store", str(folder)])
    assert (refused.exit_code, "expected a quarter such as 2024-q3" in refused.output) == (1, True)
