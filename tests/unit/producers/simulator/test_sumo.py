"""SUMO's traffic on the city's streets: it stops where the city's lines are, and keeps to its bans and lanes."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from producers.simulator.city import City, build_city
from producers.simulator.city_clock import START_US
from producers.simulator.junction_lanes import STRAIGHT, arms, leads
from producers.simulator.motions import SIZES_M, TRUCK, Motions, joined
from producers.simulator.streets import CROSSING_AFTER_M, CROSSING_M, LANE_M, STOP_LINE_M
from producers.simulator.traffic.available import missing_sumo

pytestmark = pytest.mark.skipif(missing_sumo() is not None, reason=str(missing_sumo()))


CITY = build_city(101, 20)


@pytest.fixture(scope="module")
def moving() -> Motions:
    """A minute of traffic."""
    from producers.simulator.traffic.sumo_traffic import SumoTraffic  # noqa: PLC0415  its set-up is optional

    traffic = SumoTraffic(CITY, START_US)
    try:
        return joined([traffic.second() for _ in range(60)])
    finally:
        traffic.close()


def on_street(city: City, edge: int, moving: Motions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return places along a street and right of its middle line, metres, and whether one drives along it there."""
    streets = city.streets
    dx, dy = streets.direction(edge)
    ox, oy = streets.point(edge, 0.0, 0.0)
    x, y = moving.x_m[:, 0] - ox, moving.y_m[:, 0] - oy
    along, right = x * dx + y * dy, x * dy - y * dx
    turned = np.abs((moving.heading_rad[:, 0] - np.arctan2(dx, dy) + np.pi) % (2 * np.pi) - np.pi)
    inside = (right > 0.0) & (right < LANE_M * streets.edge_lanes[edge]) & (along > 20.0) & (turned < 0.1)
    return along, right, inside & (along < streets.length_m(edge) - STOP_LINE_M)


def test_vehicles_turn_from_lanes_that_lead_there(moving: Motions) -> None:
    """Whoever is seen before a line and then in another street was in a lane that leads into it; no sign forbids it."""
    streets = CITY.streets
    #: By vehicle: street, lane and place in time of each look, ascending by time.
    seen: dict[int, list[tuple[int, int, int]]] = {}
    for edge in range(len(streets.edge_from)):
        _, right, there = on_street(CITY, edge, moving)
        for n in np.nonzero(there)[0].tolist():
            lane = int(streets.edge_lanes[edge]) - 1 - int(right[n] // LANE_M)
            seen.setdefault(int(moving.actor[n]), []).append((int(moving.from_us[n]), edge, lane))
    went: Counter[bool] = Counter()
    signed = 0
    for looks in seen.values():
        looks.sort()
        for (_, edge, lane), (_, following, _) in pairwise(looks):
            if edge != following:
                side = next(side for side, other in arms(streets, edge).items() if other == following)
                assert side in leads(streets, edge, lane), (edge, lane, side)
                assert edge not in streets.turn_signs or streets.turn_signs[edge].side != side, (edge, side)
                signed += edge in streets.turn_signs
                went[side != STRAIGHT] += 1
    assert signed > 10
    assert went[True] > 10
    assert went[False] > 10


def test_vehicles_wait_before_the_stop_line_and_lorries_stay_off_boulevards(moving: Motions) -> None:
    """Of those that stand on an approach hardly one stands on its crossing; no lorry is on a street that bans them."""
    streets = CITY.streets
    x, y = moving.x_m[:, 0], moving.y_m[:, 0]
    standing = moving.speed_kmh < 0.1
    fronts = waiting = beyond = lorries = 0
    for edge in range(len(streets.edge_from)):
        dx, dy = streets.direction(edge)
        ox, oy = streets.point(edge, 0.0, 0.0)
        along, right = (x - ox) * dx + (y - oy) * dy, (x - ox) * dy - (y - oy) * dx
        inside = (right > 0.0) & (right < 3.5 * streets.edge_lanes[edge]) & (along > 30.0)
        to_go = streets.length_m(edge) - along - SIZES_M[moving.kind, 0] / 2
        along_edge = inside & (np.abs(moving.heading_rad[:, 0] % (2 * np.pi) - np.arctan2(dx, dy) % (2 * np.pi)) < 0.1)
        near = along_edge & standing & (to_go < 40.0)
        waiting += int((near & (to_go >= STOP_LINE_M - CROSSING_AFTER_M)).sum())
        beyond += int(
            (
                near & (to_go < STOP_LINE_M - CROSSING_AFTER_M) & (to_go > STOP_LINE_M - CROSSING_AFTER_M - CROSSING_M)
            ).sum()
        )
        fronts += int(near.sum())
        if streets.truck_ban_h(edge) is not None:
            lorries += int((along_edge & (moving.kind == TRUCK) & (to_go > 20.0)).sum())
    assert waiting > 100
    assert beyond < 0.02 * fronts
    assert lorries == 0
