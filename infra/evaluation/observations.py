"""Observations: everything the scorer needs of one run, wherever it came from; and its score. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from infra.evaluation.assignment import actors_between, assign
from infra.evaluation.camera_tracks import CameraTracks
from infra.evaluation.finding import Finding
from infra.evaluation.kind_score import DAY_S, KindCase, Watch, score_kind
from infra.evaluation.plate_score import PlateTally
from infra.evaluation.tracking_score import WINDOW_S, TrackingTally, tally_for
from infra.evaluation.true_event import Family, TrueEvent

#: A measurement is of the tracker's window before it.
WINDOW_US: Final = int(WINDOW_S * 1e6)


@dataclass(frozen=True, slots=True)
class Observations:
    """One run.

    Attributes:
        truth: true events and hard negatives.
        findings: what the product found.
        watch: what was looked at.
        cameras: cameras' true objects and tracks, one at a time.
    """

    truth: Sequence[TrueEvent]
    findings: Sequence[Finding]
    watch: Watch
    cameras: Iterable[tuple[str, CameraTracks]]


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one run.

    Attributes:
        kinds: by kind, violations first, in the order of names.
        tracking: counts of tracks and speeds.
        plates: counts of plates.
        watch: what was looked at.
    """

    kinds: Sequence[KindCase]
    tracking: TrackingTally
    plates: PlateTally
    watch: Watch


def score(
    observations: Observations, implemented: Sequence[tuple[Family, str]], one_piece_in: int | None = None
) -> Score:
    """Score a run.

    Args:
        observations: of the run.
        implemented: families and kinds that the product has a rule for; kinds that are only true are scored too.
        one_piece_in: HOTA and IDF1 are counted on one piece in so many; default: by the run's length.
    """
    days = observations.watch.camera_seconds / DAY_S
    tally = tally_for(days) if one_piece_in is None else TrackingTally(one_in=one_piece_in)
    plates = PlateTally()
    waiting: dict[str, list[Finding]] = {}
    for finding in observations.findings:
        waiting.setdefault(finding.camera_id, []).append(finding)
    known: list[Finding] = []
    for camera_id, camera in observations.cameras:
        assignment = assign(camera)
        tally.add(camera, assignment)
        plates.add(camera, assignment)
        for finding in waiting.pop(camera_id, ()):
            # what led to a finding is the window before it, see WINDOW_US
            first_us = min(finding.from_us, finding.to_us - WINDOW_US)
            actors = actors_between(camera, assignment, finding.tracks, first_us, finding.to_us)
            known.append(replace(finding, actors=actors))
    findings = [*known, *chain.from_iterable(waiting.values())]
    findings.sort(key=lambda one: (one.alert_us, one.finding_id))
    there = set(implemented)
    true = {(one.family, one.kind) for one in observations.truth if not one.is_hard_negative}
    said = {(one.family, one.kind) for one in findings}
    kinds = [
        score_kind(kind, family, observations.truth, findings, observations.watch, implemented=(family, kind) in there)
        for family, kind in sorted(there | true | said, key=lambda pair: (pair[0] == "incident", pair[1]))
    ]
    return Score(kinds, tally, plates, observations.watch)
