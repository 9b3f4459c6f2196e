"""A bus at its stop."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.parked_in_the_way import stand
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import BUS
from producers.simulator.outlook import Outlook

STAND_S = (15.0, 45.0)


class BusAtStop:
    """Comes, stands in its bay while people get on and off, leaves."""

    name: ClassVar[str] = "bus_at_stop"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.STOP: 2.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return stand(scene, self.name, BUS, float(scene.random.uniform(*STAND_S)), "a bus at its stop")
