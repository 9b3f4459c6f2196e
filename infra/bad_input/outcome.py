"""What each input came to, as a table for people and JSON for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one input came to.

    Attributes:
        title: what was tried.
        found: the error sentence, health status or dead letter that it came to.
        passed: whether that is what must come of it.
    """

    title: str
    found: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """All outcomes, and what became of the stages meanwhile.

    Attributes:
        outcomes: one for each input.
        restarts: times each stage was started again.
        down: stages that do not serve at the end.
    """

    outcomes: Sequence[Outcome]
    restarts: Mapping[str, int]
    down: Sequence[str]

    @property
    def failed(self) -> int:
        """Inputs that did not end as they must."""
        return sum(not one.passed for one in self.outcomes)

    @property
    def ok(self) -> bool:
        """Whether every input ended as it must and no stage went down or restarted."""
        return bool(self.outcomes) and not self.failed and not self.down and not any(self.restarts.values())

    @property
    def stages_line(self) -> str:
        """What became of the stages, as a line."""
        up = f"{', '.join(self.down)} down" if self.down else "all up"
        return f"stages: {up}, {sum(self.restarts.values())} restarts"

    @property
    def closing_line(self) -> str:
        """How many inputs passed and failed."""
        return f"{len(self.outcomes) - self.failed} passed, {self.failed} failed"

    def to_json(self) -> dict[str, Any]:
        """Return the summary for programs."""
        return {
            "ok": self.ok,
            "passed": len(self.outcomes) - self.failed,
            "failed": self.failed,
            "stages": {"down": list(self.down), "restarts": dict(self.restarts)},
            "outcomes": [asdict(one) for one in self.outcomes],
        }


def show(summary: Summary, console: Console) -> None:
    """Print the table, the stages and the closing line."""
    table = Table(title="Bad input", title_justify="left")
    table.add_column("input", overflow="fold")
    table.add_column("outcome", overflow="fold", ratio=1)
    table.add_column("as it must be?")
    for one in summary.outcomes:
        # not markup: error sentences hold brackets
        table.add_row(one.title, one.found.replace("[", "\\["), "yes" if one.passed else "NO")
    console.print(table)
    console.print(summary.stages_line, highlight=False)
    console.print(summary.closing_line, highlight=False)
