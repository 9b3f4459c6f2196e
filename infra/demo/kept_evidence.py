"""The demo's evidence: what the sink kept of its findings, whether it agrees, whether each finding comes out again."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sinks.evidence import verify
from sinks.evidence.archive import Archive, check_stored
from sinks.evidence.case_name import CaseName
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.lineage import NAME, NOWHERE, Lineage, LineageError
from sinks.evidence.whole_store import WholeStore, check_store

#: Below the report's folder.
STORE: Final = "evidence"
KEY: Final = "evidence-key.pem"
GROUP: Final = "evidence"
TOPICS: Final = ("incidents", "violations")
#: How long a second is waited for that does not come: footage ends, and findings near its end want 6 s more. At real
#: time stages are seconds behind; footage played as fast as can be is there long before they come to it.
GAP_TIMEOUT_S: Final[Mapping[str, float]] = {"realtime": 15.0, "max": 20.0}


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of the case that the page shows.

    Attributes:
        name: in an export.
        shows: its kind and role.
        path: below the report's folder.
        picture: a browser can show it.
    """

    name: str
    shows: str
    path: str
    picture: bool


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """What the demo found out about its evidence.

    Attributes:
        cases, objects: how many the store holds.
        missing: seconds or spans that are recorded as missing.
        recomputed: findings that came out again bit for bit.
        starts: how many were recomputed from what.
        problems: what does not agree, or does not come out again.
        shown: the case that the page shows; empty where there is none.
        summary: its sentence.
        files: its files.
        verdict: what verification says of it.
    """

    cases: int
    objects: int
    missing: int
    recomputed: int
    starts: Mapping[str, int]
    problems: Sequence[str]
    shown: str
    summary: str
    files: Sequence[ShownFile]
    verdict: str

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)


def look(out: Path, findings: int) -> KeptEvidence:
    """Verify the store, recompute every finding, and choose the case that the page shows.

    Args:
        out: the report's folder.
        findings: messages that name evidence: so many cases there must be.
    """
    store = FolderStore(out / STORE)
    report = check_store(store)
    problems = [f"evidence {where}: {lines[0].what}: {lines[0].text}" for where, lines in report.lines.items()]
    if report.cases != findings:
        problems.append(f"{report.cases} cases of evidence for {findings} findings")
    cases = WholeStore(store).cases()
    recomputed = 0
    starts: Counter[str] = Counter()
    for case in cases:
        start, problem = _recompute(store, case)
        starts[start] += 1
        recomputed += problem is None
        if problem is not None:
            problems.append(f"{case} does not come out again: {problem}")
    chosen = min(cases, key=lambda case: (case.topic != "violations", case.event_id, case.revision), default=None)
    files: list[ShownFile] = []
    verdict = summary = ""
    if chosen is not None:
        manifest = json.loads(store.get(chosen.manifest))
        summary = manifest["event"]["message"]["summary"]
        files = [_shown(file) for file in manifest["files"]]
        verdict = verify.report(check_stored(Archive(store), chosen, None))
    return KeptEvidence(
        report.cases,
        report.objects,
        report.missing,
        recomputed,
        dict(sorted(starts.items())),
        problems,
        "" if chosen is None else str(chosen),
        summary,
        files,
        verdict,
    )


def _recompute(store: FolderStore, case: CaseName) -> tuple[str, str | None]:
    """Return where a case's recomputation starts, and why the finding does not come out again."""
    # imported here: the cores bring machine code with them, which 'vigil demo --help' does not need
    from infra.replay.recompute import Recomputation  # noqa: PLC0415

    entries = json.loads(store.get(case.manifest))["files"]
    try:
        lineage = Lineage.from_bytes(store.get(next(one["object"] for one in entries if one["name"] == NAME)))
        outcome = asyncio.run(Recomputation(lineage).run())
    except LineageError as error:
        return NOWHERE, str(error)
    if outcome.same:
        return lineage.start, None
    if not outcome.reached:
        return lineage.start, f"it is not reached from {outcome.groups} camera-seconds"
    return lineage.start, "; ".join(map(str, outcome.differences))


def _shown(file: Mapping[str, Any]) -> ShownFile:
    shows = f"{file['kind']} {file.get('role', '')}".strip()
    picture = file["name"].endswith((".jpg", ".png"))
    return ShownFile(file["name"], shows, f"{STORE}/{file['object']}", picture)
