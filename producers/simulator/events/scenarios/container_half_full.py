"""Containers that have room."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.container_fill import filled
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

FILL_PERCENT = (20.0, 65.0)
LASTS_S = (40.0, 90.0)


class ContainerHalfFull:
    """Waste shows, but nobody has to come."""

    name: ClassVar[str] = "container_half_full"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 5.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        fill = float(scene.random.uniform(*FILL_PERCENT))
        return filled(scene, self.name, fill, float(scene.random.uniform(*LASTS_S)))
