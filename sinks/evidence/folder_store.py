"""Evidence in a folder: a temporary file, synced, then linked to its name, which fails where the name is taken."""

import errno
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final
from uuid import uuid4

from sinks.evidence.object_store import (
    ObjectMissingError,
    StoreRefusedError,
    StoreUnavailableError,
    differs,
)

#: Where files grow before they have a name; the same file system as all.
PART: Final = ".part"
#: What begins the name of a folder that is being removed.
GOING: Final = "going."
#: Trouble that passes by itself; everything else of the file system waits for a person.
_PASSES: Final = frozenset(
    {errno.EINTR, errno.EAGAIN, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EMFILE, errno.ENFILE}
)


class FolderStore:
    """A folder as object store. Several processes may share it.

    Args:
        root: the folder; it is made when the first object is written.
    """

    locks = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, data: bytes, keep_until_us: int | None = None) -> bool:
        """See ObjectStore; a folder cannot lock."""
        del keep_until_us
        target = self._path(name)
        try:
            self._make(target.parent)
            self._make(self._root / PART)
            part = self._root / PART / f"{os.getpid()}-{uuid4().hex}"
            try:
                with part.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.link(part, target)
            except FileExistsError:
                new = False
            else:
                new = True
            finally:
                part.unlink(missing_ok=True)
            _sync(target.parent)  # also where it was there: the one who wrote it may have died before this
            if not new and (found := target.read_bytes()) != data:
                raise differs(name, found, data)
        except OSError as error:
            raise self._classed(error) from error
        return new

    def get(self, name: str) -> bytes:
        """See ObjectStore."""
        try:
            return self._path(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise ObjectMissingError(f"there is no object {name} in {self._root}") from None
        except OSError as error:
            raise self._classed(error) from error

    def names(self, folder: str) -> Sequence[str]:
        """See ObjectStore."""
        top = self._path(folder) if folder else self._root
        found = (p.relative_to(self._root) for p in top.rglob("*") if p.is_file())
        return sorted(p.as_posix() for p in found if p.parts[0] != PART)

    def folders(self, folder: str) -> Sequence[str]:
        """See ObjectStore."""
        top = self._path(folder) if folder else self._root
        try:
            names = [p.relative_to(self._root).as_posix() for p in top.iterdir() if p.is_dir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(f"{name}/" for name in names if name != PART)

    def written_at_us(self, folder: str) -> int | None:
        """Return when a folder or what is below it was last written, in us since the Unix epoch; None: it is gone.

        A folder counts too: `put` makes it before the file has its name.
        """
        top = self._path(folder)
        times = []
        try:
            for path in (top, *(Path(above, name) for above, *names in os.walk(top) for name in chain(*names))):
                with suppress(FileNotFoundError):
                    times.append(path.stat().st_mtime_ns // 1000)
        except OSError as error:
            raise self._classed(error) from error
        return max(times, default=None)

    def remove(self, folder: str) -> bool:
        """Remove a folder with all that is in it, at once for whoever looks; return whether it was there.

        Raises:
            StoreUnavailableError, StoreRefusedError: see ObjectStore; it is there as before, or gone. What a kill or an
                error left of it in the meantime has no name, and clear_removed removes it.
        """
        try:
            self._make(self._root / PART)
            going = self._root / PART / f"{GOING}{uuid4().hex}"
            source = self._path(folder)
            try:
                source.rename(going)
            except FileNotFoundError:  # another one removed it
                return False
            _sync(source.parent)
            _remove_tree(going)
        except OSError as error:
            raise self._classed(error) from error
        return True

    def clear_removed(self) -> None:
        """Remove what killed removals left, which has no name any more; another one may do so, or remove, meanwhile.

        Raises:
            StoreUnavailableError, StoreRefusedError: see ObjectStore.
        """
        try:
            for left in (self._root / PART).glob(f"{GOING}*"):
                _remove_tree(left)
        except OSError as error:
            raise self._classed(error) from error

    def clear_parts(self) -> int:
        """Remove what killed processes of this machine left half-written; return how many files."""
        count = 0
        for part in (self._root / PART).glob("*-*"):
            pid = part.name.partition("-")[0]
            if pid.isdigit() and (int(pid) == os.getpid() or not Path(f"/proc/{pid}").exists()):
                part.unlink(missing_ok=True)
                count += 1
        return count

    def _path(self, name: str) -> Path:
        parts = name.rstrip("/").split("/")
        if any(part in {"", ".", ".."} for part in parts) or "\0" in name or parts[0] == PART:
            raise ValueError(f"{name!r} is no object's name")
        return self._root.joinpath(*parts)

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it, each of which its parent remembers after a power cut."""
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)

    def _classed(self, error: OSError) -> Exception:
        text = f"evidence folder {self._root}: {error.strerror or error}"
        if error.errno in _PASSES:
            return StoreUnavailableError(text)
        return StoreRefusedError(f"{text}; see that the folder can be written and has room")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_tree(folder: Path) -> None:
    """Remove a folder that nobody writes to, though another process removes it too."""
    while folder.exists():
        with suppress(FileNotFoundError):  # the other one was faster: on with what is left
            shutil.rmtree(folder)
