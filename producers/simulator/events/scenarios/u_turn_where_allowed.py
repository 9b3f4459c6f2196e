"""A driver who turns round where nothing forbids it."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.u_turn import turn_round
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class UTurnWhereAllowed:
    """Turns round as the offender does, in a street whose middle line is broken."""

    name: ClassVar[str] = "u_turn_where_allowed"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.5}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where it is allowed."""
        if scene.city.streets.solid_line(scene.camera.edge):
            return None
        return turn_round(scene, self.name, ("u_turn", "wrong_way"))
