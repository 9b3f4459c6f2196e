"""Findings against true events, case by case, counted by hand."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from infra.evaluation.document import below_goal, kind_document
from infra.evaluation.finding import Finding
from infra.evaluation.implemented import implemented_kinds
from infra.evaluation.kind_score import Hits, KindCase, Watch, score_kind
from infra.evaluation.picture import picture
from infra.evaluation.pooled import pooled_kinds
from infra.evaluation.report import EvaluationReport, show, write
from infra.evaluation.tracking_score import TrackingTally
from infra.evaluation.true_event import TrueEvent
from tests.unit.infra.evaluation.street import WATCH, S, crowd, event, finding


def test_one_alert_finds_one_event() -> None:
    """Recall, precision and the delay from when the event was due."""
    score = crowd([event("e", 100, 160, 300)], [finding("f", 165)]).score
    assert (score.n_true, score.n_found, score.n_findings, score.recall, score.precision) == (1, 1, 1, 1.0, 1.0)
    assert score.delay_s == [5.0]
    assert score.false_alarms_per_camera_day == 0.0


def test_of_two_alerts_for_one_event_one_is_false() -> None:
    """The nearer to the due time is right; the other, a repeat, is false: one in half a camera-day is two a day."""
    case = crowd([event("e", 100, 160, 300)], [finding("late", 250), finding("near", 165)])
    assert case.pairing.pairs == [(0, 1)]
    assert (case.score.n_found, case.score.n_false, case.score.n_repeats, case.score.precision) == (1, 1, 1, 0.5)
    assert case.score.n_repeats_elsewhere == 0
    assert case.score.false_alarms_per_camera_day == 2.0


def test_an_alert_on_a_second_camera_is_a_repeat_elsewhere() -> None:
    """An event that two cameras see and both report is found once; the second is told apart from other false ones."""
    score = crowd([event("e", 100, 160, 300, cameras="AB")], [finding("a", 165), finding("b", 170, camera="B")]).score
    assert (score.n_found, score.n_false, score.n_repeats, score.n_repeats_elsewhere) == (1, 1, 1, 1)


def test_two_events_with_one_alert_leave_one_missed() -> None:
    """One alert is never two finds, though it fits both."""
    score = crowd([event("e1", 100, 160, 300), event("e2", 120, 170, 300)], [finding("f", 171)]).score
    assert (score.n_true, score.n_found, score.recall) == (2, 1, 0.5)
    assert score.delay_s == [1.0]


def test_the_pairing_with_the_most_pairs_wins_over_nearer_times() -> None:
    """f1 fits both events and is nearest to e2; f2 fits e2 alone: e1-f1 and e2-f2, though f1 is nearer to e2."""
    events = [event("e1", 100, 110, 200), event("e2", 150, 160, 400)]
    case = crowd(events, [finding("f1", 161), finding("f2", 390)])
    assert sorted(case.pairing.pairs) == [(0, 0), (1, 1)]


def test_equal_distances_still_give_one_pair_each_time_the_same() -> None:
    """A tie in time is broken one way, always the same; the count does not hang on it."""
    truth, findings = [event("e", 100, 160, 300)], [finding("f1", 155), finding("f2", 165)]
    pairs = {tuple(crowd(truth, findings).pairing.pairs) for _ in range(5)}
    assert len(pairs) == 1
    assert crowd(truth, findings).score.n_false == 1


@pytest.mark.parametrize(
    ("alert", "found"), [(89, 0), (90, 1), (310, 1), (311, 0)], ids=["early", "at 10 s before", "10 s after", "late"]
)
def test_an_alert_counts_within_the_tolerance(alert: int, found: int) -> None:
    """An incident's alert may come 10 s before the event begins to 10 s after it ends (i-LIDS), no more."""
    assert crowd([event("e", 100, 160, 300)], [finding("f", alert)]).score.n_found == found


def test_another_camera_kind_family_or_place_is_no_find() -> None:
    """The camera must be able to see it, the kind be the same, the boxes touch the region, the actors agree."""
    where = event("e", 100, 160, 300, region=(0, 0, 100, 100), actors=(7,))
    others = [
        finding("camera", 165, camera="B"),
        finding("kind", 165, kind="loitering"),
        finding("family", 165, family="violation"),
        finding("place", 165, boxes=((200, 200, 250, 300),)),
        finding("actor", 165, actors=(8,), boxes=((0, 0, 50, 50),)),
    ]
    assert crowd([where], others).score.n_found == 0
    assert crowd([where], [finding("near enough", 165, boxes=((120, 50, 150, 90),))]).score.n_found == 1
    assert crowd([where], [finding("actor", 165, actors=(7, 8), boxes=((200, 200, 250, 300),))]).score.n_found == 1


def test_an_event_at_the_edge_of_the_run_is_not_judged() -> None:
    """Due 5 s before its camera's video ends: neither missed when nothing is said, nor is an alert for it false."""
    late = event("e", 9_900, 9_995, 10_000)
    silent, said = crowd([late], []).score, crowd([late], [finding("f", 9_996), finding("g", 9_997)]).score
    assert (silent.n_true, silent.n_edge, silent.recall, silent.precision) == (0, 1, None, None)
    assert (said.n_true, said.n_edge, said.n_found, said.n_findings) == (0, 1, 0, 0)


def test_an_event_that_no_camera_sees_is_counted_apart() -> None:
    """Nobody can find it: it lowers no recall."""
    score = crowd([event("e", 100, 160, 300, cameras="")], []).score
    assert (score.n_true, score.n_unseen) == (0, 1)


def test_a_hard_negative_that_is_hit_counts_by_its_scenario() -> None:
    """A false alarm because of a scene that only looks like the kind; two alerts for one scene are one hit scene."""
    truth = [
        event("q1", 100, 100, 200, negative_of=("crowd",)),
        event("q2", 300, 300, 400, negative_of=("crowd", "loitering")),
        event("v1", 500, 500, 600, negative_of=("loitering",)),
    ]
    score = crowd(truth, [finding("f", 150), finding("g", 160), finding("h", 900)]).score
    assert (score.n_true, score.n_negatives, score.n_false) == (0, 2, 3)
    assert score.negatives == {"scene_q": Hits(2, 1)}


def test_a_true_event_beside_a_hard_negative_is_found_not_hit() -> None:
    """An alert that fits both is the event's."""
    truth = [event("e", 100, 160, 300), event("q", 100, 100, 300, negative_of=("crowd",))]
    score = crowd(truth, [finding("f", 165)]).score
    assert (score.n_found, score.negatives["scene_q"].hits) == (1, 0)


def test_measured_values_are_held_against_true_ones() -> None:
    """Bias, spread, and the share within 1.96 stated uncertainties: errors +1 and +3, each with 1 km/h stated."""
    truth = [
        event(f"e{n}", n * 100, n * 100, n * 100 + 5, kind="speeding", family="violation", measured=80.0)
        for n in (1, 2)
    ]
    findings = [
        finding("f1", 103, kind="speeding", family="violation", measured=(81.0, 1.0)),
        finding("f2", 203, kind="speeding", family="violation", measured=(83.0, 1.0)),
    ]
    score = score_kind("speeding", "violation", truth, findings, WATCH, implemented=True).score
    assert score.measured is not None
    assert (score.measured.count, score.measured.bias, score.measured.sd, score.measured.covered) == (2, 2.0, 1.0, 0.5)


def test_goals_name_what_misses_them() -> None:
    """A violation of recall 0.5 and precision 1 misses recall alone; an unimplemented kind owes nothing."""
    truth = [event(f"e{n}", n * 100, n * 100, n * 100 + 5, kind="speeding", family="violation") for n in (1, 2)]
    found = [finding("f1", 103, kind="speeding", family="violation")]
    score = score_kind("speeding", "violation", truth, found, WATCH, implemented=True).score
    other = score_kind("red_light", "violation", truth, [], WATCH, implemented=False).score
    assert below_goal([score, other]) == {"speeding": "recall 0.500 (goal 0.95)"}


def test_runs_add_up() -> None:
    """Two runs of one event each, one found: recall a half over one camera-day; medians over all delays."""
    one = crowd([event("e", 100, 160, 300)], [finding("f", 165)]).score
    two = crowd([event("e", 100, 160, 300)], [finding("f", 400)]).score
    (both,) = pooled_kinds([[one], [two]])
    assert (both.n_true, both.n_found, both.n_false, both.camera_days) == (2, 1, 1, 1.0)
    assert both.recall == 0.5
    assert both.delay_quantile_s(0.5) == 5.0


def test_the_document_has_what_programs_read() -> None:
    """Each entry has the fields that the gate and the reports read, null where nothing can be said."""
    empty = crowd([], [], Watch(0.0, {})).score
    document = kind_document(empty)
    wanted = {
        "kind", "family", "implemented", "recall", "precision", "delay_s", "false_alarms_per_camera_day", "n_true",
        "n_found", "goal",
    }  # fmt: skip
    assert wanted <= set(document)
    assert document["recall"] is None
    assert document["delay_s"] == {"median": None, "p95": None}


def test_the_picture_shows_each_event_and_finding() -> None:
    """One bar an event or scene, one line a finding, with names for the pointer; text is escaped."""
    case = crowd([event("e<1>", 100, 160, 300), event("q", 400, 400, 500, negative_of=("crowd",))], [finding("f", 165)])
    svg = picture(case, 0, 10_000 * S)
    assert svg.count("<title>") == 3
    assert "e&lt;1&gt; found" in svg
    assert "1 of 1 true events found, 0 false findings" in svg


def test_every_rule_is_an_implemented_kind() -> None:
    """The five rules there are count as implemented; rules to come are found by themselves."""
    assert {
        ("violation", "speeding"),
        ("violation", "wrong_way"),
        ("incident", "crowd"),
        ("incident", "loitering"),
        ("incident", "stopped_vehicle"),
    } <= set(implemented_kinds())


def red_light(truth: list[TrueEvent], findings: list[Finding]) -> KindCase:
    """Score red lights."""
    return score_kind("red_light", "violation", truth, findings, WATCH, implemented=True)


def test_what_a_ground_dropped_is_proposed_to_nobody() -> None:
    """It is counted apart: no repeat of the one that was proposed, and it finds nothing where it is the only one."""
    events = [event("e", 100, 100, 110, kind="red_light", family="violation")]
    one = finding("f", 101, kind="red_light", family="violation")
    score = red_light(events, [one, replace(one, finding_id="again", dropped=True)]).score
    assert (score.n_found, score.n_findings, score.n_dropped, score.n_repeats, score.precision) == (1, 1, 1, 0, 1.0)
    alone = red_light(events, [replace(one, dropped=True)]).score
    assert (alone.recall, alone.n_findings, alone.n_dropped) == (0.0, 0, 1)


def test_a_scene_left_to_an_officer_is_neither_right_nor_false_once() -> None:
    """An emergency vehicle on red is proposed because nothing tells it apart; a second proposal of it is false."""
    scene = event("e", 100, 100, 110, kind="red_light", family="violation", negative_of=("red_light",))
    left = replace(scene, scenario="emergency_on_red")
    findings = [finding(name, at, kind="red_light", family="violation") for name, at in (("f", 101), ("g", 102))]
    score = red_light([left], findings[:1]).score
    assert (score.n_findings, score.n_officer, score.n_false, score.precision, score.precision_all) == (
        1,
        1,
        0,
        None,
        0.0,
    )
    assert red_light([left], findings).score.n_false == 1
    other = red_light([scene], findings[:1]).score
    assert (other.n_officer, other.n_false, other.precision) == (0, 1, 0.0)
    assert (score.false_alarms_per_camera_day, score.false_alarms_all_per_camera_day) == (0.0, 2.0)
    document = kind_document(pooled_kinds([[score], [other]])[0])
    assert (document["n_officer"], document["n_dropped"], document["precision_all"]) == (1, 0, 0.0)


def test_goals_are_judged_on_all_that_was_proposed(tmp_path: Path) -> None:
    """What is left to an officer was proposed: the goal counts it as wrong; terminal, page and JSON show both."""
    scene = event("e", 100, 100, 110, kind="red_light", family="violation")
    left = replace(
        event("n", 300, 300, 310, kind="red_light", family="violation", negative_of=("red_light",)),
        scenario="emergency_on_red",
    )
    findings = [finding(name, at, kind="red_light", family="violation") for name, at in (("f", 101), ("g", 301))]
    score = red_light([scene, left], findings).score
    assert (score.n_officer, score.precision, score.precision_all) == (1, 1.0, 0.5)
    assert below_goal([score]) == {"red_light": "precision of all proposed 0.500 (goal 0.99)"}
    document = kind_document(score)
    assert (document["precision"], document["precision_all"]) == (1.0, 0.5)
    assert document["false_alarms_all_per_camera_day"] == 2.0
    assert document["below_goal"] == "precision of all proposed 0.500 (goal 0.99)"
    assert kind_document(red_light([scene], findings[:1]).score)["below_goal"] is None
    report = EvaluationReport({}, [score], TrackingTally().score(), {})
    terminal = StringIO()
    show(report, Console(file=terminal, width=200))
    (row,) = [line.split() for line in terminal.getvalue().splitlines() if line.strip().startswith("red_light")]
    assert row[3:7] == ["1.000", "0.500", "1.000", "2.000"]
    assert "below its goal: red_light: precision of all proposed 0.500 (goal 0.99)" in terminal.getvalue()
    write(report, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<td class="bad">0.500</td><td>1.000</td><td>2.000</td><td>0.000</td>' in page


def test_negatives_that_nothing_could_hit_are_marked() -> None:
    """Where the zone switches the kind's rule off, a scene proves the switch and no more: it is counted apart."""
    scenes = [
        replace(
            event(f"n{n}", n * 100, n * 100, n * 100 + 5, kind="u_turn", family="violation", negative_of=("u_turn",)),
            scenario=name,
        )
        for n, name in enumerate(("u_turn_where_allowed", "skirts_obstacle", "u_turn_where_allowed"), 1)
    ]
    score = score_kind("u_turn", "violation", scenes, [], WATCH, implemented=True).score
    document = kind_document(score)
    assert (document["n_hard_negatives"], document["n_gate_only"]) == (3, 2)
    assert document["hard_negatives"] == {
        "skirts_obstacle": {"scenes": 1, "hits": 0, "gate_only": False},
        "u_turn_where_allowed": {"scenes": 2, "hits": 0, "gate_only": True},
    }
