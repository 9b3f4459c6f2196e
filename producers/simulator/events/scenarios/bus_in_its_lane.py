"""A bus in the lane that is for buses."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.bus_lane_driver import drive_in_bus_lane
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import BUS
from producers.simulator.outlook import Outlook


class BusInItsLane:
    """Drives as the offender does."""

    name: ClassVar[str] = "bus_in_its_lane"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 10.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a bus lane."""
        return drive_in_bus_lane(scene, self.name, BUS, ("bus_lane",))
