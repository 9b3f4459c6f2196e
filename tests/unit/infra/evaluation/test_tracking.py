"""Tracks and speeds against true objects, counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from infra.evaluation.assignment import actors_between, assign
from infra.evaluation.camera_tracks import CameraTracks
from infra.evaluation.hota import hota, hota_counts, together
from infra.evaluation.observations import Observations, score
from infra.evaluation.pooled import pooled_tracking
from infra.evaluation.tracking_score import TrackingTally
from tests.unit.infra.evaluation.street import WATCH, S, event, finding

#: x1, y1, x2, y2 of three places.
PLACES = np.array([[0, 0, 10, 20], [100, 0, 110, 20], [200, 0, 210, 20]], np.float64)


def camera(
    true: list[tuple[int, int, int]],
    found: list[tuple[int, int, int]],
    speeds: list[tuple[int, int, float, float]] = [],  # noqa: B006  not changed
    visible: float = 1.0,
    kmh: float = 36.0,
) -> CameraTracks:
    """Return a camera: (second, object, place) of true boxes, (second, track, place) of tracks', and stated speeds."""
    t, f = np.array(true, np.int64).reshape(-1, 3), np.array(found, np.int64).reshape(-1, 3)
    s = np.array(speeds, np.float64).reshape(-1, 4)
    return CameraTracks(
        true_at_us=t[:, 0] * S,
        true_actor=t[:, 1],
        true_xyxy_px=PLACES[t[:, 2]],
        true_visible_ratio=np.full(len(t), visible),
        true_speed_kmh=np.full(len(t), kmh),
        at_us=f[:, 0] * S,
        track=f[:, 1],
        xyxy_px=PLACES[f[:, 2]],
        speed_at_us=s[:, 0].astype(np.int64) * S,
        speed_track=s[:, 1].astype(np.int64),
        speed_kmh=s[:, 2],
        speed_error_kmh=s[:, 3],
    )


def tally(*cameras: CameraTracks) -> TrackingTally:
    """Count cameras."""
    out = TrackingTally()
    for one in cameras:
        out.add(one, assign(one))
    return out


def test_a_track_is_of_the_object_that_most_of_its_boxes_are() -> None:
    """Track 9 has two boxes on object 1 and one on object 2; track 8 has one on nothing."""
    one = camera([(0, 1, 0), (1, 1, 0), (2, 2, 1)], [(0, 9, 0), (1, 9, 0), (2, 9, 1), (2, 8, 2)])
    got = assign(one)
    assert got.of.tolist() == [0, 1, 2, -1]
    assert got.actor_of == {9: 1}


def test_overlapping_boxes_are_assigned_the_largest_overlap_first() -> None:
    """Of two tracks' boxes on one object the better one is its; the other is of nothing."""
    one = camera([(0, 1, 0)], [(0, 5, 0), (0, 6, 0)])
    shifted = one.xyxy_px.copy()
    shifted[0] += (2, 0, 2, 0)
    one.xyxy_px[:] = shifted
    assert assign(one).of.tolist() == [-1, 0]


def test_perfect_tracks_score_one() -> None:
    """HOTA, IDF1, recall and precision are 1 where every object has one track and nothing else is tracked."""
    boxes = [(second, 1 + place, place) for second in range(5) for place in range(3)]
    got = tally(camera(boxes, [(second, 10 + who, place) for second, who, place in boxes])).score()
    assert got.hota is not None
    assert got.hota == pytest.approx((1.0, 1.0, 1.0))
    assert (got.idf1, got.recall, got.precision, got.true_boxes) == (1.0, 1.0, 1.0, 15)


def test_hidden_objects_are_neither_asked_for_nor_false() -> None:
    """An object that is less than a quarter visible may be tracked or not: neither counts."""
    got = tally(camera([(0, 1, 0)], [(0, 9, 0)], visible=0.1)).score()
    assert (got.true_boxes, got.recall, got.precision) == (0, None, None)


def test_a_broken_track_lowers_association_alone() -> None:
    """Four seconds of one object in two tracks of two: detection is perfect, association a half, IDF1 a half."""
    got = tally(camera([(n, 1, 0) for n in range(4)], [(n, 7 + n // 2, 0) for n in range(4)])).score()
    assert got.hota is not None
    assert got.hota.deta == pytest.approx(1.0)
    assert got.hota.assa == pytest.approx(0.5)
    assert got.idf1 == 0.5


def test_sequences_add_up_as_one_with_other_names() -> None:
    """Counts of two sequences give what one sequence gives that holds both, one after the other."""
    a = {n: (np.array([1]), PLACES[:1]) for n in range(3)}
    b = {n: (np.array([1]), PLACES[1:2]) for n in range(3)}
    joined_truth = {**a, **{n + 10: (np.array([2]), box) for n, (_, box) in b.items()}}
    joined_found = {**a, **{n + 10: (np.array([2]), box) for n, (_, box) in a.items()}}
    assert together([hota_counts(a, a), hota_counts(b, a)]) == pytest.approx(hota(joined_truth, joined_found))
    cameras = [camera([(0, 1, 0)], [(0, 9, 0)]), camera([(0, 1, 0)], [(0, 9, 1)])]
    apart = pooled_tracking([tally(one) for one in cameras]).score()
    assert apart == tally(*cameras).score()
    assert apart.recall == 0.5


def test_speeds_are_held_against_the_window_before() -> None:
    """Two stated speeds of +1 and +3 km/h against a true 36, each with a stated uncertainty of 1: half are covered."""
    true = [(n, 1, 0) for n in range(6)]
    got = tally(camera(true, [(n, 9, 0) for n in range(6)], [(3, 9, 37.0, 1.0), (5, 9, 39.0, 1.0)])).score()
    assert got.speed is not None
    assert (got.speed.count, got.speed.bias_kmh, got.speed.sd_kmh, got.speed.covered) == (2, 2.0, 1.0, 0.5)
    slow = tally(camera(true, [(n, 9, 0) for n in range(6)], [(3, 9, 37.0, 1.0)], kmh=3.0)).score()
    assert slow.speed is None


def test_the_true_speed_is_the_way_driven_over_the_time_it_took() -> None:
    """Looked at once a second while it brakes from 40 over 30 to 20 km/h: 30 over the two seconds, not the mean 25."""
    braking = np.array([40.0, 40.0, 40.0, 40.0, 30.0, 20.0])
    one = camera([(n, 1, 0) for n in range(6)], [(n, 9, 0) for n in range(6)], [(5, 9, 30.0, 1.0)])
    got = tally(replace(one, true_speed_kmh=braking)).score()
    assert got.speed is not None
    assert (got.speed.count, got.speed.bias_kmh) == (1, 0.0)


def test_a_track_that_changes_objects_is_of_each_in_its_time() -> None:
    """Seconds 0 to 4 on object 1, then 5 to 6 on object 2: a finding of second 6 shows object 2."""
    true = [(n, 1, 0) for n in range(5)] + [(n, 2, 1) for n in (5, 6)]
    one = camera(true, [(n, 9, 0) for n in range(5)] + [(n, 9, 1) for n in (5, 6)])
    got = assign(one)
    assert got.actor_of == {9: 1}
    assert actors_between(one, got, [9], 5 * S, 6 * S) == {2}
    assert actors_between(one, got, [9], 100 * S, 110 * S) == {1}
    assert actors_between(one, got, [8], 0, 10 * S) == frozenset()


def test_findings_learn_their_objects_from_their_tracks() -> None:
    """A finding on a track of another object than the event's is none of it, though time and camera fit."""
    tracks = camera([(n, 1, 0) for n in range(5)], [(n, 9, 0) for n in range(5)])
    truth = [event("e", 0, 0, 100, actors=(1,)), event("o", 200, 200, 300, actors=(2,))]
    first, second = finding("f", 3), finding("g", 203)
    made = [
        type(one)(
            one.finding_id, one.family, one.kind, one.camera_id, one.from_us, one.to_us, one.alert_us, tracks=(9,)
        )
        for one in (first, second)
    ]
    got = score(Observations(truth, made, WATCH, [("A", tracks)]), [("incident", "crowd")])
    (case,) = got.kinds
    assert (case.score.n_true, case.score.n_found, case.score.n_false) == (2, 1, 1)
    assert case.findings[0].actors == {1}
