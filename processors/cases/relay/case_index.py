"""CaseIndex: which vehicle's log each case is in, as case-events have it."""

from collections.abc import Sequence
from pathlib import Path

from processors.cases.event_book import EventBook, PlacedEvent


class CaseIndex(EventBook):
    """Finds the vehicle of a case.

    Args:
        path: its file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            [
                (
                    "CREATE TABLE IF NOT EXISTS cases (case_id TEXT PRIMARY KEY, revision INTEGER NOT NULL,"
                    " vehicle_key TEXT NOT NULL) WITHOUT ROWID"
                )
            ],
        )

    def take(self, events: Sequence[PlacedEvent]) -> None:
        """Take events: the vehicle of the latest step counts, for a corrected plate moves a case."""
        self.db.executemany(
            "INSERT INTO cases VALUES (?, ?, ?) ON CONFLICT (case_id) DO UPDATE"
            " SET revision = excluded.revision, vehicle_key = excluded.vehicle_key WHERE excluded.revision > revision",
            [(event.case_id, event.revision, event.vehicle_key) for event, _, _ in events],
        )

    def vehicle_of(self, case_id: str) -> str | None:
        """Return the vehicle key of a case, or None where no event told of it."""
        row = self.db.execute("SELECT vehicle_key FROM cases WHERE case_id = ?", (case_id,)).fetchone()
        return None if row is None else str(row[0])
