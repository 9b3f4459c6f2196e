"""An emergency vehicle that enters a closed level crossing."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.crosses_closed_rails import AFTER_S, SPEED_KMH, enter
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class EmergencyOnRails:
    """Drives as the offender does; nothing tells it apart but its plate, where the register has that."""

    name: ClassVar[str] = "emergency_on_rails"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.RAIL: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it."""
        return enter(
            scene, self.name, AFTER_S, SPEED_KMH, ("rail_crossing",), "an emergency vehicle enters closed rails",
            service=True,
        )  # fmt: skip
