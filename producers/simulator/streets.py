"""The street network: a grid with boulevards and a ring road on ground that rises to the south, as Almaty's does.

Frame: +x east, +y north, metres, origin at the south-western corner. Nothing of a real map is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.seeds import generator
from producers.simulator.turn_sign import TurnSign

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LANE_M: Final = 3.5
#: Strip beside the right lane in which vehicles stand, metres.
KERB_M: Final = 2.4
SIDEWALK_M: Final = 4.0
#: Block lengths, metres: Almaty's blocks are of this order.
BLOCK_M: Final = (240.0, 380.0)
#: A boulevard every so many streets.
BOULEVARD_EVERY: Final = 4
#: Height above sea level at the northern edge, and the rise towards the mountains in the south.
NORTH_Z_M: Final = 690.0
SLOPE_RATIO: Final = 0.025
#: The stop line lies so far before the middle of a junction, metres.
STOP_LINE_M: Final = 16.0
#: The crossing begins so far beyond the stop line, and is so wide, metres.
CROSSING_AFTER_M: Final = 1.0
CROSSING_M: Final = 3.5


class StreetClass(IntEnum):
    """What kind of street it is."""

    STREET = 0
    BOULEVARD = 1
    RING = 2


#: Lanes in each direction and limit (km/h) by class. 60 km/h holds in built-up areas, 80 where signs say so.
LANES: Final = {StreetClass.STREET: 2, StreetClass.BOULEVARD: 3, StreetClass.RING: 3}
LIMIT_KMH: Final = {StreetClass.STREET: 60.0, StreetClass.BOULEVARD: 60.0, StreetClass.RING: 80.0}


@dataclass(frozen=True, slots=True)
class Streets:
    """N nodes and E directed edges: each street is two, one a direction of travel, on the right.

    Attributes:
        columns, rows: of the grid; node = row * columns + column.
        node_x_m, node_y_m, node_z_m: float64 [N].
        signalled: bool [N], signal-controlled.
        edge_from, edge_to: int64 [E], nodes.
        edge_class: int64 [E], StreetClass.
        edge_lanes: int64 [E].
        edge_limit_kmh: float64 [E].
        bus_lane: bool [E], its right lane is for buses.
        turn_signs: signs that forbid a turn at the end of a street, by edge.
    """

    columns: int
    rows: int
    node_x_m: Floats
    node_y_m: Floats
    node_z_m: Floats
    signalled: NDArray[np.bool_]
    edge_from: Ints
    edge_to: Ints
    edge_class: Ints
    edge_lanes: Ints
    edge_limit_kmh: Floats
    bus_lane: NDArray[np.bool_]
    turn_signs: Mapping[int, TurnSign] = field(default_factory=dict)

    def direction(self, edge: int) -> tuple[float, float]:
        """Return the unit vector of an edge's direction of travel."""
        a, b = self.edge_from[edge], self.edge_to[edge]
        dx, dy = self.node_x_m[b] - self.node_x_m[a], self.node_y_m[b] - self.node_y_m[a]
        length = float(np.hypot(dx, dy))
        return float(dx) / length, float(dy) / length

    def length_m(self, edge: int) -> float:
        """Return an edge's length between the middles of its junctions."""
        a, b = self.edge_from[edge], self.edge_to[edge]
        return float(np.hypot(self.node_x_m[b] - self.node_x_m[a], self.node_y_m[b] - self.node_y_m[a]))

    def heading_deg(self, edge: int) -> float:
        """Return an edge's direction of travel, degrees clockwise from north."""
        dx, dy = self.direction(edge)
        return float(np.degrees(np.arctan2(dx, dy)) % 360.0)

    def point(self, edge: int, along_m: float, right_m: float) -> tuple[float, float]:
        """Return a point by its distance from the edge's start and to the right of the street's middle line."""
        dx, dy = self.direction(edge)
        a = self.edge_from[edge]
        x = float(self.node_x_m[a]) + along_m * dx + right_m * dy
        y = float(self.node_y_m[a]) + along_m * dy - right_m * dx
        return x, y

    def lane_right_m(self, edge: int, lane: int) -> float:
        """Return how far right of the street's middle line a lane's middle is; lane 0 is the rightmost."""
        return (float(self.edge_lanes[edge]) - lane - 0.5) * LANE_M

    def kerb_right_m(self, edge: int) -> float:
        """Return how far right of the middle line vehicles that stand at the kerb have their middle."""
        return float(self.edge_lanes[edge]) * LANE_M + 0.5 * KERB_M

    def sidewalk_right_m(self, edge: int) -> float:
        """Return how far right of the middle line the sidewalk's middle is."""
        return float(self.edge_lanes[edge]) * LANE_M + KERB_M + 0.5 * SIDEWALK_M

    def truck_ban_h(self, edge: int) -> tuple[float, float] | None:
        """Return the hours of the day between which lorries may not drive here; None: they may.

        Boulevards have it: by day on those that run east and west, by night on the others.
        """
        if self.edge_class[edge] != StreetClass.BOULEVARD:
            return None
        dx, dy = self.direction(edge)
        return (7.0, 22.0) if abs(dx) >= abs(dy) else (22.0, 6.0)

    def solid_line(self, edge: int) -> bool:
        """Say whether the middle line is solid, so that nobody may cross it or turn round between two junctions.

        It is broken on plain streets that run north and south.
        """
        dx, dy = self.direction(edge)
        return self.edge_class[edge] != StreetClass.STREET or abs(dx) >= abs(dy)

    def reverse(self, edge: int) -> int:
        """Return the edge of the other direction: edges come in pairs."""
        return edge ^ 1


def build_streets(seed: int, columns: int, rows: int) -> Streets:
    """Draw a network of columns x rows junctions.

    Raises:
        ValueError: fewer than 2 x 2.
    """
    if columns < 2 or rows < 2:
        raise ValueError(f"a network of {columns} x {rows} junctions; expected at least 2 x 2")
    random = generator(seed, "streets")
    xs = np.concatenate([[0.0], np.cumsum(random.uniform(*BLOCK_M, columns - 1))]).round(1)
    ys = np.concatenate([[0.0], np.cumsum(random.uniform(*BLOCK_M, rows - 1))]).round(1)
    x, y = np.tile(xs, rows), np.repeat(ys, columns)
    z = (NORTH_Z_M + SLOPE_RATIO * (ys[-1] - y)).round(2)
    pairs: list[tuple[int, int, StreetClass]] = []
    for row in range(rows):
        for column in range(columns):
            node = row * columns + column
            if column + 1 < columns:
                pairs.append((node, node + 1, _class_of(row, rows)))
            if row + 1 < rows:
                pairs.append((node, node + columns, _class_of(column, columns)))
    classes = np.array([kind for _, _, kind in pairs for _ in range(2)], np.int64)
    return Streets(
        columns=columns,
        rows=rows,
        node_x_m=x,
        node_y_m=y,
        node_z_m=z,
        signalled=random.random(columns * rows) < 0.8,
        edge_from=np.array([n for a, b, _ in pairs for n in (a, b)], np.int64),
        edge_to=np.array([n for a, b, _ in pairs for n in (b, a)], np.int64),
        edge_class=classes,
        edge_lanes=np.array([LANES[StreetClass(kind)] for kind in classes], np.int64),
        edge_limit_kmh=np.array([LIMIT_KMH[StreetClass(kind)] for kind in classes]),
        bus_lane=classes == StreetClass.BOULEVARD,
    )


def _class_of(line: int, lines: int) -> StreetClass:
    """Return the class of a line of the grid: its border is the ring road where there is an inside."""
    if lines > 3 and line in {0, lines - 1}:
        return StreetClass.RING
    return StreetClass.BOULEVARD if line % BOULEVARD_EVERY == 2 else StreetClass.STREET
