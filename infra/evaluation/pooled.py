"""Scores of several runs as one: counts add up. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from infra.evaluation.kind_score import Hits, KindScore
from infra.evaluation.plate_score import PlateScore, PlateTally
from infra.evaluation.tracking_score import TrackingTally


def pooled_kinds(runs: Sequence[Sequence[KindScore]]) -> Sequence[KindScore]:
    """Return each kind's score over all runs, violations first, in the order of names."""
    by_kind: dict[tuple[bool, str], list[KindScore]] = {}
    for run in runs:
        for one in run:
            by_kind.setdefault((one.family == "incident", one.kind), []).append(one)
    return [_pooled(by_kind[key]) for key in sorted(by_kind)]


def pooled_tracking(runs: Sequence[TrackingTally]) -> TrackingTally:
    """Return the tracking counts of all runs."""
    out = TrackingTally()
    for one in runs:
        out.hota += one.hota
        out.idf1 += one.idf1
        out.speeds += one.speeds
        out.true_boxes += one.true_boxes
        out.tracked += one.tracked
        out.boxes += one.boxes
    return out


def pooled_plates(runs: Sequence[PlateTally]) -> PlateTally:
    """Return the plate counts of all runs."""
    out = PlateTally()
    for run in runs:
        for name, one in run.by_format.items():
            out.by_format[name] = out.by_format.get(name, PlateScore()) + one
    return out


def _pooled(scores: Sequence[KindScore]) -> KindScore:
    scenes: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for one in scores:
        for scenario, counted in one.negatives.items():
            scenes[scenario] += counted.scenes
            hits[scenario] += counted.hits
    return replace(
        scores[0],
        n_true=sum(one.n_true for one in scores),
        n_found=sum(one.n_found for one in scores),
        n_findings=sum(one.n_findings for one in scores),
        n_dropped=sum(one.n_dropped for one in scores),
        n_officer=sum(one.n_officer for one in scores),
        n_repeats=sum(one.n_repeats for one in scores),
        n_repeats_elsewhere=sum(one.n_repeats_elsewhere for one in scores),
        n_unseen=sum(one.n_unseen for one in scores),
        n_edge=sum(one.n_edge for one in scores),
        n_negatives=sum(one.n_negatives for one in scores),
        negatives={scenario: Hits(count, hits[scenario]) for scenario, count in sorted(scenes.items())},
        delay_s=sorted(delay for one in scores for delay in one.delay_s),
        camera_days=sum(one.camera_days for one in scores),
        errors=[pair for one in scores for pair in one.errors],
    )
