"""A puddle after rain."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.flooding import water
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

#: Wet ground to a puddle: below 15 cm nothing is flooded.
DEPTH_CM = (1.0, 8.0)
LASTS_S = (40.0, 100.0)


class RainPuddle:
    """Looks like a flood's beginning, and stays a puddle."""

    name: ClassVar[str] = "rain_puddle"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.STOP: 6.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        depth = float(scene.random.uniform(*DEPTH_CM))
        return water(scene, self.name, depth, float(scene.random.uniform(*LASTS_S)))
