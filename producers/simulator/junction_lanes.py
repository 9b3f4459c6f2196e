"""Where the lanes before a junction lead: the one source of signs in the registry, of SUMO's network and of truth.

Pure. Lanes are numbered from the right, 0 the rightmost.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from producers.simulator.streets import Streets

LEFT: Final = "left"
STRAIGHT: Final = "straight"
RIGHT: Final = "right"


class LaneLink(NamedTuple):
    """A way through a junction: from a lane of one street into a lane of the next.

    Attributes:
        lane: that it leaves.
        side: LEFT, STRAIGHT or RIGHT.
        edge: street that it leads into.
        into: that street's lane.
    """

    lane: int
    side: str
    edge: int
    into: int


def arms(streets: Streets, edge: int) -> dict[str, int]:
    """Return the streets that go on from where a street ends, by side: at the border of the grid some are missing."""
    dx, dy = streets.direction(edge)
    found = {}
    for other in np.nonzero(streets.edge_from == streets.edge_to[edge])[0].tolist():
        if other == streets.reverse(edge):
            continue
        ox, oy = streets.direction(other)
        ahead, right = dx * ox + dy * oy, ox * dy - oy * dx
        found[STRAIGHT if ahead > abs(right) else RIGHT if right > 0 else LEFT] = other
    return found


def leads(streets: Streets, edge: int, lane: int) -> frozenset[str]:
    """Return the sides to which a lane leads.

    The outermost lane at a side leads there, and all lanes straight on. Beside a lane for buses the next one leads
    right, too: others have no other. Where nothing goes on straight the lanes that are not for buses are halved, the
    middle one leads left; where there is one way to go on all of them lead there. To a side that a sign always forbids
    none does: arrows say what holds at every hour.
    """
    sides, lanes, buses = arms(streets, edge), int(streets.edge_lanes[edge]), int(streets.bus_lane[edge])
    if len(sides) == 1:
        return frozenset(sides)
    first_left, last_right = (
        (lanes - 1, buses) if STRAIGHT in sides else ((lanes + buses) // 2, (lanes + buses) // 2 - 1)
    )
    there = {STRAIGHT: True, LEFT: lane >= first_left, RIGHT: lane <= last_right}
    sign = streets.turn_signs.get(edge)
    closed = sign.side if sign is not None and sign.always else None
    return frozenset(side for side in sides if there[side] and side != closed)


def links(streets: Streets, edge: int) -> Sequence[LaneLink]:
    """Return the ways through the junction at the end of a street, ascending by lane and side.

    Lanes that lead to one side keep their order: those to the left end in the leftmost ones of the next street, the
    others in the rightmost ones. A lane for buses is taken from a lane for buses alone; where the next street has fewer
    lanes the last ones share one.
    """
    out = []
    buses = int(streets.bus_lane[edge])
    sides = [leads(streets, edge, lane) for lane in range(int(streets.edge_lanes[edge]))]
    for side, other in sorted(arms(streets, edge).items()):
        least, most = int(streets.bus_lane[other]), int(streets.edge_lanes[other]) - 1
        there = [lane for lane, own in enumerate(sides) if side in own]
        ordinary = [lane for lane in there if lane >= buses]
        for lane in there:
            if lane < buses:
                into = most if side == LEFT else 0
            elif side == LEFT:
                into = max(most - (ordinary[-1] - lane), least)
            else:
                into = min(least + lane - ordinary[0], most)
            out.append(LaneLink(lane, side, other, into))
    return sorted(out)
