"""DeadlineBook: what every open case waits for, as case-events have it."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from processors.cases.deadlines.core import Deadline, deadline_of
from processors.cases.event_book import EventBook, PlacedEvent
from processors.cases.terms import DeadlineName, Terms

log = logging.getLogger(__name__)
#: A prescription that was not sent comes again after so long, microseconds: the stage refused it, and until the case
#: lapses an officer may mend why. A choice: some eight times in the two months of liability (KoAP 62).
AGAIN_US: Final = 7 * 86_400_000_000


class DeadlineBook(EventBook):
    """Finds the deadlines that have passed.

    A case keeps its row after its last step, with nothing to wait for, so that an old copy of a step begins nothing.

    Args:
        path: its file.
        terms: the law.
    """

    def __init__(self, path: Path, terms: Terms) -> None:
        self._terms = terms
        super().__init__(
            path,
            [
                (
                    "CREATE TABLE IF NOT EXISTS deadlines (case_id TEXT PRIMARY KEY, vehicle_key TEXT NOT NULL, "
                    " revision INTEGER NOT NULL, name TEXT, due_us INTEGER, partition INTEGER, offset INTEGER)"
                    " WITHOUT ROWID"
                ),
                "CREATE INDEX IF NOT EXISTS by_due ON deadlines (due_us) WHERE due_us IS NOT NULL",
            ],
        )

    def take(self, events: Sequence[PlacedEvent]) -> None:
        """Take events: the deadline of each case's latest step counts."""
        rows = []
        for event, partition, offset, _ in events:
            try:
                found = deadline_of(event, self._terms)
            except (LookupError, ValueError) as error:
                log.warning("case %s revision %d: no deadline: %s", event.case_id, event.revision, error)
                found = None
            name, due_us = (None, None) if found is None else (found.name.value, found.due_us)
            rows.append((event.case_id, event.vehicle_key, event.revision, name, due_us, partition, offset))
        self.db.executemany(
            "INSERT INTO deadlines VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (case_id) DO UPDATE SET"
            " vehicle_key = excluded.vehicle_key, revision = excluded.revision, name = excluded.name,"
            " due_us = excluded.due_us, partition = excluded.partition, offset = excluded.offset"
            " WHERE excluded.revision > revision",
            rows,
        )

    def passed(self, now_us: int, most: int) -> Sequence[Deadline]:
        """Return deadlines that have passed, the oldest first, at most so many.

        The sending of a prescription waits where the law's data has not the day: its command would be of a day on which
        nothing could be sent.
        """
        held_back = DeadlineName.ISSUE if self._terms.day(now_us) > self._terms.law.mrp.span.last else None
        rows = self.db.execute(
            "SELECT case_id, vehicle_key, revision, name, due_us, partition, offset FROM deadlines WHERE due_us <= ?"
            " AND name IS NOT ? ORDER BY due_us, case_id LIMIT ?",
            (now_us, held_back, most),
        ).fetchall()
        return [Deadline(case, key, revision, DeadlineName(name), *rest) for case, key, revision, name, *rest in rows]

    def first_due_us(self) -> int | None:
        """Return when the first deadline is due, microseconds since the Unix epoch; None: no case waits for one."""
        row = self.db.execute("SELECT min(due_us) FROM deadlines WHERE due_us IS NOT NULL").fetchone()
        return None if row[0] is None else int(row[0])

    def waiting(self) -> int:
        """Return how many cases wait for a deadline; looks at each of them."""
        return int(self.db.execute("SELECT count(*) FROM deadlines WHERE due_us IS NOT NULL").fetchone()[0])

    def done(self, deadlines: Sequence[Deadline], now_us: int) -> None:
        """Wait for these no more: their commands are durable.

        But for the sending of a prescription: where no step follows it comes again, and at last the case lapses.

        Args:
            deadlines: what was fired.
            now_us: when, microseconds since the Unix epoch.
        """
        self.db.execute("BEGIN")
        self.db.executemany(
            "UPDATE deadlines SET due_us = ?, name = ? WHERE case_id = ? AND revision = ?",
            [
                (now_us + AGAIN_US, one.name.value, one.case_id, one.revision)
                if one.name is DeadlineName.ISSUE
                else (None, None, one.case_id, one.revision)
                for one in deadlines
            ],
        )
        self.db.execute("COMMIT")
