"""The exercise's result for programs (sinks.json) and on the terminal."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from infra.chaos.sinks.plan import DisturbanceKind
from infra.chaos.sinks.run import Result

#: Problems of one run that the terminal shows; its folder holds them all.
MOST_SHOWN = 12


def closing_line(results: Sequence[Result]) -> str:
    """Return how many runs passed and failed."""
    passed = sum(result.passed for result in results)
    return f"{passed} passed, {len(results) - passed} failed"


def to_json(results: Sequence[Result]) -> dict[str, Any]:
    """Return what sinks.json holds."""
    return {
        "ok": bool(results) and all(result.passed for result in results),
        "verdict": closing_line(results),
        "runs": [result.to_json() for result in results],
    }


def write(results: Sequence[Result], folder: Path) -> Path:
    """Write sinks.json and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sinks.json"
    path.write_text(json.dumps(to_json(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def show_run(result: Result, out: Path, console: Console) -> None:
    """Print one line of a run; more of one that failed."""
    plan = result.plan
    colour, word = ("green", "good") if result.passed else ("red", "FAILED")
    console.print(
        f"[{colour}]seed {plan.seed}: {word}[/] {plan.messages:,} messages, {len(plan.poison)} poisonous;"
        f" {', '.join(map(str, result.strikes)) or 'nothing disturbed'}; stored after {result.stored_s:.1f} s,"
        f" {result.took_s:.1f} s in all",
        highlight=False,
        soft_wrap=True,
    )
    if result.passed:
        return
    problems = result.problems()
    for line in problems[:MOST_SHOWN]:
        console.print(f"    {line}", highlight=False, markup=False, soft_wrap=True)
    if len(problems) > MOST_SHOWN:
        console.print(f"    and {len(problems) - MOST_SHOWN} more", highlight=False)
    console.print(f"    kept: {out / f'seed-{plan.seed}-{plan.messages}'}", highlight=False, markup=False)
    again = f"vigil chaos sinks --runs 1 --seed {plan.seed} --messages {plan.messages} --poisonous {len(plan.poison)}"
    console.print(f"    again: {again}", highlight=False, markup=False, soft_wrap=True)


def show_all(results: Sequence[Result], console: Console) -> None:
    """Print what was disturbed how often, and what came of it."""
    table = Table(box=SIMPLE_HEAD)
    for title in ("disturbance", "times", "runs", "runs failed"):
        table.add_column(title, justify="left" if title == "disturbance" else "right")
    for kind in DisturbanceKind:
        times = Counter(
            index for index, result in enumerate(results) for one in result.plan.disturbances if one.kind is kind
        )
        failed = sum(not results[index].passed for index in times)
        table.add_row(kind.value, str(times.total()), str(len(times)), str(failed), style="red" if failed else None)
    console.print(table)
    messages = sum(result.plan.messages for result in results)
    poisonous = sum(len(result.plan.poison) for result in results)
    took_s = sum(result.took_s for result in results)
    seeds = " ".join(str(result.plan.seed) for result in results if not result.passed)
    console.print(
        f"{len(results)} runs, {messages:,} messages, {poisonous:,} poisonous, {took_s:.0f} s"
        f" ({took_s / max(1, len(results)):.1f} s a run){f'; seeds that failed: {seeds}' if seeds else ''}",
        highlight=False,
    )
