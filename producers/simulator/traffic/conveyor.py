"""Conveyor: traffic without SUMO. Each lane by itself: arrivals, car-following, signals; nobody turns or overtakes.

It serves tests, and runs on machines without SUMO. Car-following is the intelligent driver model (Treiber, Hennecke,
Helbing, Phys. Rev. E 62, 2000) with its authors' parameters for city traffic.
"""

from collections.abc import Sequence
from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from producers.simulator.city import City
from producers.simulator.motions import BUS, CAR, MOTORCYCLE, TRUCK, Motions, joined
from producers.simulator.seeds import stream_number
from producers.simulator.signals import GROUPS, group_of
from producers.simulator.streets import STOP_LINE_M, StreetClass
from schemas.messages import Signal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP_US: Final = 500_000
STEP_S: Final = STEP_US / 1e6
#: Vehicles of one lane at most.
MOST: Final = 96
#: Vehicles an hour and lane, by class of street; a bus lane has buses alone.
FLOW_PER_H: Final = {StreetClass.STREET: 220.0, StreetClass.BOULEVARD: 330.0, StreetClass.RING: 420.0}
BUSES_PER_H: Final = 40.0
#: Shares of the classes of vehicles in other lanes, cumulative.
MIX: Final = ((CAR, 0.90), (TRUCK, 0.95), (BUS, 0.97), (MOTORCYCLE, 1.0))
#: Vehicles drive on past the middle of the junction.
BEYOND_M: Final = 12.0
#: Nobody here drives faster than this share of the limit: offences are staged, and so known.
FASTEST_RATIO: Final = 1.10
#: Intelligent driver model: acceleration, comfortable braking (m/s2), headway (s), jam distance (m).
ACCELERATION, BRAKING, HEADWAY_S, JAM_M = 1.4, 2.0, 1.4, 2.0
WARM_UP_S: Final = 180


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _crowding(v: float, gap: float, ahead_v: float) -> float:
    """Return the square of the gap that is desired over the gap there is: the model's term of interaction."""
    desired = JAM_M + max(0.0, v * HEADWAY_S + v * (v - ahead_v) / (2.0 * (ACCELERATION * BRAKING) ** 0.5))
    return float((desired / max(gap, 0.1)) ** 2)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _step(  # noqa: PLR0915, PLR0917  one pass over the lanes, compiled
    number: int,
    count: Ints,
    born: Ints,
    place: Floats,
    speed: Floats,
    wish: Floats,
    length: Floats,
    actor: Ints,
    kind: Ints,
    lane_end: Floats,
    lane_line: Floats,
    lane_limit: Floats,
    lane_stop: NDArray[np.bool_],
    lane_bus: NDArray[np.bool_],
    lane_light: NDArray[np.bool_],
    chance: Floats,
    stream: Ints,
    mix_kind: Ints,
    mix_share: Floats,
    kind_length: Floats,
    out_lane: Ints,
    out_actor: Ints,
    out_kind: Ints,
    out_place: Floats,
) -> int:
    """Advance all lanes by a step; write each vehicle's lane, actor, class, place before and after; return how many."""
    written = 0
    for lane in range(len(count)):
        n = count[lane]
        kept = 0
        for i in range(n):
            s, v = place[lane, i], speed[lane, i]
            gap, ahead_v = 1e9, v
            if i > 0:
                # the leader's place is already the new one: it moved first
                gap = place[lane, i - 1] - length[lane, i - 1] - s
                ahead_v = speed[lane, i - 1]
            # what keeps a driver back most: the vehicle ahead, or the line, also behind one ahead that drives through
            crowding = _crowding(v, gap, ahead_v)
            to_line = lane_line[lane] - s
            if lane_stop[lane] and to_line > -0.5 and v * v / (2.0 * 4.0) <= to_line + 1.0:
                crowding = max(crowding, _crowding(v, to_line + JAM_M - 1.0, 0.0))
            free = (v / wish[lane, i]) ** 4
            a = max(ACCELERATION * (1.0 - free - crowding), -7.0)
            new_v = max(0.0, v + a * STEP_S)
            if new_v < 0.05 and a < 0.0:
                new_v = 0.0
            new_s = s + 0.5 * (v + new_v) * STEP_S
            out_lane[written], out_actor[written], out_kind[written] = lane, actor[lane, i], kind[lane, i]
            # a place in a lane is the vehicle's front, what others see is its middle
            half = 0.5 * length[lane, i]
            out_place[written, 0], out_place[written, 1] = s - half, new_s - half
            written += 1
            place[lane, i], speed[lane, i] = new_s, new_v
        for i in range(n):
            if place[lane, i] < lane_end[lane]:
                if kept != i:
                    place[lane, kept], speed[lane, kept], wish[lane, kept] = (
                        place[lane, i],
                        speed[lane, i],
                        wish[lane, i],
                    )
                    length[lane, kept], actor[lane, kept] = length[lane, i], actor[lane, i]
                    kind[lane, kept] = kind[lane, i]
                kept += 1
        z = np.uint64(stream[lane]) + np.uint64(number) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
        draw = float(z >> np.uint64(40)) / 16777216.0
        room = kept == 0 or place[lane, kept - 1] - length[lane, kept - 1] > 14.0
        if draw < chance[lane] and room and kept < MOST:
            which = float(z & np.uint64(0xFFFF)) / 65536.0
            c = 0
            while which >= mix_share[c]:
                c += 1
            chosen = BUS if lane_bus[lane] else mix_kind[c]
            if chosen == TRUCK and lane_light[lane]:
                chosen = CAR
            # the mean of three even numbers is near enough to normal
            z2 = (z ^ np.uint64(0x5851F42D4C957F2D)) * np.uint64(0xBF58476D1CE4E5B9)
            z2 ^= z2 >> np.uint64(29)
            even = float(z2 & np.uint64(0xFFFF)) + float((z2 >> np.uint64(16)) & np.uint64(0xFFFF))
            even = (even + float((z2 >> np.uint64(32)) & np.uint64(0xFFFF))) / 196608.0
            wish[lane, kept] = lane_limit[lane] * min(FASTEST_RATIO, 0.75 + 0.42 * even)
            place[lane, kept] = 0.0
            speed[lane, kept] = wish[lane, kept] if kept == 0 else min(wish[lane, kept], speed[lane, kept - 1] + 2.0)
            length[lane, kept] = kind_length[chosen]
            born[lane] += 1
            actor[lane, kept] = ((lane + 1) << 28) | born[lane]
            kind[lane, kept] = chosen
            kept += 1
        count[lane] = kept
    return written


class Conveyor:
    """Traffic on the streets that cameras of the city watch.

    Args:
        city: the city.
        start_us: the city's first second, microseconds since the Unix epoch; a whole second.
        edges: the streets; None: all that a camera stands at.
    """

    def __init__(self, city: City, start_us: int, edges: Sequence[int] | None = None) -> None:
        self._city = city
        self._start_us = start_us
        chosen = sorted({camera.edge for camera in city.cameras} if edges is None else edges)
        streets = city.streets
        lanes = [(edge, lane) for edge in chosen for lane in range(int(streets.edge_lanes[edge]))]
        self._edge = np.array([edge for edge, _ in lanes], np.int64)
        ends = np.array([streets.length_m(edge) for edge, _ in lanes])
        self._end, self._line = ends + BEYOND_M, ends - STOP_LINE_M
        self._limit = streets.edge_limit_kmh[self._edge] / 3.6
        self._bus = np.array([bool(streets.bus_lane[edge]) and lane == 0 for edge, lane in lanes], np.bool_)
        self._light = np.array([streets.truck_ban_h(edge) is not None for edge, _ in lanes], np.bool_)
        flow = np.array([FLOW_PER_H[StreetClass(int(streets.edge_class[edge]))] for edge, _ in lanes])
        self._chance = np.where(self._bus, BUSES_PER_H, flow) / 3600.0 * STEP_S
        self._stream = np.array([stream_number(city.seed, "lane", e, n) % 2**62 for e, n in lanes], np.int64)
        self._origin = np.array([streets.point(edge, 0.0, streets.lane_right_m(edge, lane)) for edge, lane in lanes])
        self._way = np.array([streets.direction(edge) for edge, _ in lanes])
        self._heading = np.arctan2(self._way[:, 0], self._way[:, 1])
        self._group = np.array([group_of(*way) for way in self._way], np.int64)
        shape = (len(lanes), MOST)
        self._count, self._born = np.zeros(len(lanes), np.int64), np.zeros(len(lanes), np.int64)
        self._place, self._speed, self._wish, self._length = (np.zeros(shape) for _ in range(4))
        self._actor, self._kind = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self._number = 0
        self._out: tuple[Any, ...] = (
            *(np.empty(len(lanes) * MOST, np.int64) for _ in range(3)),
            np.empty((len(lanes) * MOST, 2)),
        )
        self._next_s = -WARM_UP_S
        for _ in range(WARM_UP_S):
            self.second()

    def second(self) -> Motions:
        """Return the motions of the next second of the city."""
        steps = []
        for part in range(round(1.0 / STEP_S)):
            from_us = self._start_us + self._next_s * 1_000_000 + part * STEP_US
            steps.append(self._advance(from_us))
        self._next_s += 1
        return joined(steps)

    def close(self) -> None:
        """Nothing is left to end."""

    def _advance(self, from_us: int) -> Motions:
        lane, actor, kind, place = self._out
        n = _step(
            self._number, self._count, self._born, self._place, self._speed, self._wish, self._length, self._actor,
            self._kind, self._end, self._line, self._limit, self._stops(), self._bus, self._light, self._chance,
            self._stream,
            np.array([k for k, _ in MIX], np.int64), np.array([share for _, share in MIX]),
            np.array([0.5, 1.8, 4.5, 2.1, 12.0, 8.2]), lane, actor, kind, place,
        )  # fmt: skip
        self._number += 1
        of, at = lane[:n], place[:n]
        heading = self._heading[of]
        return Motions(
            actor=actor[:n].copy(),
            kind=kind[:n].copy(),
            from_us=np.full(n, from_us, np.int64),
            to_us=np.full(n, from_us + STEP_US, np.int64),
            x_m=self._origin[of, 0, None] + at * self._way[of, 0, None],
            y_m=self._origin[of, 1, None] + at * self._way[of, 1, None],
            heading_rad=np.column_stack([heading, heading]),
            speed_kmh=(at[:, 1] - at[:, 0]) / STEP_S * 3.6,
        )

    def _stops(self) -> NDArray[np.bool_]:
        """Return for each lane whether its signal stops it now."""
        at_s = self._start_us // 1_000_000 + self._next_s
        closed = {}
        for node in sorted(set(self._city.streets.edge_to[self._edge].tolist())):
            programme = self._city.programme_at(node)
            closed[node] = [programme.state(group, at_s)[0] is not Signal.GREEN for group in range(len(GROUPS))]
        nodes = self._city.streets.edge_to[self._edge].tolist()
        return np.array([closed[n][g] for n, g in zip(nodes, self._group.tolist(), strict=True)], np.bool_)
