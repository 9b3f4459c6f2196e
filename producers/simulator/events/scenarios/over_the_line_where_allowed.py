"""A driver who overtakes in the oncoming lane where the middle line is broken."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.over_the_line import overtake
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class OverTheLineWhereAllowed:
    """Overtakes as the offender does, and may."""

    name: ClassVar[str] = "over_the_line_where_allowed"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.5}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where the line is broken."""
        if scene.city.streets.solid_line(scene.camera.edge):
            return None
        return overtake(scene, self.name, ("oncoming", "wrong_way", "u_turn"))
