"""WaitingScenes: scenes that go on the stage only where traffic leaves them the lane; else they are off. Pure."""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import Final

from producers.simulator.actor import Actor
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.events.clear_lane import is_clear
from producers.simulator.events.staged import Staged
from producers.simulator.motions import Motions

#: Scenarios in whose lane nobody may stop at the line; see `is_clear`.
NEED_CLEAR_LANE: Final = frozenset({"red_light_runner", "emergency_on_red", "stop_beyond_line"})

#: A camera, the number of an event before it, what is true of it, and who takes part.
StagedScene = tuple[CityCamera, int, Staged, Sequence[Actor]]


class WaitingScenes:
    """Scenes that were staged, by when they begin.

    What becomes of one depends on itself and the traffic alone, not on which others wait.

    Args:
        city: the city.
    """

    def __init__(self, city: City) -> None:
        self._city = city
        self._waiting: list[tuple[int, int, int, Staged, CityCamera, Sequence[Actor]]] = []

    def take(self, camera: CityCamera, number: int, staged: Staged, actors: Sequence[Actor]) -> bool:
        """Let a scene wait until it begins; False: it need not."""
        if staged.scenario not in NEED_CLEAR_LANE:
            return False
        heappush(self._waiting, (actors[0].begin_us, camera.number, number, staged, camera, actors))
        return True

    def before(self, horizon_us: int, traffic: Motions) -> Iterator[StagedScene]:
        """Yield the scenes that begin before a horizon and whose lane is clear; the others that do are off.

        Args:
            horizon_us: microseconds since the Unix epoch; it ascends.
            traffic: what drives until shortly before.
        """
        while self._waiting and self._waiting[0][0] < horizon_us:
            _, _, number, staged, camera, actors = heappop(self._waiting)
            if is_clear(self._city, camera.edge, actors[0], traffic):
                yield camera, number, staged, actors
