"""A driver above the limit, but within the margin from which on the statute speaks of an offence."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.fast_driver import pass_by
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

EXCESS_KMH = (3.0, 9.0)


class FastButTolerated:
    """Drives through at one speed that is no offence."""

    name: ClassVar[str] = "fast_but_tolerated"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 4.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return pass_by(scene, self.name, float(scene.random.uniform(*EXCESS_KMH)))
