"""ReaderWatch: ends the relay where the reader of a table beside it has ended, as stages end."""

import threading
from typing import Final, Protocol, Self

from processors.stage import StageStoppedError

#: How often the reader is looked at, seconds; as stages look at theirs.
EVERY_S: Final = 2.0


class Reader(Protocol):
    """What is watched; processors.stage.ReferenceReader fits."""

    @property
    def failure(self) -> Exception | None:
        """Why it ended, if it has."""


class ReaderWatch:
    """Sets the relay's `stop` when a reader ends, and raises on leaving.

    Args:
        reader: followed by a thread of its own.
        stop: what the relay stops by.
        every_s: see EVERY_S.
    """

    def __init__(self, reader: Reader, stop: threading.Event, every_s: float = EVERY_S) -> None:
        self._reader = reader
        self._stop = stop
        self._every_s = every_s
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reader-watch", daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Stop watching.

        Raises:
            StageStoppedError: the reader has ended, and nothing else ended the relay: start the process again.
        """
        self._left.set()
        self._thread.join()
        if kind is None and self._reader.failure is not None:
            raise StageStoppedError(
                f"a reference reader ended: {self._reader.failure!r}; exiting to be restarted"
            ) from self._reader.failure

    def _watch(self) -> None:
        while not self._left.wait(self._every_s):
            if self._reader.failure is not None:
                self._stop.set()
                return
