"""A store that is killed, or goes away, at a chosen moment."""

from collections.abc import Sequence

from sinks.evidence.object_store import ObjectStore, StoreUnavailableError


class Killed(BaseException):
    """The process ends here."""


class FaultyStore:
    """Passes calls on to a store; one put, counted from 0, goes wrong.

    Args:
        store: the real one.
        at: which put.
        after: False: before it is done; True: it is done, and nobody is told.
        error: what comes.
    """

    def __init__(
        self, store: ObjectStore, at: int, error: type[BaseException] = Killed, *, after: bool = False
    ) -> None:
        self._store = store
        self._left = at
        self._error = error
        self._after = after

    locks = False

    def put(self, name: str, data: bytes, keep_until_us: int | None = None) -> bool:
        """See ObjectStore."""
        self._left -= 1
        if self._left == -1 and not self._after:
            raise self._error("store")
        new = self._store.put(name, data, keep_until_us)
        if self._left == -1:
            raise self._error("store")
        return new

    def get(self, name: str) -> bytes:
        """See ObjectStore."""
        return self._store.get(name)

    def names(self, folder: str) -> Sequence[str]:
        """See ObjectStore."""
        return self._store.names(folder)

    def folders(self, folder: str) -> Sequence[str]:
        """See ObjectStore."""
        return self._store.folders(folder)


__all__ = ["FaultyStore", "Killed", "StoreUnavailableError"]
