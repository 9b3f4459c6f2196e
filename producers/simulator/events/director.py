"""Director: decides what is staged before one camera, and when; all of it drawn from the seed. Pure."""

from collections.abc import Sequence
from typing import Final

from producers.simulator.actor import Actor
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.events.heeding import MOST_S, STEP_S, runs_red
from producers.simulator.events.scenario import scenarios_of
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.seeds import generator

#: Nothing is staged before so much time has passed: what was there at the begin has gone by then.
FIRST_AFTER_S: Final = 10.0
#: Cameras differ in how much happens before them: spread of the logarithm of the mean gap.
RATE_SPREAD: Final = 0.3
#: A gap is at least this long, so that one event's grace has run out before the next begins.
LEAST_GAP_S: Final = 25.0
FOR_EVER_US: Final = 1 << 62
#: Tries to find a scenario that fits.
TRIES: Final = 8


class Director:
    """One camera's events, one after the other.

    Args:
        city: the city.
        camera: the camera.
        start_us, until_us: the run; what would not end within it is not staged.
        gap_s: mean time between two events before a camera of this city.
    """

    def __init__(self, city: City, camera: CityCamera, start_us: int, until_us: int, gap_s: float) -> None:
        self._city = city
        self._camera = camera
        self._until_us = until_us
        random = generator(city.seed, "rate", camera.number)
        self._gap_s = max(0.0, gap_s * float(random.lognormal(0.0, RATE_SPREAD)) - LEAST_GAP_S)
        self._number = 0
        self._actors = 0
        self._next_us: int | None = start_us + round(
            (FIRST_AFTER_S + float(random.exponential(self._gap_s + LEAST_GAP_S))) * 1e6
        )

    @property
    def next_us(self) -> int:
        """When the next event may begin; far beyond any run: there is none."""
        return FOR_EVER_US if self._next_us is None else self._next_us

    def staged_before(self, horizon_us: int) -> Sequence[tuple[int, Staged, Sequence[Actor]]]:
        """Return what is staged from where the last call ended to a horizon: number, truth, actors of each."""
        out = []
        while self._next_us is not None and self._next_us < horizon_us:
            found = self._stage(self._next_us)
            if found is None:
                self._next_us = None
                break
            number, staged, _ = found
            random = generator(self._city.seed, "gap", self._camera.number, number)
            gap = LEAST_GAP_S + float(random.exponential(self._gap_s))
            self._next_us = staged.free_us + round(gap * 1e6)
            if staged.free_us > self._until_us:
                self._next_us = None
                break
            out.append(found)
        return out

    def _stage(self, begin_us: int) -> tuple[int, Staged, Sequence[Actor]] | None:
        scenarios, shares = scenarios_of(self._camera.outlook)
        if not scenarios:
            return None
        for _ in range(TRIES):
            self._number += 1
            # A scene whose vehicles would drive through a red signal after it is the same a little later.
            for wait_s in range(0, MOST_S + 1, STEP_S):
                random = generator(self._city.seed, "event", self._camera.number, self._number)
                scene = Scene(self._city, self._camera, random, begin_us + wait_s * 1_000_000, self._actors)
                staged = scenarios[int(random.choice(len(scenarios), p=shares))].stage(scene)
                if staged is None:
                    break
                if not runs_red(scene, staged):
                    self._actors = scene.number
                    return self._number, staged, scene.actors
        return None
