"""EventBook: what a process keeps of case-events in a file of its own, with how far it has read."""

import sqlite3
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from schemas.messages import CaseEvent, CaseStep


class PlacedEvent(NamedTuple):
    """An event and where it lies in case-events.

    Attributes:
        event: the event.
        partition: its partition.
        offset: its offset.
        created_at_us: Kafka's CreateTime of it, microseconds since the Unix epoch: the clock of the cases stage.
    """

    event: CaseEvent
    partition: int
    offset: int
    created_at_us: int


class EventBook(ABC):
    """A SQLite file that is filled from case-events alone: what it holds and how far it was filled are one transaction.

    It may be deleted: then it is filled from the topic's begin, as is one that another version made with other tables.
    Memory stays bounded however many cases there are.

    Args:
        path: the file; its folder is made.
        ddl: statements that make the tables, each with IF NOT EXISTS.
    """

    def __init__(self, path: Path, ddl: Sequence[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._ddl = ddl
        self._layout = zlib.crc32("\n".join(ddl).encode()) & 0x7FFF_FFFF
        self.db = sqlite3.connect(path, isolation_level=None)
        known = int(self.db.execute("PRAGMA user_version").fetchone()[0])
        made = self.db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if made and known != self._layout:
            self.forget()
        else:
            self._prepare()

    def _prepare(self) -> None:
        self.db.execute("PRAGMA journal_mode = WAL")
        # a power cut may lose the last transactions, whole: they are read again
        self.db.execute("PRAGMA synchronous = NORMAL")
        for statement in (
            "CREATE TABLE IF NOT EXISTS positions (partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL)",
            "CREATE TABLE IF NOT EXISTS newest (one INTEGER PRIMARY KEY CHECK (one = 1), at_us INTEGER NOT NULL)",
            *self._ddl,
        ):
            self.db.execute(statement)
        self.db.execute(f"PRAGMA user_version = {self._layout}")

    def positions(self) -> Mapping[int, int]:
        """Return the offset after the last one taken, by partition."""
        return dict(self.db.execute("SELECT partition, next_offset FROM positions").fetchall())

    def newest_us(self) -> int:
        """Return when the newest event that was taken happened, microseconds since the Unix epoch; 0: none was."""
        row = self.db.execute("SELECT at_us FROM newest").fetchone()
        return 0 if row is None else int(row[0])

    def apply(self, events: Sequence[PlacedEvent], positions: Mapping[int, int]) -> None:
        """Take events, and the positions after them, all or nothing."""
        self.db.execute("BEGIN")
        try:
            # what opened no case is no case to wait for, nor one that a review or payment can name
            self.take([placed for placed in events if placed.event.step is not CaseStep.NOT_OPENED])
            self.db.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?)", positions.items())
            if events:
                self.db.execute(
                    "INSERT INTO newest VALUES (1, ?)"
                    " ON CONFLICT (one) DO UPDATE SET at_us = max(at_us, excluded.at_us)",
                    (max(placed.event.happened_at_us for placed in events),),
                )
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    @abstractmethod
    def take(self, events: Sequence[PlacedEvent]) -> None:
        """Take events into the tables, inside a transaction; a copy changes nothing."""

    def forget(self) -> None:
        """Drop everything: the topic was made anew, or the tables are another version's."""
        self.db.close()
        for end in ("", "-wal", "-shm"):
            Path(f"{self._path}{end}").unlink(missing_ok=True)
        self.db = sqlite3.connect(self._path, isolation_level=None)
        self._prepare()

    def close(self) -> None:
        """Close the file."""
        self.db.close()
