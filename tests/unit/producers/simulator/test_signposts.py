"""Signs that forbid turns stand where they leave a way on; lanes, zones, SUMO and what is staged keep to them."""

from collections import Counter
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pytest

from processors.rules.place import Place
from processors.violations.turn_signs import turn_signs_of
from producers.simulator.city import build_city
from producers.simulator.city_clock import START_US
from producers.simulator.events.scenario import all_scenarios
from producers.simulator.events.scene import Scene
from producers.simulator.junction_lanes import LEFT, RIGHT, STRAIGHT, arms, leads
from producers.simulator.motions import BUS, CAR
from producers.simulator.outlook import Outlook
from producers.simulator.sight import Sight
from producers.simulator.signposts import EVENING_H, MORNING_H
from producers.simulator.streets import LANE_M
from producers.simulator.truth import truth_of
from producers.simulator.turn_sign import DAYS_OFF, WORKING_DAYS, TurnSign

CITY: Final = build_city(101, 60)
STREETS: Final = CITY.streets
APPROACHES: Final = [camera for camera in CITY.cameras if camera.outlook is Outlook.APPROACH]


def test_a_sign_leaves_a_way_on_and_all_sorts_are_there() -> None:
    """It forbids a turn that there is, where the street goes straight on; a third of all approaches have one."""
    for edge, sign in STREETS.turn_signs.items():
        assert {STRAIGHT, sign.side} <= set(arms(STREETS, edge))
    signs = STREETS.turn_signs.values()
    assert {(sign.side, sign.hours) for sign in signs} == {
        (side, hours) for side in (LEFT, RIGHT) for hours in (None, MORNING_H, EVENING_H)
    }
    assert {(sign.hours, sign.days) for sign in signs} == {
        (None, None), (MORNING_H, WORKING_DAYS), (MORNING_H, DAYS_OFF), (EVENING_H, None)
    }  # fmt: skip
    assert 0.2 < len(STREETS.turn_signs) / len(STREETS.edge_from) < 0.5


def test_lanes_lead_to_no_side_that_a_sign_always_forbids() -> None:
    """One with hours leaves the arrows as they are; straight on every lane still leads."""
    for edge, sign in STREETS.turn_signs.items():
        found = [leads(STREETS, edge, lane) for lane in range(int(STREETS.edge_lanes[edge]))]
        assert any(sign.side in one for one in found) is (not sign.always)
        assert all(STRAIGHT in one for one in found)


def test_zones_name_the_sign_as_the_rule_reads_it() -> None:
    """At each approach with a sign, and at no other: its side, its hours and days, and buses let through."""
    read = 0
    for camera in APPROACHES:
        place, sign = Place(camera.entry), STREETS.turn_signs.get(camera.edge)
        (line,) = (zone for zone in place.zones if zone.kind == "stop_line")
        found = turn_signs_of(place, line)
        assert (found is None) is (sign is None)
        if found is not None and sign is not None:
            assert (found.left, found.right) == (sign.side == LEFT, sign.side == RIGHT)
            assert (None if found.times.hours is None else tuple(found.times.hours)) == sign.hours
            days = {"on_" + sign.days} if sign.days is not None else set()
            assert (set() if found.times.days is None else set(found.times.days.names())) == days
            assert not found.buses
            read += 1
        assert place.problems == []
    assert read > 2


@pytest.mark.parametrize(
    ("hour", "holds", "may"), [(1.1, True, True), (1.99, False, True), (5.0, False, False), (0.99, False, True)]
)
def test_a_sign_with_hours_holds_for_minutes_or_not_at_all(hour: float, *, holds: bool, may: bool) -> None:
    """From six to seven in Almaty, one to two UTC: near both ends it neither surely holds nor surely does not."""
    at_us = round((datetime(2026, 5, 4, tzinfo=UTC).timestamp() + 3600 * hour) * 1e6)
    sign = TurnSign(LEFT, (6.0, 7.0))
    assert sign.holds_from(at_us) is holds
    assert sign.may_hold_from(at_us) is may


@pytest.mark.parametrize(
    ("day", "days", "holds"),
    [
        (4, WORKING_DAYS, True),
        (4, DAYS_OFF, False),
        (9, WORKING_DAYS, False),
        (9, DAYS_OFF, True),
        (11, WORKING_DAYS, False),
        (11, DAYS_OFF, True),
    ],
)
def test_a_sign_with_days_holds_on_them_alone(day: int, days: str, *, holds: bool) -> None:
    """In May 2026: a Monday; Saturday 9, a holiday; Monday 11, on which that is made up for."""
    at_us = round(datetime(2026, 5, day, 3, tzinfo=UTC).timestamp() * 1e6)
    assert TurnSign(LEFT, MORNING_H, days).holds_from(at_us) is holds
    assert TurnSign(LEFT, MORNING_H, days).may_hold_from(at_us) is holds


def test_a_turn_is_staged_on_a_day_on_which_its_sign_does_not_hold() -> None:
    """In the hours that the sign names, so that its days alone make it none."""
    scenario = next(one for one in all_scenarios() if one.name == "turn_outside_sign_hours")
    staged = 0
    for camera in APPROACHES:
        one = scenario.stage(Scene(CITY, camera, np.random.default_rng(0), START_US, 0))
        if one is not None:
            sign = STREETS.turn_signs[camera.edge]
            assert one.notes.endswith("out of the sign's days") is (sign.days == DAYS_OFF)
            staged += sign.days == DAYS_OFF
    assert staged > 0


@pytest.mark.parametrize(
    "name",
    [
        "turn_against_sign",
        "turn_outside_sign_hours",
        "turn_to_open_side",
        "bus_turns_at_sign",
        "turn_into_yard",
        "turn_from_wrong_lane",
        "turn_from_its_lane",
    ],
)
def test_who_is_staged_breaks_the_sign_or_keeps_to_it(name: str) -> None:
    """The offence is a car's turn to the sign's side while it holds; all others differ in one thing alone."""
    scenario = next(one for one in all_scenarios() if one.name == name)
    staged: Counter[str] = Counter()
    for camera in APPROACHES:
        sign = STREETS.turn_signs.get(camera.edge)
        for n in range(4):
            scene = Scene(CITY, camera, np.random.default_rng(n), START_US, 0)
            one = scenario.stage(scene)
            if one is None:
                continue
            car = scene.actors[0]
            way, origin = STREETS.direction(camera.edge), STREETS.point(camera.edge, 0.0, 0.0)
            x, y = car.x_m - origin[0], car.y_m - origin[1]
            aside, along = x * way[1] - y * way[0], x * way[0] + y * way[1]
            side = LEFT if aside[-1] < aside[0] - LANE_M else RIGHT
            holds = sign is not None and sign.holds_from(one.started_us) and side == sign.side
            passes = bool(along.max() > scene.area.along_m[1])
            assert (holds and passes and car.kind == CAR) is (name == "turn_against_sign")
            assert (car.kind == BUS) is (name == "bus_turns_at_sign")
            assert passes is (name != "turn_into_yard")
            assert (one.kind == "prohibited_turn") is (name not in {"turn_from_wrong_lane", "turn_from_its_lane"})
            assert side in arms(STREETS, camera.edge)
            of_site = [other for other in CITY.cameras if other.site == camera.site]
            truth = truth_of(CITY, camera, of_site, Sight(of_site), "00001", one, scene.actors)
            # before a sign the camera hangs so that it sees what is forbidden until it is due
            assert name != "turn_against_sign" or truth.view_to_us[0] >= truth.due_at_us
            staged[name] += 1
    assert staged[name] > 0
