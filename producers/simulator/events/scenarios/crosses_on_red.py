"""A person who walks over the crossing while the cars have green, and has to wait in the middle of it."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.car_before_pedestrian import PASSES_S, pass_before
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.signals import AMBER_S, group_of, next_red

#: The car passes so long before its amber.
BEFORE_AMBER_S = (1.0, 6.0)


class CrossesOnRed:
    """The same as car_before_pedestrian to look at, but a signal gives the car the right of way."""

    name: ClassVar[str] = "crosses_on_red"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.CROSSING: 1.5, Outlook.APPROACH: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a signal."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.programmes.get(int(streets.edge_to[edge]))
        if programme is None:
            return None
        red = next_red(programme, group_of(*streets.direction(edge)), scene.begin_us // 1_000_000 + 25)
        passes = red - AMBER_S - float(scene.random.uniform(*BEFORE_AMBER_S))
        later = float(scene.random.uniform(*PASSES_S))
        return pass_before(scene, self.name, passes, later, ("pedestrian_priority",))
