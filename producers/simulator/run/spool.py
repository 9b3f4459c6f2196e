"""Spool: datums on disk, found again by topic and key; and the digest of all of them in a fixed order."""

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from producers.simulator.city_message import CityMessage

#: Bytes held before they are written.
BUFFER_BYTES: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class SpoolIndex:
    """What one spool holds.

    Attributes:
        path: its file.
        entries: by topic and key: offset and length of each datum, one after the other, in the order they came.
    """

    path: Path
    entries: dict[tuple[str, str], "array[int]"]


class Spool:
    """One process's datums. A key's messages come in the order of time, and of those of one time, of their making.

    Args:
        path: file to write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb", buffering=BUFFER_BYTES)
        self._at = 0
        self._entries: dict[tuple[str, str], array[int]] = {}
        self._last: dict[tuple[str, str], int] = {}

    def put(self, message: CityMessage, datum: bytes) -> None:
        """Keep a datum.

        Raises:
            ValueError: it is older than the last of its key (a programming error).
        """
        name = message.topic, message.key
        if message.at_us < self._last.get(name, message.at_us):
            raise ValueError(f"{message.topic} of {message.key}: {message.at_us} after {self._last[name]}")
        self._last[name] = message.at_us
        self._entries.setdefault(name, array("Q")).extend((self._at, len(datum)))
        self._file.write(datum)
        self._at += len(datum)

    def close(self) -> SpoolIndex:
        """Close the file and return what it holds."""
        self._file.close()
        return SpoolIndex(self._path, self._entries)


def digest(spools: Sequence[SpoolIndex]) -> tuple[str, dict[str, list[int]]]:
    """Return one SHA-256 (hex) over all datums in the order of topic, key, time, ordinal; and counts by topic.

    Raises:
        ValueError: two spools hold datums of one topic and key, whose order could not be told.
    """
    where: dict[tuple[str, str], int] = {}
    for number, spool in enumerate(spools):
        for name in spool.entries:
            if where.setdefault(name, number) != number:
                raise ValueError(f"{name[0]} of {name[1]} was written by two processes")
    whole = hashlib.sha256()
    counts: dict[str, list[int]] = {}
    files = [spool.path.open("rb") for spool in spools]
    try:
        for name in sorted(where):
            file, entries = files[where[name]], spools[where[name]].entries[name]
            count = counts.setdefault(name[0], [0, 0])
            for n in range(0, len(entries), 2):
                file.seek(entries[n])
                whole.update(file.read(entries[n + 1]))
                count[0] += 1
                count[1] += entries[n + 1]
    finally:
        for file in files:
            file.close()
    return whole.hexdigest(), counts
