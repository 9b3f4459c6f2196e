"""Where evidence is kept: objects that are written once and never changed."""

from collections.abc import Sequence
from typing import Protocol


class StoreUnavailableError(ConnectionError):
    """The store does not answer, or answers that it cannot now; try again."""


class StoreRefusedError(RuntimeError):
    """The store refuses, and no waiting cures it: rights, a missing bucket, a full disk. A person must look."""


class ObjectDiffersError(RuntimeError):
    """Another object has this name: what was written once would have to change. A person must look."""


class ObjectMissingError(LookupError):
    """There is no such object."""


class ObjectStore(Protocol):
    """Create-only objects; names are paths with slashes. Each call may raise Unavailable and Refused."""

    @property
    def locks(self) -> bool:
        """Whether it can lock objects."""

    def put(self, name: str, data: bytes, keep_until_us: int | None = None) -> bool:
        """Write an object whole or not at all; it survives a power cut once this returns.

        Args:
            name: its name.
            data: its bytes.
            keep_until_us: until then nobody can delete or change it, microseconds since the Unix epoch; None: unlocked.
                A store that cannot lock does not.

        Returns:
            True: it is new; False: the same object was there.

        Raises:
            ObjectDiffersError: an object of this name with other bytes is there; nothing was changed.
        """

    def get(self, name: str) -> bytes:
        """Return an object.

        Raises:
            ObjectMissingError: there is none.
        """

    def names(self, folder: str) -> Sequence[str]:
        """Return the names of all objects below a folder (with a slash at its end; empty: all), sorted."""

    def folders(self, folder: str) -> Sequence[str]:
        """Return the folders right below a folder, each with a slash at its end, sorted."""


def differs(name: str, found: bytes, given: bytes) -> ObjectDiffersError:
    """Return the error for two objects of one name."""
    return ObjectDiffersError(
        f"object {name} is there with other bytes ({len(found)} there, {len(given)} given); nothing was changed."
        " Compare them: the same finding must always give the same evidence"
    )
