"""A person who puts a bag down and picks it up again."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.lingerer import wait
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

STAY_S = (15.0, 30.0)


class BagPutDown:
    """The person stays beside the bag, of which detections tell nothing: the detector has no class for it."""

    name: ClassVar[str] = "bag_put_down"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.ENTRANCE: 3.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        kinds = ("loitering", "abandoned_object")
        return wait(scene, self.name, float(scene.random.uniform(*STAY_S)), kinds, "puts a bag down, picks it up")
