"""Each kind of violation by itself: its offence and what looks like it before a few cameras of a seeded city."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import pytest

from infra.evaluation.implemented import implemented_kinds
from infra.evaluation.in_process import observe
from infra.evaluation.kind_score import KindScore
from infra.evaluation.observations import score
from producers.simulator.city import City, build_city
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import START_US
from producers.simulator.events import director
from producers.simulator.events.scenario import Scenario, all_scenarios
from producers.simulator.motions import NOTHING
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.outlook import Outlook
from producers.simulator.shard import RunPlan, Shard
from schemas.messages import TruthFamily

#: Not a tuning seed; the first from 400 on that stages two offences of each kind and what looks like them before the
#: cameras that are taken: chosen by that, before anything was found in it.
SEED: Final = 408
CAMERAS: Final = 60
#: Cameras of a kind, beside those at which sections begin. More would tell more and cost more.
MOST_CAMERAS: Final = 3


@dataclass(frozen=True, slots=True)
class Stage:
    """What is staged for a kind.

    Attributes:
        outlook: before which cameras.
        offences, negatives: scenarios that are of the kind, and that only look like it.
        seconds: of the run.
    """

    outlook: Outlook
    offences: Sequence[str]
    negatives: Sequence[str]
    seconds: int = 150


STAGES: Final = {
    "blocked_junction": Stage(
        Outlook.APPROACH, ["blocks_junction"], ["waits_in_junction", "breakdown_in_junction"], 250
    ),
    "bus_lane": Stage(Outlook.SPEED, ["bus_lane_driver"], ["bus_in_its_lane"]),
    "crossing_parking": Stage(Outlook.CROSSING, ["parked_on_crossing"], ["stops_before_crossing"], 250),
    "double_row": Stage(Outlook.SPEED, ["double_row"], ["drop_off", "parked_in_the_way"], 400),
    "no_entry": Stage(Outlook.SPEED, ["enters_by_exit"], ["leaves_by_exit", "stops_at_exit"]),
    "no_stopping": Stage(Outlook.STOP, ["parked_in_the_way"], ["drop_off", "bus_at_stop"], 400),
    "oncoming": Stage(Outlook.SPEED, ["over_the_line"], ["over_the_line_where_allowed", "skirts_obstacle"]),
    "pedestrian_priority": Stage(
        Outlook.CROSSING,
        ["car_before_pedestrian"],
        ["cars_give_way", "passes_behind_pedestrian", "pedestrian_at_kerb"],
        250,
    ),
    "prohibited_turn": Stage(
        Outlook.APPROACH, ["turn_against_sign"], ["turn_outside_sign_hours", "turn_to_open_side"], 200
    ),
    "rail_crossing": Stage(
        Outlook.RAIL, ["crosses_closed_rails", "stands_on_rails"], ["passes_as_rails_close", "stops_behind_rails"], 400
    ),
    "red_light": Stage(Outlook.APPROACH, ["red_light_runner"], ["emergency_on_red", "beyond_line_on_green"], 250),
    "section_speed": Stage(Outlook.SPEED, ["section_speeder"], ["section_within_limit"], 250),
    "shoulder_driving": Stage(Outlook.SPEED, ["shoulder_driver"], ["breakdown_on_shoulder"]),
    "sidewalk_driving": Stage(Outlook.STOP, ["drives_on_sidewalk"], ["cyclist_on_sidewalk"]),
    "sidewalk_parking": Stage(Outlook.STOP, ["parked_on_sidewalk"], ["drop_off", "bus_at_stop"], 300),
    "speeding": Stage(Outlook.SPEED, ["fast_driver"], ["fast_but_tolerated"]),
    "stop_line": Stage(Outlook.APPROACH, ["stop_beyond_line"], ["beyond_line_on_green", "queue_at_signal"], 250),
    "truck_ban": Stage(Outlook.SPEED, ["truck_in_ban_hours"], ["truck_outside_ban_hours"]),
    "u_turn": Stage(Outlook.SPEED, ["u_turn"], ["u_turn_where_allowed"]),
    "wrong_lane": Stage(
        Outlook.APPROACH, ["turn_from_wrong_lane"], ["turn_from_its_lane", "lane_change_beyond_line"], 200
    ),
    "wrong_way": Stage(Outlook.SPEED, ["against_traffic"], ["reverse_to_park"]),
}


@cache
def town() -> City:
    """Return the city; it is the same for all kinds."""
    return build_city(SEED, CAMERAS)


def cast(stage: Stage) -> tuple[Sequence[Scenario], Sequence[float]]:
    """Return a kind's scenarios; half of what is staged is an offence."""
    chosen = [one for one in all_scenarios() if one.name in {*stage.offences, *stage.negatives}]
    shares = [0.5 / len(stage.offences if one.name in stage.offences else stage.negatives) for one in chosen]
    return chosen, shares


def staged(camera: CityCamera, plan: RunPlan, kind: str) -> tuple[int, int]:
    """Return how many offences of a kind, and how many scenes that look like one, are staged before a camera."""
    until_us = plan.start_us + plan.seconds * 1_000_000
    played = director.Director(town(), camera, plan.start_us, until_us, plan.gap_s).staged_before(until_us)
    truths = [one for _, whole, _ in played for one in (whole, *whole.also)]
    offences = [one for one in truths if one.family is TruthFamily.VIOLATION and not one.negative_of]
    return sum(one.kind == kind for one in offences), sum(kind in one.negative_of for one in truths)


@pytest.fixture(scope="module", params=sorted(STAGES))
def scored(request: pytest.FixtureRequest) -> KindScore:
    """A kind's score before the cameras at which it is staged; the street's traffic is left out."""
    kind: str = request.param
    stage = STAGES[kind]
    plan = RunPlan(START_US, stage.seconds, 1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(director, "scenarios_of", lambda _: cast(stage))
        cameras = chosen(kind, plan)
        shown = {camera.number for camera in cameras}
        sections = {number: one for number, one in town().sections.items() if number in shown}
        city = replace(town(), cameras=cameras, sections=sections)
        shard = Shard(city, sorted({camera.site for camera in cameras}), plan, NoiseModel.load())
        shard.begin(NOTHING)
        seen = observe(shard.registry(), (list(shard.second(NOTHING)) for _ in range(plan.seconds)))
    (case,) = [case for case in score(seen, [("violation", kind)], 50).kinds if case.score.kind == kind]
    return case.score


def chosen(kind: str, plan: RunPlan) -> list[CityCamera]:
    """Return cameras that stage both the offence and what looks like it, and the one with most of the latter."""
    own = [camera for camera in town().cameras if camera.outlook is STAGES[kind].outlook]
    counts = {camera.number: staged(camera, plan, kind) for camera in own}
    both = sorted(own, key=lambda camera: (-min(1, *counts[camera.number]), -counts[camera.number][0], camera.number))
    taken = {camera.number for camera in both[: MOST_CAMERAS - 1]}
    taken.add(max(own, key=lambda camera: (counts[camera.number][1], -camera.number)).number)
    entries = {
        one.entry_camera for number, one in town().sections.items() if number in taken and kind == "section_speed"
    }
    return [camera for camera in own if camera.number in taken | entries]


def test_each_kind_that_has_a_rule_is_here() -> None:
    """A new rule brings a scenario."""
    assert set(STAGES) == {kind for family, kind in implemented_kinds() if family == "violation"}


def test_each_is_found_and_what_looks_like_it_is_not(scored: KindScore) -> None:
    """At least one offence is proposed, no scene that looks like it is, and nothing else either."""
    assert scored.n_true >= 1
    assert scored.n_negatives >= 1
    assert scored.n_found >= 1
    assert [name for name, hits in scored.negatives.items() if hits.hits] == []
    assert scored.n_findings - scored.n_found - scored.n_repeats <= 0
