"""RailTraffic: who drives over a level crossing and keeps to the law: stops at the line while it is closed. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from producers.simulator.actor import Actor
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import SECOND_US
from producers.simulator.events.driving import Path, braking, through
from producers.simulator.level_crossing import RAILS_M, RAILS_WIDE_M
from producers.simulator.motions import CAR, SIZES_M, TRUCK
from producers.simulator.seeds import generator
from producers.simulator.streets import LANE_M
from producers.simulator.walkers import WALKING

#: Vehicles an hour in the right lane; staged ones come in the left one. Mean and least gap at the line, seconds.
GAP_S: Final = 24.0
LEAST_GAP_S: Final = 6.0
TRUCK_SHARE: Final = 0.15
SPEED_MPS: Final = (8.0, 13.0)
#: They appear so far before the line and are gone so far beyond the rails, metres.
BEFORE_M: Final = 95.0
BEYOND_M: Final = 45.0
END_M: Final = RAILS_M + RAILS_WIDE_M + BEYOND_M
#: Who would pass less than this before it closes stops as well, seconds; who would come nearer than this to the last of
#: a queue that drives off does so too, metres.
WARY_S: Final = 1.0
APART_M: Final = 3.0
#: Who has stopped rests at least so long, and is over the line at most so long after it would have been, seconds.
REST_S: Final = 0.5
OVER_S: Final = 20.0
#: The first of a queue stands so far before the line, measured at its front; each next one leaves so much between.
FRONT_M: Final = (0.8, 2.5)
BETWEEN_M: Final = 2.2
#: The first drives off so long after it opened, each next one so much later, seconds.
REACT_S: Final = (0.8, 1.8)
EACH_S: Final = 1.7
BRAKE_MPS2: Final = 2.2
START_MPS2: Final = 1.6


class RailTraffic:
    """The ordinary vehicles before one camera, in the right lane; drawn one after the other.

    Args:
        city: the city.
        camera: the camera.
        start_us: begin of the run, microseconds since the Unix epoch.
    """

    def __init__(self, city: City, camera: CityCamera, start_us: int) -> None:
        self._city = city
        self._camera = camera
        self._crossing = city.crossings[camera.number]
        self._random = generator(city.seed, "rail-traffic", camera.number)
        area = camera.areas["rail-crossing"]
        self._line_m = area.along_m[0]
        self._right_m = area.right_m[1] - 0.5 * LANE_M
        self._number = 0
        self._at_line_s = start_us / 1e6 + float(self._random.exponential(GAP_S))
        # the queue before the closed line: when it opens, when its last one drives off, where its rear ends before the
        # line, and how many it has
        self._opens_s = 0.0
        self._off_s = 0.0
        self._rear_m = 0.0
        self._queue = 0

    @property
    def next_us(self) -> int:
        """When the next is to be drawn: well before it appears."""
        return round((self._at_line_s - BEFORE_M / SPEED_MPS[0]) * 1e6)

    def before(self, horizon_us: int) -> Sequence[Actor]:
        """Return those who appear from where the last call ended to a horizon, a little later ones among them."""
        out = []
        while self.next_us < horizon_us + SECOND_US:
            out.append(self._drawn())
            self._at_line_s += LEAST_GAP_S + float(self._random.exponential(GAP_S - LEAST_GAP_S))
        return out

    def _drawn(self) -> Actor:
        random = self._random
        kind = TRUCK if random.random() < TRUCK_SHARE else CAR
        speed = float(random.uniform(*SPEED_MPS))
        length = float(SIZES_M[kind][0])
        front, reacts = float(random.uniform(*FRONT_M)), float(random.uniform(*REACT_S))
        arrives = self._at_line_s
        opens = self._held_until(arrives, speed)
        if opens is None:
            self._queue = 0
            path = _after(arrives - BEFORE_M / speed, through(-BEFORE_M, END_M, 0.0, speed * 3.6))
            return self._actor(kind, path)
        if opens != self._opens_s:
            self._opens_s, self._queue, self._rear_m = opens, 0, 0.0
        at = -(front if not self._queue else self._rear_m + BETWEEN_M) - 0.5 * length
        begins, off = arrives - BEFORE_M / speed, opens + reacts + EACH_S * self._queue
        self._queue += 1
        self._rear_m = -at + 0.5 * length
        stops = _stops(speed, at)
        self._off_s = max(off, begins + stops[-1][0] + REST_S)
        return self._actor(kind, _after(begins, [*stops, *_starts(self._off_s - begins, at)]))

    def _held_until(self, arrives_s: float, speed_mps: float) -> float | None:
        """Return when one that would be at the line at an instant may drive on; None: it need not stop.

        The last of the queue is caught up with most when it is as fast as who comes: v / START_MPS2 after it drove off.
        It has gone v^2 / 2 START_MPS2 by then; the other needs APART_M and the queue's length less.
        """
        for at_s in (arrives_s, arrives_s + WARY_S):
            opens_s = self._crossing.opens_after(at_s)
            if opens_s > at_s:
                return opens_s
        free_s = self._off_s + speed_mps / (2.0 * START_MPS2) + (APART_M + self._rear_m) / speed_mps
        if arrives_s >= free_s:
            return None
        # who has to stop behind the queue is over the line in time, or waits for the next train as well
        over_s = arrives_s + OVER_S
        return self._opens_s if self._crossing.opens_after(over_s) == over_s else self._crossing.opens_after(over_s)

    def _actor(self, kind: int, path: Path) -> Actor:
        streets, edge = self._city.streets, self._camera.edge
        points = [streets.point(edge, self._line_m + along, self._right_m) for _, along, _ in path]
        self._number += 1
        return Actor(
            actor=WALKING | self._camera.number << 28 | self._number,
            kind=kind,
            at_us=np.array([round(s * 1e6) for s, _, _ in path], np.int64),
            x_m=np.array([x for x, _ in points]).round(3),
            y_m=np.array([y for _, y in points]).round(3),
        )


def _stops(speed_mps: float, at_m: float) -> Path:
    """Return the path of one that comes and stands with its middle so far beyond the line."""
    brake_m = speed_mps**2 / (2.0 * BRAKE_MPS2)
    brakes = (at_m - brake_m + BEFORE_M) / speed_mps
    return [(0.0, -BEFORE_M, 0.0), *braking(brakes, at_m - brake_m, 0.0, speed_mps, BRAKE_MPS2)]


def _starts(off_s: float, at_m: float) -> Path:
    """Return the path of one that drives off there, evenly faster, until it is gone."""
    way_m = END_M - at_m
    gone = (2.0 * way_m / START_MPS2) ** 0.5
    return [(off_s + gone * q, at_m + way_m * q * q, 0.0) for q in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]


def _after(begin_s: float, path: Path) -> Path:
    """Return a path that begins at an instant."""
    return [(begin_s + s, along, right) for s, along, right in path]
