"""Reports over the test city's nine months: how long each takes, and that they give the history's own sums.

    python -m tests.benchmarks.reports.answers

A history of three million violations is written into a front of its own, its tables are made, and each report is asked
a hundred times in one process: whether months are due, the query, and the JSON of the answer, as `vigil report` does
after it has started. Standing reports are those that the command gives without further options; the others are asked by
camera, by cash date, with another tariff, or over days that are no whole months.

VIGIL_BENCH_CLICKHOUSE_URL names a front whose database `vigil` holds that history already.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from clickhouse_connect.driver.client import Client

from infra.settings import ROOT
from sinks.clickhouse.clickhouse_client import connect
from sinks.reports.answer import Answer, Question, ask
from sinks.reports.builds import Builds
from sinks.reports.catalogue import REPORTS
from sinks.reports.refresh import QUERY_S, refresh
from sinks.reports.tariff import with_tariff
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_most, main
from tests.contract.test_clickhouse_front import Front

FIRST, LAST = date(2024, 1, 1), date(2024, 9, 30)
VIOLATIONS, TIMES = 3_000_000, 100
#: Published collection of the nine months, and how far the history may be from it.
COLLECTED_KZT, TOLERANCE_RATIO = 18_700_000_000, 0.01
#: Goals, p95: standing reports, and any other.
STANDING_MS, OTHER_MS = 100, 1_000
URL = "VIGIL_BENCH_CLICKHOUSE_URL"
DATABASE = "vigil"
TARIFF: Final = '[tariff]\nname = "a dearer index"\n[[mrp]]\nfrom = 2024-01-01\nuntil = 2024-12-31\nkzt = 4_000\n'
#: What is asked besides the standing reports, by figure.
OTHERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "revenue_by_camera": {"name": "revenue", "by": "camera"},
    "revenue_by_article": {"name": "revenue", "by": "article"},
    "revenue_by_district": {"name": "revenue", "by": "district"},
    "revenue_by_owner": {"name": "revenue", "by": "owner"},
    "revenue_by_cash_date": {"name": "revenue", "by": "day", "cash": True},
    "revenue_by_camera_and_cash_date": {"name": "revenue", "by": "camera", "cash": True},
    "revenue_by_camera_and_cash_date_of_single_days": {
        "name": "revenue",
        "by": "camera",
        "cash": True,
        "first": date(2024, 1, 11),
        "last": date(2024, 9, 20),
    },
    "revenue_under_another_tariff": {"name": "revenue", "by": "day", "tariff": True},
    "cameras_of_single_days": {"name": "cameras", "first": date(2024, 1, 11), "last": date(2024, 9, 20)},
    "reviews_by_officer": {"name": "reviews", "by": "officer"},
    "incidents_by_hour": {"name": "incidents", "by": "hour"},
}


def run(say: Say) -> list[Figure]:
    """Return the figures.

    Raises:
        BenchmarkError: the history could not be written, or a report does not give its sums.
    """
    given = os.environ.get(URL)
    if given:
        return measure(say, _client(given), VIOLATIONS, TIMES)
    with tempfile.TemporaryDirectory() as folder:
        front = Front(Path(folder) / "data").start()
        try:
            sums = _history(say, front.url)
            return measure(say, _client(front.url), VIOLATIONS, TIMES, sums)
        finally:
            front.stop()


def _client(url: str) -> Client:
    return connect(url, "default", "", DATABASE, QUERY_S)


def measure(
    say: Say, client: Client, violations: int, times: int, sums: Mapping[str, int] | None = None
) -> list[Figure]:
    """Return the figures over a history.

    Args:
        say: takes lines of progress.
        client: connected to its database.
        violations: how many it has.
        times: how often each report is asked.
        sums: what it comes to, where that is known.

    Raises:
        BenchmarkError: a report does not give its sums.
    """
    began = time.monotonic()
    works = refresh(client, say)
    made_s = time.monotonic() - began
    say(f"{len(works)} months made in {made_s:.1f} s")
    _check(ask(client, _question("revenue", "day")), sums, violations)
    load = f"{violations:,} cases, p95 of {times}"
    out = []
    for name, report in REPORTS.items():
        asked = _question(name, next(iter(report.by), None))
        out.append(_timed(say, name, _asking(client, asked), times, STANDING_MS, load))
    with tempfile.TemporaryDirectory() as folder:
        tariff = Path(folder) / "other.toml"
        tariff.write_text(TARIFF, encoding="utf-8")
        for name, other in OTHERS.items():
            rest = {key: value for key, value in other.items() if key not in {"name", "by", "tariff"}}
            asked = _question(other["name"], other.get("by"), **rest)
            asking = _asking(client, asked, tariff if other.get("tariff") else None)
            out.append(_timed(say, name, asking, times, OTHER_MS, load))
    if works:
        cases = f"all tables of {violations:,} cases made anew"
        out.append(Figure("report_refresh_s", made_s, "s", None, cases))
    return out


def _question(name: str, by: str | None, **rest: Any) -> Question:
    return Question(REPORTS[name], rest.pop("first", FIRST), rest.pop("last", LAST), by, **rest)


def _asking(client: Client, asked: Question, tariff: Path | None = None) -> Callable[[], int]:
    """Return what answers once, as the command does, and gives the answer's length in bytes."""

    def answer() -> int:
        builds = Builds.read(client)
        if builds.due():
            raise BenchmarkError("the facts changed while reports were timed; expected a history that nobody writes")
        found = ask(client, asked, builds) if tariff is None else with_tariff(client, asked, tariff, builds)
        return len(json.dumps(found.document()))

    return answer


def _timed(say: Say, name: str, answer: Callable[[], int], times: int, goal_ms: int, load: str) -> Figure:
    spent_ms, size = [], 0
    for _ in range(times):
        began = time.perf_counter()
        size = answer()
        spent_ms.append(1_000 * (time.perf_counter() - began))
    p95_ms = float(np.percentile(spent_ms, 95))
    say(f"{name}: p50 {np.percentile(spent_ms, 50):.1f} ms, p95 {p95_ms:.1f} ms, {size:,} bytes")
    return Figure(f"report_{name}_p95_ms", round(p95_ms, 1), "ms", at_most(goal_ms), load)


def _check(answer: Answer, sums: Mapping[str, int] | None, violations: int) -> None:
    """See that what is fast is right.

    Raises:
        BenchmarkError: it is not.
    """
    found = answer.totals
    wrong = [
        f"{name} {found[name]:,}, the history has {kzt:,}" for name, kzt in (sums or {}).items() if found[name] != kzt
    ]
    if found["violations"] != violations:
        wrong.append(f"{found['violations']:,} violations, expected {violations:,}")
    if violations == VIOLATIONS and abs(found["collected_kzt"] / COLLECTED_KZT - 1) > TOLERANCE_RATIO:
        wrong.append(
            f"{found['collected_kzt']:,} KZT collected, expected {COLLECTED_KZT:,} within {TOLERANCE_RATIO:.0%}"
        )
    if wrong:
        raise BenchmarkError(f"report revenue gives {'; '.join(wrong)}")


def _history(say: Say, url: str) -> Mapping[str, int]:
    """Write the history; return its sums.

    Raises:
        BenchmarkError: it could not be written.
    """
    say(f"writing {VIOLATIONS:,} violations ...")
    argv: Sequence[str] = [
        *(sys.executable, "-m", "infra.cli", "city", "history", "--from", str(FIRST), "--to", str(LAST)),
        *("--violations", str(VIOLATIONS), "--url", url),
        *("--database", DATABASE, "--migrate", "--json"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"vigil city history ended with {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
    total = json.loads(done.stdout)["totals"]["total"]
    return {
        name: int(total[name])
        for name in ("violations", "detected_kzt", "imposed_kzt", "discounted_kzt", "collected_kzt")
    }


if __name__ == "__main__":
    main(run)
