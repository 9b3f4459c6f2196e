"""A lorry that empties the containers."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.parked_in_the_way import stand
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import TRUCK
from producers.simulator.outlook import Outlook

STAND_S = (25.0, 50.0)


class WasteCollection:
    """Comes, stands while the containers are emptied, leaves."""

    name: ClassVar[str] = "waste_collection"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 1.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return stand(scene, self.name, TRUCK, float(scene.random.uniform(*STAND_S)), "containers are emptied")
