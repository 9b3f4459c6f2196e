"""The test city's history: rows made by one core, and rows written into ClickHouse.

    python -m tests.benchmarks.city.history

Made: 300,000 violations with all rows of their cases, up to the bytes that an insert sends, by one process that touches
no server; its own CPU time, the planning left out and reported beside it. Written: by `vigil city history` with two
processes into a front of its own, from the command's start to the last row, planning included; the tables are held
against what was made.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from infra.settings import ROOT
from producers.simulator.history.history import History
from producers.simulator.history.settings import HistorySettings
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_least, main
from tests.contract.test_clickhouse_front import Front

MADE, WRITTEN = 300_000, 300_000
ROUNDS = 3
#: Nine months, as the published sums are of.
FIRST, LAST = date(2024, 1, 1), date(2024, 9, 30)
#: Incidents a violation, as in a history of three million.
INCIDENTS_RATIO = 0.04


def run(say: Say) -> list[Figure]:
    """Return the figures.

    Raises:
        BenchmarkError: the command failed, or the tables do not hold what it made.
    """
    return measure(say, MADE, WRITTEN, ROUNDS)


def measure(say: Say, made: int, written: int, rounds: int) -> list[Figure]:
    """Return the figures of histories of so many violations."""
    rate, planning_s, rows = _made(say, made, rounds)
    report = _written(written)
    total = sum(report["rows"].values())
    per_minute = 60 * report["rows_per_second"]
    seconds = report["seconds"]
    say(f"{total:,} rows in ClickHouse after {seconds['planning']} s of planning and {seconds['rows']} s")
    return [
        Figure(
            "history_rows_per_core_second", rate, "rows/core-s", at_least(500_000), f"{rows:,} rows made, no server"
        ),
        Figure(
            "history_rows_per_minute", per_minute, "rows/min", at_least(1_000_000), f"{total:,} rows into ClickHouse"
        ),
        Figure("history_planning_core_s", planning_s, "s", None, f"the plan of {made:,} violations"),
    ]


def _made(say: Say, violations: int, rounds: int) -> tuple[float, float, int]:
    """Return rows a core-second (the best of some rounds), core-seconds of planning, and rows."""
    began = time.process_time()
    history = History(HistorySettings(FIRST, LAST, violations, int(violations * INCIDENTS_RATIO)))
    planning_s = time.process_time() - began
    best, rows = 0.0, 0
    for _ in range(rounds):
        began, rows, size = time.process_time(), 0, 0
        for span in history.spans():
            for block in history.block(span)[0]:
                rows += len(block)
                size += len(block.native(history.topic_ids[block.topic], 1_700_000_000_000))
        spent_s = time.process_time() - began
        say(f"{rows:,} rows, {size / 1e6:,.0f} MB, made in {spent_s:.2f} core-s: {rows / spent_s:,.0f} rows/core-s")
        best = max(best, rows / spent_s)
    return best, planning_s, rows


def _written(violations: int) -> dict[str, Any]:
    """Write a history into a front of its own; return what the command said."""
    with tempfile.TemporaryDirectory() as folder:
        front = Front(Path(folder) / "data").start()
        try:
            return _command(front.url, violations)
        finally:
            front.stop()


def _command(url: str, violations: int) -> dict[str, Any]:
    incidents = int(violations * INCIDENTS_RATIO)
    argv: Sequence[str] = [
        *(sys.executable, "-m", "infra.cli", "city", "history", "--from", str(FIRST), "--to", str(LAST)),
        *("--violations", str(violations), "--incidents", str(incidents), "--url", url),
        *("--database", "history", "--migrate", "--json"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"vigil city history ended with {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main(run)
