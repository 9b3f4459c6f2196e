"""Walkers: people who go about their ways before a camera and mean nothing by it. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from producers.simulator.actor import Actor
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.motions import BICYCLE, PERSON
from producers.simulator.outlook import MOUNTS, Outlook
from producers.simulator.seeds import generator
from producers.simulator.signals import ALL_RED_S, AMBER_S, RED_AMBER_S, group_of, next_red

#: Walkers' numbers lie above those of traffic and below those of staged actors.
WALKING: Final = 1 << 59
#: People an hour before a camera, by outlook; others look at roads alone.
FLOW_PER_H: Final = {
    Outlook.SQUARE: 160.0,
    Outlook.ENTRANCE: 140.0,
    Outlook.STOP: 140.0,
    Outlook.WASTE: 60.0,
    Outlook.APPROACH: 90.0,
    Outlook.CROSSING: 200.0,
}
#: Share of them that cross the road, where a crossing is in view.
CROSSING_SHARE: Final = 0.6
#: They step off this long after traffic got red at the earliest, and are across this long before it gets green.
CLEAR_S: Final = 1.5
#: Nobody who crosses walks slower or faster than this, metres a second.
CROSSING_PACE_MPS: Final = (1.15, 1.9)
#: They appear before they cross, by less than this: waiting and the way along the sidewalk, seconds.
LEAD_S: Final = 25
#: They come along the sidewalk from so far, and go on so far, metres.
BESIDE_M: Final = (4.0, 14.0)
#: Paces, metres a second: mean and spread of free walking (Weidmann: Transporttechnik der Fussgaenger, 1993).
PACE_MPS: Final = (1.34, 0.26)
#: Half of the widest street with its kerb and sidewalk, metres: so far from its ends a sidewalk is not another's road.
CORNER_M: Final = 17.0
#: Share of them that go through the area itself, and that ride a bicycle along the sidewalk.
INSIDE_SHARE: Final = 0.3
RIDING_SHARE: Final = 0.05
#: They are drawn for so long at a time.
CHUNK_S: Final = 60


class Walkers:
    """The walkers before one camera.

    Args:
        city: the city.
        camera: the camera.
        start_us: begin of the run, microseconds since the Unix epoch.
    """

    def __init__(self, city: City, camera: CityCamera, start_us: int) -> None:
        self._city = city
        self._camera = camera
        # cameras' chunks begin at different seconds, so that a large city draws a few cameras' walkers in each
        self._start_us = start_us - camera.number * 17 % CHUNK_S * 1_000_000
        self._chunk = -1
        self._number = 0

    @property
    def next_us(self) -> int:
        """When the next are to be drawn; far beyond any run: never."""
        if self._camera.outlook not in FLOW_PER_H:
            return 1 << 62
        return self._start_us + self._chunk * CHUNK_S * 1_000_000

    def before(self, horizon_us: int) -> Sequence[Actor]:
        """Return those who appear from where the last call ended to the end of the chunk that holds a horizon."""
        if self._camera.outlook not in FLOW_PER_H:
            return ()
        out: list[Actor] = []
        while self._start_us + self._chunk * CHUNK_S * 1_000_000 < horizon_us:
            out += self._drawn(self._chunk)
            self._chunk += 1
        return out

    def _drawn(self, chunk: int) -> Sequence[Actor]:
        random = generator(self._city.seed, "walkers", self._camera.number, chunk)
        count = int(random.poisson(FLOW_PER_H[self._camera.outlook] * CHUNK_S / 3600.0))
        return [self._walker(random, chunk) for _ in range(count)]

    def _walker(self, random: np.random.Generator, chunk: int) -> Actor:
        streets, camera = self._city.streets, self._camera
        if "crossing" in camera.areas and random.random() < CROSSING_SHARE:
            return self._crosser(random, chunk)
        area = next(iter(camera.areas.values()))
        reach = MOUNTS[camera.outlook].far_m
        middle = area.middle[0]
        # they end before the cross streets: over those nobody goes but by a crossing, when it is their turn
        low = max(middle - reach, CORNER_M)
        high = min(middle + reach, streets.length_m(camera.edge) - CORNER_M)
        inside = camera.outlook in {Outlook.SQUARE, Outlook.ENTRANCE, Outlook.WASTE} and random.random() < INSIDE_SHARE
        if inside:
            low, high = area.along_m[0] - 4.0, area.along_m[1] + 12.0
            right = float(random.uniform(area.right_m[0] + 0.5, area.right_m[1] - 0.5))
        else:
            right = streets.sidewalk_right_m(camera.edge) + float(random.uniform(-1.2, 1.2))
        riding = not inside and random.random() < RIDING_SHARE
        pace = 4.2 if riding else max(0.6, float(random.normal(*PACE_MPS)))
        begin = round(self._start_us + (chunk + float(random.random())) * CHUNK_S * 1e6)
        ends = (low, high) if random.random() < 0.5 else (high, low)
        points = [streets.point(camera.edge, along, right) for along in ends]
        self._number += 1
        return Actor(
            actor=WALKING | camera.number << 28 | self._number,
            kind=BICYCLE if riding else PERSON,
            at_us=np.array([begin, begin + round((high - low) / pace * 1e6)], np.int64),
            x_m=np.array([x for x, _ in points]).round(3),
            y_m=np.array([y for _, y in points]).round(3),
        )

    def _crosser(self, random: np.random.Generator, chunk: int) -> Actor:
        """Return one who waits at the kerb until traffic has red, crosses, and goes on."""
        streets, camera = self._city.streets, self._camera
        programme = self._city.programme_at(int(streets.edge_to[camera.edge]))
        group = group_of(*streets.direction(camera.edge))
        from_s = (self._start_us + chunk * CHUNK_S * 1_000_000) // 1_000_000
        red = next_red(programme, group, from_s + LEAD_S + int(random.integers(0, CHUNK_S)))
        side = streets.sidewalk_right_m(camera.edge) * (1.0 if random.random() < 0.5 else -1.0)
        pace = float(np.clip(random.normal(*PACE_MPS), *CROSSING_PACE_MPS))
        needs = 2.0 * abs(side) / pace
        lasts = programme.green_s[1 - group] + 2 * ALL_RED_S + AMBER_S + RED_AMBER_S
        off = CLEAR_S + float(random.random()) * max(0.0, lasts - needs - 2.0 * CLEAR_S)
        first, last = camera.areas["crossing"].along_m
        along, other = (float(random.uniform(first + 0.4, last - 0.4)) for _ in range(2))
        before, after = (float(random.uniform(*BESIDE_M)) for _ in range(2))
        waits = float(random.uniform(0.5, 9.0))
        path = [
            (off - waits - before / pace, along - before, side),
            (off - waits, along, side),
            (off, along, side),
            (off + needs, other, -side),
            (off + needs + after / pace, other - after, -side),
        ]
        points = [streets.point(camera.edge, at, right) for _, at, right in path]
        self._number += 1
        return Actor(
            actor=WALKING | camera.number << 28 | self._number,
            kind=PERSON,
            at_us=np.array([red * 1_000_000 + round(s * 1e6) for s, _, _ in path], np.int64),
            x_m=np.array([x for x, _ in points]).round(3),
            y_m=np.array([y for _, y in points]).round(3),
        )
