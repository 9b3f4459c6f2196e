"""Somebody who rides a bicycle along the sidewalk."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.drives_on_sidewalk import along_sidewalk
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import BICYCLE
from producers.simulator.outlook import Outlook

SPEED_KMH = (10.0, 20.0)


class CyclistOnSidewalk:
    """As fast as a car would be there, and none."""

    name: ClassVar[str] = "cyclist_on_sidewalk"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.STOP: 7.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return along_sidewalk(scene, self.name, BICYCLE, float(scene.random.uniform(*SPEED_KMH)), "cycles")
