"""KeyStore: a folder with one file a period, readable by its owner alone."""

import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from infra.keys.period import PeriodError, first_day
from infra.keys.period_key import SECRET_BYTES, PeriodKey


class KeyStoreError(ValueError):
    """The store or a key in it is not as it must be; says what to do."""


class KeyStore:
    """Keys as files.

    Args:
        folder: where they are; outside every repository.

    Raises:
        KeyStoreError: the folder lies in a repository, or others than its owner may enter it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        inside = next((up for up in (self.folder, *self.folder.parents) if (up / ".git").exists()), None)
        if inside is not None:
            raise KeyStoreError(f"{folder} lies in the repository {inside}; keep keys outside: set VIGIL_KEY_STORE")
        if self.folder.exists():
            check_private(self.folder, 0o700)

    def periods(self) -> Sequence[str]:
        """Return the periods that have a key, the oldest first."""
        out = []
        for path in self.folder.glob("*.key"):
            try:
                first_day(path.stem)
            except PeriodError as error:
                raise KeyStoreError(f"{path}: {error}; move the file away") from error
            out.append(path.stem)
        return sorted(out)

    def create(self, period: str) -> PeriodKey:
        """Make a period's key, once.

        Raises:
            PeriodError: no such period.
            KeyStoreError: the period has a key.
        """
        first_day(period)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_private(self.folder, 0o700)
        try:
            handle = os.open(self._path(period), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyStoreError(f"{period} has a key already; a second one would split its vehicles") from None
        secret = secrets.token_bytes(SECRET_BYTES)
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        self._sync()
        return PeriodKey(period, secret)

    def key(self, period: str) -> PeriodKey | None:
        """Return a period's key; None: there is none, or it was destroyed.

        Raises:
            KeyStoreError: others may read the file, or it is no key.
        """
        path = self._path(period)
        if not path.exists():
            return None
        check_private(path, 0o600)
        try:
            return PeriodKey(period, path.read_bytes())
        except ValueError as error:
            raise KeyStoreError(f"{path}: {error}; restore the file from the office's copy") from error

    def destroy(self, period: str) -> None:
        """Overwrite and remove a period's key; nothing happens where there is none.

        Overwriting reaches this file alone: copies, snapshots and what a drive remapped are the office's to destroy.
        """
        path = self._path(period)
        if not path.exists():
            return
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        self._sync()

    def _path(self, period: str) -> Path:
        first_day(period)  # a name with a path in it is no period
        return self.folder / f"{period}.key"

    def _sync(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def check_private(path: Path, mode: int) -> None:
    """Refuse what others may read."""
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise KeyStoreError(
            f"{path} belongs to user {found.st_uid}, expected {os.geteuid()}; chown it, or run as its owner"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyStoreError(
            f"{path} has mode {stat.S_IMODE(found.st_mode):o}, expected {mode:o}; run: chmod {mode:o} {path}"
        )
