"""Where lanes lead: one answer for the registry's zones, what is staged, and SUMO's network."""

from collections import Counter
from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from producers.simulator.city import build_city
from producers.simulator.city_clock import START_US
from producers.simulator.events.scenario import all_scenarios
from producers.simulator.events.scene import Scene
from producers.simulator.junction_lanes import LEFT, RIGHT, STRAIGHT, arms, leads, links
from producers.simulator.outlook import Outlook

CITIES: Final = [build_city(302, 60), build_city(3001, 60)]
CITY: Final = CITIES[0]
#: Without signs that forbid turns: those are of test_signposts.py.
STREETS: Final = replace(CITY.streets, turn_signs={})
EDGES: Final = range(len(STREETS.edge_from))


def test_the_sides_of_a_junction_are_those_a_driver_sees() -> None:
    """Each street that goes on lies to the side that it is named after; back is none of them."""
    for edge in EDGES:
        dx, dy = STREETS.direction(edge)
        there = arms(STREETS, edge)
        assert len(there) == (STREETS.edge_from == STREETS.edge_to[edge]).sum() - 1
        expected = {LEFT: (-dy, dx), STRAIGHT: (dx, dy), RIGHT: (dy, -dx)}
        for side, other in there.items():
            assert STREETS.edge_from[other] == STREETS.edge_to[edge]
            assert STREETS.direction(other) == pytest.approx(expected[side])


def test_lanes_lead_where_streets_go_and_beside_a_lane_for_buses_others_turn_right() -> None:
    """At each shape of junction: all four ways, a side street, the end of a street, a corner of the ring road."""
    seen: Counter[tuple[int, bool, bool]] = Counter()
    for edge in EDGES:
        lanes, buses, there = int(STREETS.edge_lanes[edge]), bool(STREETS.bus_lane[edge]), arms(STREETS, edge)
        found = [leads(STREETS, edge, lane) for lane in range(lanes)]
        assert frozenset.union(*found) == frozenset(there)
        assert all(found)
        if len(there) == 1:
            assert set(found) == {frozenset(there)}
        elif STRAIGHT in there:
            assert all(STRAIGHT in one for one in found)
            assert [LEFT in one for one in found] == [LEFT in there and n == lanes - 1 for n in range(lanes)]
            assert [RIGHT in one for one in found] == [RIGHT in there and n <= buses for n in range(lanes)]
        else:
            assert found == [frozenset({RIGHT})] * (lanes - 1) + [frozenset({LEFT})]
        seen[len(there), STRAIGHT in there, buses] += 1
    assert set(seen) == {
        (1, False, False), (2, True, False), (2, False, False), (2, False, True), (3, True, False), (3, True, True)
    }  # fmt: skip


def test_zones_say_where_lanes_lead() -> None:
    """Each lane that an approach's camera sees says left, straight and right as the junction has it."""
    zones = 0
    for camera in CITY.cameras:
        for zone in camera.entry.zones:
            if zone.kind == "turn_lane":
                there = leads(CITY.streets, camera.edge, int(zone.limits["lane"]))
                assert {side for side in (LEFT, STRAIGHT, RIGHT) if zone.limits[side]} == there
                zones += 1
    assert zones > 10


def test_ways_through_a_junction_keep_their_order_and_lanes_for_buses() -> None:
    """No two ways of a street to one side cross; nothing but a lane for buses leads into one."""
    for edge in EDGES:
        ways = links(STREETS, edge)
        assert {(way.lane, way.side) for way in ways} == {
            (lane, side) for lane in range(int(STREETS.edge_lanes[edge])) for side in leads(STREETS, edge, lane)
        }
        for way in ways:
            assert arms(STREETS, edge)[way.side] == way.edge
            assert 0 <= way.into < STREETS.edge_lanes[way.edge]
            if STREETS.bus_lane[way.edge] and way.into == 0:
                assert STREETS.bus_lane[edge]
                assert way.lane == 0
        for side in arms(STREETS, edge):
            into = [way.into for way in ways if way.side == side]
            assert into == sorted(into)


@pytest.mark.parametrize("name", ["turn_from_wrong_lane", "turn_from_its_lane", "lane_change_beyond_line"])
def test_what_is_staged_at_a_junction_goes_where_a_street_is(name: str) -> None:
    """Turns lead into a street, from a lane that leads there or does not; at the end of a street nobody goes on."""
    scenario = next(one for one in all_scenarios() if one.name == name)
    staged = 0
    for city in CITIES:
        for camera in city.cameras:
            if camera.outlook is not Outlook.APPROACH:
                continue
            there = arms(city.streets, camera.edge)
            for n in range(4):
                one = scenario.stage(Scene(city, camera, np.random.default_rng(n), START_US, 0))
                if name == "lane_change_beyond_line":
                    assert (one is not None) is (STRAIGHT in there)
                    continue
                if one is None:
                    assert len(there) == 1 or camera.edge in city.streets.turn_signs
                    continue
                assert one.measured is not None
                assert one.limit is not None
                side = one.notes.split()[1]
                assert side in there
                assert (side in leads(city.streets, camera.edge, round(one.measured))) is bool(one.negative_of)
                assert side in leads(city.streets, camera.edge, round(one.limit))
                staged += 1
    assert staged > 20 or name == "lane_change_beyond_line"
