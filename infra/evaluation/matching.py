"""Which finding is of which true event: one to one, by kind. Pure.

A finding may be of an event if it is of its kind, its camera can see it, it was said while the event was in view (with
the kind's tolerance), and nothing speaks against it: where the tracks of a finding are known to be of other true
objects than the event's, or its boxes lie elsewhere in the picture, it is of something else.

Among all ways to pair them one to one, that with the most pairs is taken, and of those the one with the smallest sum of
distances between alert and due time (an assignment problem, solved exactly). So of two alerts for one event one is
right and the other false; of two events with one alert one is missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from infra.evaluation.finding import Finding
from infra.evaluation.true_event import Box, TrueEvent

#: A region is widened by this share of its size: evidence shows objects whole, a region may be their foot points.
REGION_MARGIN: Final = 0.25
#: What a pair is worth against the distance of its times, in seconds: more pairs always win.
PAIR_WORTH: Final = 1e7
#: Distances count up to here, seconds.
LONGEST_S: Final = 1e5


@dataclass(frozen=True, slots=True)
class Pairing:
    """One kind's findings against its true events.

    Attributes:
        pairs: places of (event, finding).
        repeats: for each finding that is not paired and could be of a paired event: that event's place.
        negatives: for each finding that is not paired and could be of a hard negative: that one's place.
    """

    pairs: Sequence[tuple[int, int]]
    repeats: dict[int, int]
    negatives: dict[int, int]


def pair(
    events: Sequence[TrueEvent], negatives: Sequence[TrueEvent], findings: Sequence[Finding], tolerance_s: float
) -> Pairing:
    """Pair one kind's findings with its true events, and say what the others may be of.

    Args:
        events: true events of the kind.
        negatives: hard negatives that must not be taken for the kind.
        findings: of the kind.
        tolerance_s: of the kind.
    """
    fits = np.array([[may_be_of(finding, event, tolerance_s) for finding in findings] for event in events], bool)
    fits = fits.reshape(len(events), len(findings))
    distance = np.array(
        [[min(abs(f.alert_us - event.due_us) / 1e6, LONGEST_S) for f in findings] for event in events], np.float64
    ).reshape(fits.shape)
    worth = np.where(fits, PAIR_WORTH - distance, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    pairs = [(row, column) for row, column in zip(rows.tolist(), columns.tolist(), strict=True) if fits[row, column]]
    taken_events, taken = {row for row, _ in pairs}, {column for _, column in pairs}
    repeats, hit = {}, {}
    for column, finding in enumerate(findings):
        if column in taken:
            continue
        again = [row for row in np.flatnonzero(fits[:, column]).tolist() if row in taken_events]
        if again:
            repeats[column] = again[0]
            continue
        of = [n for n, negative in enumerate(negatives) if may_be_of(finding, negative, tolerance_s)]
        if of:
            hit[column] = of[0]
    return Pairing(pairs, repeats, hit)


def may_be_of(finding: Finding, event: TrueEvent, tolerance_s: float) -> bool:
    """Say whether a finding may be of an event, kinds aside."""
    view = event.view(finding.camera_id)
    if view is None:
        return False
    tolerance_us = int(tolerance_s * 1e6)
    if finding.to_us < view.from_us - tolerance_us or finding.from_us > view.to_us + tolerance_us:
        return False
    if not event.started_us - tolerance_us <= finding.alert_us <= _end_us(finding, event, view.to_us) + tolerance_us:
        return False
    if finding.actors and event.actors:
        return bool(finding.actors & event.actors)
    if view.region_xyxy_px is None or not finding.boxes_xyxy_px:
        return True
    return any(_touch(_widened(view.region_xyxy_px), box) for box in finding.boxes_xyxy_px)


def _end_us(finding: Finding, event: TrueEvent, view_to_us: int) -> int:
    """Return until when an event may be said.

    An incident: while it lasts. A violation is proposed after the fact; its moment counts, which the view bounds.
    """
    return max(event.ended_us, view_to_us) if finding.family == "incident" else finding.alert_us


def _widened(box: Box) -> Box:
    wide, tall = REGION_MARGIN * (box[2] - box[0]), REGION_MARGIN * (box[3] - box[1])
    return box[0] - wide, box[1] - tall, box[2] + wide, box[3] + tall


def _touch(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
