"""SUMO's traffic on the city's streets: it stops where the city's lines are, and keeps to its bans."""

import numpy as np
import pytest

from producers.simulator.city import build_city
from producers.simulator.city_clock import START_US
from producers.simulator.motions import SIZES_M, TRUCK, joined
from producers.simulator.streets import CROSSING_AFTER_M, CROSSING_M, STOP_LINE_M
from producers.simulator.traffic.available import missing_sumo

pytestmark = pytest.mark.skipif(missing_sumo() is not None, reason=str(missing_sumo()))


def test_vehicles_wait_before_the_stop_line_and_lorries_stay_off_boulevards() -> None:
    """Of those that stand on an approach hardly one stands on its crossing; no lorry is on a street that bans them."""
    from producers.simulator.traffic.sumo_traffic import SumoTraffic  # noqa: PLC0415  its set-up is optional

    city = build_city(101, 20)
    streets = city.streets
    traffic = SumoTraffic(city, START_US)
    try:
        moving = joined([traffic.second() for _ in range(60)])
    finally:
        traffic.close()
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
