"""CaseIndex: which vehicle's log each case is in, and what other quarters need to know of it, by case-events."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from processors.cases.event_book import EventBook, PlacedEvent
from processors.cases.relay.sealed_case import SealedCase
from schemas.messages import CaseEvent, CaseStep

DAY_US: Final = 86_400_000_000
#: A case is reviewed, or has lapsed, so long after its offence (KoAP 62: two months; terms end on working days), days.
REVIEWED_DAYS: Final = 80
#: No case that is still reviewed repeats what was executed so long before the newest offence (KoAP 61: one year), days.
REPEATS_DAYS: Final = 380 + REVIEWED_DAYS
#: Steps after which no review looks at a case again.
DECIDED: Final = frozenset(CaseStep) - {CaseStep.DETECTED, CaseStep.CONFIRMED}


class CaseIndex(EventBook):
    """Finds the vehicle of a case, the executed penalties of a vehicle, and its cases at a quarter's turn.

    What `keep` keeps comes from no event: where the file is lost, the cases that wait for a review are not looked up
    again, and keep what their violation was told.

    Args:
        path: its file.
        turns: whether an instant lies near to a quarter's turn; default: none does.
    """

    def __init__(self, path: Path, turns: Callable[[int], bool] = lambda _: False) -> None:
        self._turns = turns
        super().__init__(
            path,
            [
                (
                    "CREATE TABLE IF NOT EXISTS cases (case_id TEXT PRIMARY KEY, revision INTEGER NOT NULL,"
                    " vehicle_key TEXT NOT NULL) WITHOUT ROWID"
                ),
                (
                    "CREATE TABLE IF NOT EXISTS executed (case_id TEXT PRIMARY KEY, revision INTEGER NOT NULL,"
                    " vehicle_key TEXT NOT NULL, article TEXT NOT NULL, at_us INTEGER NOT NULL,"
                    " cancelled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID"
                ),
                "CREATE INDEX IF NOT EXISTS executed_of ON executed (vehicle_key)",
                "CREATE INDEX IF NOT EXISTS executed_at ON executed (at_us)",
                (
                    "CREATE TABLE IF NOT EXISTS turning (case_id TEXT PRIMARY KEY, revision INTEGER NOT NULL,"
                    " vehicle_key TEXT NOT NULL, kind TEXT NOT NULL, place TEXT NOT NULL, at_us INTEGER NOT NULL)"
                    " WITHOUT ROWID"
                ),
                "CREATE INDEX IF NOT EXISTS turning_of ON turning (vehicle_key)",
                "CREATE INDEX IF NOT EXISTS turning_at ON turning (at_us)",
                (
                    "CREATE TABLE IF NOT EXISTS sealed (case_id TEXT PRIMARY KEY, track_id TEXT NOT NULL,"
                    " key_period TEXT NOT NULL, sealed BLOB NOT NULL, article TEXT NOT NULL, at_us INTEGER NOT NULL)"
                    " WITHOUT ROWID"
                ),
                "CREATE INDEX IF NOT EXISTS sealed_at ON sealed (at_us)",
            ],
        )

    def take(self, events: Sequence[PlacedEvent]) -> None:
        """Take events: the vehicle of the latest step counts, for a corrected plate moves a case."""
        self.db.executemany(
            "INSERT INTO cases VALUES (?, ?, ?) ON CONFLICT (case_id) DO UPDATE"
            " SET revision = excluded.revision, vehicle_key = excluded.vehicle_key WHERE excluded.revision > revision",
            [(event.case_id, event.revision, event.vehicle_key) for event, _, _, _ in events],
        )
        for placed in events:
            self._take_one(placed.event)
        if events:
            # cameras' clocks, not reporters': one wrong date of a payment must not empty the tables; nor may one camera
            # whose clock runs ahead: no offence is later than when Kafka had its event (decision 0272)
            newest_us = max(min(placed.event.offence_at_us, placed.created_at_us) for placed in events)
            for table, days in (("executed", REPEATS_DAYS), ("sealed", REVIEWED_DAYS), ("turning", REVIEWED_DAYS)):
                before_us = newest_us - days * DAY_US
                self.db.execute(f"DELETE FROM {table} WHERE at_us < ?", (before_us,))  # noqa: S608  the names above

    def _take_one(self, event: CaseEvent) -> None:
        if event.step in DECIDED:
            self.db.execute("DELETE FROM sealed WHERE case_id = ?", (event.case_id,))
        if executes(event):
            self.db.execute(
                "INSERT INTO executed VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (case_id) DO UPDATE SET"
                " revision = excluded.revision, at_us = excluded.at_us, cancelled = 0"
                " WHERE excluded.revision > revision",
                (event.case_id, event.revision, event.vehicle_key, event.article, event.happened_at_us),
            )
        elif event.step is CaseStep.CANCELLED:
            self.db.execute(
                "UPDATE executed SET revision = ?, cancelled = 1 WHERE case_id = ? AND revision < ?",
                (event.revision, event.case_id, event.revision),
            )
        if event.step is CaseStep.REJECTED:
            # it is no fine, and of other kinds or for the reason of its plate it stands for no act (decision 0273)
            self.db.execute("DELETE FROM turning WHERE case_id = ?", (event.case_id,))
        elif self._turns(event.offence_at_us):
            place = event.site_id or event.camera_id
            self.db.execute(
                "INSERT INTO turning VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (case_id) DO UPDATE SET"
                " revision = excluded.revision, vehicle_key = excluded.vehicle_key WHERE excluded.revision > revision",
                (event.case_id, event.revision, event.vehicle_key, event.kind, place, event.offence_at_us),
            )

    def vehicle_of(self, case_id: str) -> str | None:
        """Return the vehicle key of a case, or None where no event told of it."""
        row = self.db.execute("SELECT vehicle_key FROM cases WHERE case_id = ?", (case_id,)).fetchone()
        return None if row is None else str(row[0])

    # What other quarters need

    def executed(self, vehicle_keys: Sequence[str], articles: Sequence[str]) -> Sequence[int]:
        """Return when penalties for articles were executed, of a vehicle by its keys, microseconds of the epoch."""
        rows = self.db.execute(
            f"SELECT at_us FROM executed WHERE vehicle_key IN ({_marks(vehicle_keys)})"  # noqa: S608  marks alone
            f" AND article IN ({_marks(articles)}) AND NOT cancelled ORDER BY at_us",
            (*vehicle_keys, *articles),
        )
        return [int(at_us) for (at_us,) in rows]

    def turning_case(
        self, vehicle_keys: Sequence[str], kinds: Sequence[str], place: str | None, from_us: int, to_us: int
    ) -> bool:
        """Return whether a vehicle has a case of these kinds within a time, by any of these keys of it.

        Args:
            vehicle_keys: of the vehicle.
            kinds: of the cases.
            place: where; None: anywhere.
            from_us: begin of the time, microseconds since the Unix epoch.
            to_us: end of the time.
        """
        found = self.db.execute(
            f"SELECT 1 FROM turning WHERE vehicle_key IN ({_marks(vehicle_keys)})"  # noqa: S608  marks alone
            f" AND kind IN ({_marks(kinds)}) AND place = coalesce(?, place) AND at_us BETWEEN ? AND ? LIMIT 1",
            (*vehicle_keys, *kinds, place, from_us, to_us),
        )
        return found.fetchone() is not None

    def keep(self, cases: Sequence[SealedCase]) -> None:
        """Keep what is needed to look vehicles up again when their cases are reviewed."""
        self.db.executemany("INSERT OR REPLACE INTO sealed VALUES (?, ?, ?, ?, ?, ?)", cases)

    def sealed(self, case_id: str) -> SealedCase | None:
        """Return what `keep` kept of a case; None: nothing, or the case is decided."""
        row = self.db.execute("SELECT * FROM sealed WHERE case_id = ?", (case_id,)).fetchone()
        return None if row is None else SealedCase(*row)


def executes(event: CaseEvent) -> bool:
    """Return whether a step executes a penalty: enough was paid, or a warning came into force."""
    return event.step in (CaseStep.DISCOUNTED, CaseStep.PAID) or (
        event.step is CaseStep.IN_FORCE and event.amount_kzt == 0
    )


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
