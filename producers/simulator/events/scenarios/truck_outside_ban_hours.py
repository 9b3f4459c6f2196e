"""A lorry on a boulevard in the hours in which it may drive there."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.truck_in_ban_hours import lorry
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class TruckOutsideBanHours:
    """Drives through as the other does, at another time of day for the street."""

    name: ClassVar[str] = "truck_outside_ban_hours"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 10.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where hours are named, outside of them."""
        return lorry(scene, self.name, banned=False)
