"""A driver who passes a level crossing as its signal closes, too near to stop."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.crosses_closed_rails import enter
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

AFTER_S = (-1.5, 2.0)
SPEED_KMH = (30.0, 55.0)


class PassesAsRailsClose:
    """Its front passes the line just before the signal closes, or within what stopping takes."""

    name: ClassVar[str] = "passes_as_rails_close"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.RAIL: 4.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it."""
        return enter(scene, self.name, AFTER_S, SPEED_KMH, ("rail_crossing",), "passes a level crossing as it closes")
