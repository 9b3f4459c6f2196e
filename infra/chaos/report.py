"""The exercise's result for programs (chaos.json) and on the terminal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from infra.chaos.comparison import Check
from infra.chaos.exercise import Reference, Run

#: Differences of one table that the terminal shows; chaos.json holds them all.
MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that was found out.

    Attributes:
        reference: the undisturbed run.
        runs: the disturbed ones.
    """

    reference: Reference
    runs: Sequence[Run]

    @property
    def passed(self) -> int:
        """Kills whose process served again, and checks that hold."""
        return sum(self._cases())

    @property
    def failed(self) -> int:
        """The other ones."""
        return len(self._cases()) - self.passed

    @property
    def ok(self) -> bool:
        """True where something was exercised and nothing failed."""
        return bool(self.runs) and self.failed == 0

    @property
    def verdict(self) -> str:
        """The closing line."""
        return f"{self.passed} passed, {self.failed} failed"

    def to_json(self) -> dict[str, Any]:
        """Return what chaos.json holds."""
        return {
            "ok": self.ok,
            "verdict": self.verdict,
            "passed": self.passed,
            "failed": self.failed,
            "undisturbed": {
                "footage_s": self.reference.footage_s,
                "checks": [check.to_json() for check in self.reference.checks],
            },
            "runs": [
                {
                    "seed": run.seed,
                    "kills": [kill.to_json() for kill in run.kills],
                    "checks": [check.to_json() for check in run.checks],
                }
                for run in self.runs
            ],
        }

    def _cases(self) -> list[bool]:
        return [case.passed for case in [*self.reference.checks, *(case for run in self.runs for case in run.cases)]]


def write(outcome: Outcome, folder: Path) -> Path:
    """Write chaos.json and return its path."""
    path = folder / "chaos.json"
    path.write_text(json.dumps(outcome.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def show_reference(reference: Reference, console: Console) -> None:
    """Print what the undisturbed run left."""
    console.print(f"undisturbed: {reference.footage_s:.1f} s of footage", highlight=False)
    _show_checks(reference.checks, console)


def show_run(run: Run, console: Console) -> None:
    """Print a disturbed run: its kills, then what the tables hold."""
    table = Table(title=f"Seed {run.seed}", title_justify="left", box=SIMPLE_HEAD)
    for name in ("killed", "planned s", "at s", "served again after s", "away already"):
        table.add_column(name, justify="right" if name.endswith(" s") else "left")
    for kill in run.kills:
        at = "[red]not killed" if kill.at_s is None else f"{kill.at_s:.1f}"
        served = "[red]never" if kill.served_after_s is None else f"{kill.served_after_s:.1f}"
        away = ", ".join(kill.away)
        table.add_row(kill.planned.target.name, f"{kill.planned.at_s:.1f}", at, served, away)
    console.print(table)
    _show_checks(run.checks, console)


def _show_checks(checks: Sequence[Check], console: Console) -> None:
    for check in checks:
        colour, word = ("green", "good") if check.passed else ("red", "FAILED")
        console.print(f"  [{colour}]{check.name}: {check.found}; {word}", highlight=False)
        if check.problem is not None:
            console.print(f"    {check.problem}", highlight=False, markup=False)
        for difference in check.differences[:MOST_SHOWN]:
            console.print(f"    {difference}", highlight=False, markup=False)
        if len(check.differences) > MOST_SHOWN:
            console.print(f"    and {len(check.differences) - MOST_SHOWN} more; chaos.json names them")
