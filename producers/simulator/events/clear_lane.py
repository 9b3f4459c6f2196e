"""clear_lane: whether the lane in which somebody passes a stop line late is free of traffic that stops there. Pure.

Traffic does not see who is staged, and stops at amber. Who passes on red, or brakes late and stands beyond the line, is
the one behind the last that passes on green: behind one that stops nobody gets so far.
"""

from typing import Final

import numpy as np

from producers.simulator.actor import Actor
from producers.simulator.city import City
from producers.simulator.motions import Floats, Motions
from producers.simulator.signals import AMBER_S, group_of
from producers.simulator.streets import STOP_LINE_M
from schemas.messages import Signal

#: A vehicle whose middle is nearer than this to the lane's drives in it, metres: half a lane of 3.5 m.
HALF_LANE_M: Final = 1.75
#: Two middles in a lane are no nearer than a car's length and a short gap, metres.
APART_M: Final = 7.0
#: Traffic is looked at from so far before the begin of the staged way until so far beyond the line, metres: who drives
#: 12 m/s faster is there within the ten seconds that the longest of these ways takes.
BEHIND_M: Final = 120.0
BEYOND_M: Final = 30.0


def is_clear(city: City, edge: int, actor: Actor, traffic: Motions) -> bool:
    """Say whether no vehicle of the traffic is in the way of one that comes along its lane to the line as red begins.

    By where each is and how fast it drives now. One ahead must be beyond the line before amber, and APART_M ahead of
    the staged one when that sets out and when it is at the line. One behind must be as far behind as it sets out and
    when amber begins, from when on it brakes: traffic drives through who is staged, and would stand before it then.

    Args:
        city: the city.
        edge: the street.
        actor: the staged vehicle; its way begins in the lane, shortly after what is known of the traffic.
        traffic: what drives, to an instant before.
    """
    streets = city.streets
    programme = city.programmes.get(int(streets.edge_to[edge]))
    if programme is None or not len(traffic):
        return True
    way, origin = streets.direction(edge), streets.point(edge, 0.0, 0.0)
    line_m = streets.length_m(edge) - STOP_LINE_M

    def placed(x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        x, y = x_m - origin[0], y_m - origin[1]
        return x * way[0] + y * way[1], x * way[1] - y * way[0]

    own_m, lane_m = placed(actor.x_m, actor.y_m)
    passes_us = int(np.interp(line_m, own_m, actor.at_us))
    state, since_s = programme.state(group_of(*way), passes_us // 1_000_000)
    if state not in {Signal.AMBER, Signal.RED}:
        return True
    amber_us = (since_s - (AMBER_S if state is Signal.RED else 0)) * 1_000_000
    now_us = int(traffic.to_us.max())
    last = traffic.chosen(traffic.to_us == now_us)
    along_m, right_m = placed(last.x_m[:, 1], last.y_m[:, 1])
    ahead = np.sin(last.heading_rad[:, 1]) * way[0] + np.cos(last.heading_rad[:, 1]) * way[1] > 0.0
    begins_m = float(own_m[0])
    near = (along_m > begins_m - BEHIND_M) & (along_m < line_m + BEYOND_M)
    inside = ahead & near & (np.abs(right_m - lane_m[0]) < HALF_LANE_M)
    at_m, mps = along_m[inside], last.speed_kmh[inside] / 3.6

    def then(at_us: int) -> Floats:
        return np.asarray(at_m + mps * max(0.0, (at_us - now_us) / 1e6))

    at_begin_m, at_amber_m = then(actor.begin_us), then(amber_us)
    passes = (at_amber_m >= line_m) & (then(passes_us) >= line_m + APART_M) & (at_begin_m >= begins_m + APART_M)
    own_at_amber_m = float(np.interp(amber_us, actor.at_us, own_m))
    follows = (at_begin_m <= begins_m - APART_M) & (at_amber_m <= own_at_amber_m - APART_M)
    return bool(np.all(passes | follows))
