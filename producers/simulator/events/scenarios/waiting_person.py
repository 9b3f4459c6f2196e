"""A person who waits at an entrance for a moment."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.lingerer import wait
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

STAY_S = (8.0, 28.0)


class WaitingPerson:
    """Comes, waits, leaves."""

    name: ClassVar[str] = "waiting_person"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.ENTRANCE: 3.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return wait(scene, self.name, float(scene.random.uniform(*STAY_S)), ("loitering",), "waits")
