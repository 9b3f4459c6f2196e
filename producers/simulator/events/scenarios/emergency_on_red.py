"""An emergency vehicle that passes the stop line on red, as it may."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.red_light_runner import run_red
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class EmergencyOnRed:
    """Drives as a runner of red lights does; nothing tells it apart but its plate, where the register has that."""

    name: ClassVar[str] = "emergency_on_red"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it."""
        return run_red(scene, self.name, ("red_light",), "an emergency vehicle on red")
