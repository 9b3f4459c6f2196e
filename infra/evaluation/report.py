"""The evaluation's result: JSON for programs, a picture a kind, report.html, and tables on the terminal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from infra.evaluation.document import below_goal, kind_document, plate_documents, tracking_document
from infra.evaluation.kind_score import KindScore
from infra.evaluation.observations import Score
from infra.evaluation.picture import picture
from infra.evaluation.plate_score import PlateScore
from infra.evaluation.pooled import pooled_kinds, pooled_plates, pooled_tracking
from infra.evaluation.tracking_score import TrackingScore


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Runs of one or more seeds, and all of them as one.

    Attributes:
        runs: score of each run, by the name of its seed.
        kinds: over all runs.
        tracking: over all runs.
        plates: over all runs, by format.
    """

    runs: Mapping[str, Score]
    kinds: Sequence[KindScore]
    tracking: TrackingScore
    plates: Mapping[str, PlateScore]


def report_of(runs: Mapping[str, Score]) -> EvaluationReport:
    """Return the report of some runs."""
    kinds = pooled_kinds([[case.score for case in score.kinds] for score in runs.values()])
    tracking = pooled_tracking([score.tracking for score in runs.values()]).score()
    return EvaluationReport(runs, kinds, tracking, pooled_plates([score.plates for score in runs.values()]).scores())


def write(report: EvaluationReport, out: Path) -> None:
    """Write the report into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    documents = [kind_document(score) for score in report.kinds]
    _json(out / "evaluate.json", documents)
    _json(
        out / "tracking.json",
        {
            "all": tracking_document(report.tracking),
            "by_seed": {seed: tracking_document(score.tracking.score()) for seed, score in report.runs.items()},
        },
    )
    plates = plate_documents(report.plates)
    _json(out / "plates.json", plates)
    _json(
        out / "by-seed.json",
        {seed: [kind_document(case.score) for case in score.kinds] for seed, score in report.runs.items()},
    )
    pictures = []
    for seed, score in report.runs.items():
        for case in score.kinds:
            if not (case.events or case.findings or case.negatives):
                continue
            text = picture(case, *_span(score))
            (out / f"{case.score.family}-{case.score.kind}-{seed}.svg").write_text(text, encoding="utf-8")
            pictures.append((seed, case.score.kind, Markup(text)))  # noqa: S704  picture() escapes what is in it
    environment = Environment(
        loader=PackageLoader("infra.evaluation"), undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
    )
    environment.filters["figure"] = _figure
    html = environment.get_template("report.html.j2").render(
        title=f"Seeds {', '.join(report.runs)}",
        kinds=documents,
        tracking=tracking_lines(report.tracking),
        plates=plates,
        pictures=pictures,
    )
    (out / "report.html").write_text(html, encoding="utf-8")


def show(report: EvaluationReport, console: Console) -> None:
    """Print the tables."""
    table = Table(
        box=SIMPLE_HEAD,
        title=f"seeds {', '.join(report.runs)}",
        title_justify="left",
        caption="precision and false alarms a camera-day of all that was proposed, and less what is left to an officer;"
        " gate: hard negatives where the zone switches the rule off; delay in seconds",
        caption_justify="left",
        collapse_padding=True,
        pad_edge=False,
    )
    table.add_column("kind", no_wrap=True, min_width=19)
    for name in (
        "true",
        "found",
        "recall",
        "prec.\nall",
        "less\noff.",
        "false\nall",
        "less\noff.",
        "rep.",
        "drop.",
        "off.",
        "neg.",
        "gate",
        "taken",
        "delay\np50",
        "p95",
    ):
        table.add_column(name, justify="right")
    for score in report.kinds:
        taken = sum(hits.hits for hits in score.negatives.values())
        table.add_row(
            score.kind if score.implemented else f"{score.kind} (no rule)",
            str(score.n_true),
            str(score.n_found),
            _figure(score.recall),
            _figure(score.precision_all),
            _figure(score.precision),
            _figure(score.false_alarms_all_per_camera_day),
            _figure(score.false_alarms_per_camera_day),
            str(score.n_repeats),
            str(score.n_dropped),
            str(score.n_officer),
            str(score.n_negatives),
            str(score.n_gate_only),
            str(taken),
            _figure(score.delay_quantile_s(0.5)),
            _figure(score.delay_quantile_s(0.95)),
        )
    console.print(table)
    if report.plates:
        console.print(_plate_table(report.plates))
    for name, value in tracking_lines(report.tracking):
        console.print(f"  {name}: {value}", highlight=False)
    for kind, text in below_goal(report.kinds).items():
        console.print(f"  below its goal: {kind}: {text}", highlight=False)


def _plate_table(scores: Mapping[str, PlateScore]) -> Table:
    table = Table(box=SIMPLE_HEAD, title="plates, by tracks", title_justify="left")
    table.add_column("format")
    for name in ("tracks", "read", "right of read", "confident of read", "right of confident"):
        table.add_column(name, justify="right")
    for name, one in scores.items():
        shares = (one.read_ratio, one.right_ratio, one.confident_ratio, one.confident_right_ratio)
        table.add_row(name, str(one.n_tracks), *(_figure(share) for share in shares))
    return table


def tracking_lines(score: TrackingScore) -> Sequence[tuple[str, str]]:
    """Return the tracking score in words."""
    lines = []
    if score.hota is not None:
        lines.append(("HOTA (detection, association)", " ".join(f"{part:.3f}" for part in score.hota)))
    lines.append(("IDF1", _figure(score.idf1)))
    lines.append(("true boxes that count; recall, precision", _boxes(score)))
    if score.speed is not None:
        speed = score.speed
        lines.append(("speeds judged", f"{speed.count:,}"))
        lines.append(
            (
                "speed bias, sd, 95 % of errors within",
                f"{speed.bias_kmh:+.2f}, {speed.sd_kmh:.2f}, {speed.p95_kmh:.2f} km/h",
            )
        )
        lines.append(("true speeds within the stated 95 % interval", f"{100 * speed.covered:.1f} %"))
    return lines


def _boxes(score: TrackingScore) -> str:
    return f"{score.true_boxes:,}; {_figure(score.recall)}, {_figure(score.precision)}"


def _span(score: Score) -> tuple[int, int]:
    """Return the run's first and last instant."""
    ends = list(score.watch.end_us.values())
    if not ends:
        return 0, 1
    longest_us = round(score.watch.camera_seconds / len(ends) * 1e6)
    return max(ends) - longest_us, max(ends)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if abs(value) < 10.0 else f"{value:.1f}"


def _json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
