"""The evaluation for programs: evaluate.json, a list of kinds, and tracking.json. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from infra.evaluation.kind_rules import kind_rules
from infra.evaluation.kind_score import KindScore
from infra.evaluation.plate_score import PlateScore
from infra.evaluation.tracking_score import TrackingScore

#: Decimals of shares, seconds and rates.
DIGITS = 4
#: The project's: of plates that are marked confident so many are right.
PLATE_GOAL = {"confident_right_ratio": 0.99}


def kind_document(score: KindScore) -> dict[str, Any]:
    """Return one kind as plain data."""
    measured = score.measured
    rules = kind_rules(score.family, score.kind)
    return {
        "kind": score.kind,
        "family": score.family,
        "implemented": score.implemented,
        "recall": _rounded(score.recall),
        "precision": _rounded(score.precision),
        "precision_all": _rounded(score.precision_all),
        "delay_s": {
            "median": _rounded(score.delay_quantile_s(0.5)),
            "p95": _rounded(score.delay_quantile_s(0.95)),
        },
        "false_alarms_per_camera_day": _rounded(score.false_alarms_per_camera_day),
        "false_alarms_all_per_camera_day": _rounded(score.false_alarms_all_per_camera_day),
        "n_true": score.n_true,
        "n_found": score.n_found,
        "n_findings": score.n_findings,
        "n_false": score.n_false,
        "n_dropped": score.n_dropped,
        "n_officer": score.n_officer,
        "n_repeats": score.n_repeats,
        "n_repeats_elsewhere": score.n_repeats_elsewhere,
        "n_unseen": score.n_unseen,
        "n_edge": score.n_edge,
        "n_hard_negatives": score.n_negatives,
        "n_gate_only": score.n_gate_only,
        "hard_negatives": {
            name: {**asdict(hits), "gate_only": name in rules.gate_only} for name, hits in score.negatives.items()
        },
        "measured": None if measured is None else {name: _rounded(value) for name, value in asdict(measured).items()},
        "camera_days": _rounded(score.camera_days),
        "goal": rules.goal,
        "below_goal": below_goal([score]).get(score.kind),
    }


def tracking_document(score: TrackingScore) -> dict[str, Any]:
    """Return the tracking score as plain data."""
    return {
        "hota": None if score.hota is None else {name: _rounded(value) for name, value in score.hota._asdict().items()},
        "idf1": _rounded(score.idf1),
        "true_boxes": score.true_boxes,
        "box_recall": _rounded(score.recall),
        "box_precision": _rounded(score.precision),
        "speed": None if score.speed is None else {name: _rounded(v) for name, v in asdict(score.speed).items()},
    }


def plate_documents(scores: Mapping[str, PlateScore]) -> Sequence[dict[str, Any]]:
    """Return what was read of plates as plain data, a row a format."""
    return [
        {
            "format": name,
            **asdict(score),
            "read_ratio": _rounded(score.read_ratio),
            "right_ratio": _rounded(score.right_ratio),
            "confident_ratio": _rounded(score.confident_ratio),
            "confident_right_ratio": _rounded(score.confident_right_ratio),
            "goal": PLATE_GOAL,
        }
        for name, score in scores.items()
    ]


def below_goal(scores: Sequence[KindScore]) -> Mapping[str, str]:
    """Return in words, by kind, which implemented kinds miss their goal or could not be judged.

    Precision is that of all that was proposed: an officer's time is spent on what is left to one, too.
    """
    out: dict[str, str] = {}
    for score in scores:
        goal = kind_rules(score.family, score.kind).goal
        if not score.implemented or goal is None:
            continue
        missed = [
            f"{words} {'unknown' if value is None else format(value, '.3f')} (goal {goal[name]})"
            for name, words, value in (
                ("recall", "recall", score.recall),
                ("precision", "precision of all proposed", score.precision_all),
            )
            if name in goal and (value is None or value < goal[name])
        ]
        if missed:
            out[score.kind] = ", ".join(missed)
    return out


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
