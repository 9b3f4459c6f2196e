"""What a benchmark gives: figures, or the reason why one could not be measured."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

#: Takes a line of progress.
Say = Callable[[str], None]


class BenchmarkError(RuntimeError):
    """A figure could not be measured; the text says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be.

    Attributes:
        bound: the value at which the goal is just met, in the figure's unit.
        at_least: True: the figure should not be below the bound; False: not above.
    """

    bound: float
    at_least: bool

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"

    def met(self, value: float) -> bool:
        """Say whether a value meets the goal."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run.

    Attributes:
        name: stable between versions; programs look for it.
        value: as measured; None: it was not measured, and `error` says why.
        unit: of the value.
        goal: None for a figure that only explains another.
        compared_with: the other side of the ratio, or the load.
        error: why there is no value.
    """

    name: str
    value: float | None
    unit: str
    goal: Goal | None
    compared_with: str
    error: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.error is None):
            raise ValueError(f"figure {self.name} has value {self.value} and error {self.error}; expected one of them")

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None: there is no goal, or no value."""
        return None if self.goal is None or self.value is None else self.goal.met(self.value)

    def to_json(self) -> dict[str, Any]:
        """Return the figure for bench.json; `error` is there only where the value is not."""
        out: dict[str, Any] = {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "goal": None if self.goal is None else str(self.goal),
            "compared_with": self.compared_with,
        }
        return out if self.error is None else out | {"error": self.error}


def at_least(bound: float) -> Goal:
    """Return a goal for a figure of which more is better."""
    return Goal(bound, at_least=True)


def at_most(bound: float) -> Goal:
    """Return a goal for a figure of which less is better."""
    return Goal(bound, at_least=False)


def main(run: Callable[[Say], Sequence[Figure]]) -> None:
    """Run one group by itself: figures to standard output, progress to standard error."""
    figures = run(lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201  a command's output
    print(json.dumps([figure.to_json() for figure in figures], indent=2))  # noqa: T201
