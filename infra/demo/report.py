"""The demo's result for programs (report.json), for people (report.html) and on the terminal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from infra.demo.accounting import Account, TableCount
from infra.demo.kept_evidence import KeptEvidence
from infra.demo.tables import OpenCases


@dataclass(frozen=True, slots=True)
class CameraFigures:
    """What one camera brought."""

    camera_id: str
    file: str
    duration_s: float
    camera_seconds: int
    frames_decoded: int
    frames_inferred: int
    detections: int
    tracks: int
    incidents: int
    violations: int


@dataclass(frozen=True, slots=True)
class Finding:
    """An incident or a violation and its still."""

    family: str
    id: str
    kind: str
    camera_id: str
    summary: str
    still: str | None
    still_error: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the demo found out about itself.

    Attributes:
        account: the balance in camera-seconds.
        cameras: figures a camera.
        tables: each topic beside its table.
        latency_ms: p50 and p99, milliseconds.
        incidents: incidents found.
        violations: violations proposed.
        findings: each of them, with its still.
        problems: why the demo did not succeed; empty where it did.
        query: the SQL of the balance.
        cases: what the violations opened, for an officer to review; None: no case stage ran.
        evidence: what was kept of the findings; None: no evidence sink ran.
    """

    account: Account
    cameras: Sequence[CameraFigures]
    tables: Mapping[str, TableCount]
    latency_ms: Mapping[str, int]
    incidents: int
    violations: int
    findings: Sequence[Finding]
    problems: Sequence[str]
    query: str
    cases: Sequence[OpenCases] | None
    evidence: KeptEvidence | None = None

    @property
    def ok(self) -> bool:
        """True where every camera-second is stored exactly once and every table equals its topic."""
        return not self.problems

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.problems:
            return "; ".join(self.problems)
        return (
            f"All {self.account.produced} camera-seconds are in ClickHouse exactly once; every table equals its topic; "
            f"{self.incidents} incidents, {self.violations} violations proposed."
            + ("" if self.cases is None else f" {self.opened} cases wait for an officer.")
            + (
                ""
                if self.evidence is None
                else f" Evidence of {self.evidence.cases} findings agrees; each comes out again bit for bit."
            )
        )

    @property
    def opened(self) -> int:
        """Cases opened."""
        return sum(one.cases for one in self.cases or ())

    def as_json(self) -> dict[str, Any]:
        """Return what report.json holds."""
        account = self.account
        return {
            "ok": self.ok,
            "verdict": self.verdict,
            "problems": list(self.problems),
            "camera_seconds": {
                "produced": account.produced,
                "detected": account.detected,
                "tracked": account.tracked,
                "stored": account.stored,
                "dead_lettered": account.dead_lettered,
            },
            "missing": account.missing,
            "duplicated": account.duplicated,
            "repeated_in_topics": account.repeated,
            "lost_at": {link: [list(second) for second in seconds] for link, seconds in account.lost_at.items()},
            "incidents": self.incidents,
            "violations": self.violations,
            "cases": None if self.cases is None else [asdict(one) for one in self.cases],
            "latency_ms": dict(self.latency_ms),
            "rows": {name: table.rows for name, table in self.tables.items()},
            "tables": {name: {**asdict(table), "equal": table.equal} for name, table in self.tables.items()},
            "cameras": [asdict(camera) for camera in self.cameras],
            "findings": [asdict(finding) for finding in self.findings],
            "evidence": None if self.evidence is None else self.evidence.to_json(),
        }


def write(report: Report, folder: Path) -> None:
    """Write report.json and report.html."""
    content = report.as_json()
    (folder / "report.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    pages = Environment(
        loader=PackageLoader("infra.demo"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = pages.get_template("report.html.j2").render(report=content, findings=content["findings"], query=report.query)
    (folder / "report.html").write_text(page, encoding="utf-8")


def show(report: Report, folder: Path, console: Console) -> None:
    """Print the summary."""
    cameras = Table(title="Cameras", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("camera", "clip", "s", "cam-s", "decoded", "inferred", "boxes", "tracks", "incid.", "viol."):
        left = name in {"camera", "clip"}
        cameras.add_column(name, justify="left" if left else "right", no_wrap=left)
    for c in report.cameras:
        figures = (
            c.camera_seconds,
            c.frames_decoded,
            c.frames_inferred,
            c.detections,
            c.tracks,
            c.incidents,
            c.violations,
        )
        cameras.add_row(c.camera_id, c.file, f"{c.duration_s:.1f}", *map(str, figures))
    console.print(cameras)
    tables = Table(title="Topics and tables", title_justify="left", box=SIMPLE_HEAD)
    for name in ("topic", "messages", "rows", "distinct", "in the view", ""):
        tables.add_column(name, justify="left" if name in {"topic", ""} else "right", no_wrap=True)
    for topic, t in report.tables.items():
        equal = "equal" if t.equal else "[red]NOT EQUAL"
        tables.add_row(topic, str(t.messages), str(t.rows), str(t.distinct), str(t.facts), equal)
    console.print(tables)
    account = report.account
    console.print(
        f"camera-seconds: produced {account.produced}, detected {account.detected}, tracked {account.tracked}, "
        f"stored {account.stored}, dead-lettered {account.dead_lettered}; missing {account.missing}, "
        f"duplicated {account.duplicated}"
    )
    console.print(
        f"latency, frames message to row: p50 {report.latency_ms['p50']} ms, p99 {report.latency_ms['p99']} ms"
    )
    by_kind: dict[tuple[str, str, str], list[str]] = {}
    for finding in report.findings:
        by_kind.setdefault((finding.family, finding.kind, finding.camera_id), []).append(finding.summary)
    found = Table(title="Findings", title_justify="left", box=SIMPLE_HEAD)
    for name in ("family", "kind", "camera", "number", "the first of them"):
        found.add_column(name, justify="right" if name == "number" else "left")
    for (family, kind, camera_id), summaries in by_kind.items():
        found.add_row(family, kind, camera_id, str(len(summaries)), summaries[0])
    console.print(found)
    if report.cases:
        cases = Table(title="Cases: nothing is fined before an officer confirms", title_justify="left", box=SIMPLE_HEAD)
        for name in ("kind", "stands at", "cases", "proposed fines, KZT"):
            cases.add_column(name, justify="left" if name in {"kind", "stands at"} else "right")
        for one in report.cases:
            cases.add_row(one.kind, one.step, str(one.cases), f"{one.amount_kzt:,}")
        console.print(cases)
    if report.evidence is not None:
        e = report.evidence
        starts = ", ".join(f"{count} from {start}" for start, count in e.starts.items())
        console.print(
            f"evidence: {e.cases} cases, {e.objects} objects, {e.missing} seconds or spans recorded as missing;"
            f" recomputed bit for bit: {e.recomputed} ({starts})",
            highlight=False,
        )
    console.print(f"[{'green' if report.ok else 'red'}]{report.verdict}")
    console.print(f"report: {folder / 'report.html'}")
