"""A driver who turns left or right from the lane that is for it."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.turn_from_wrong_lane import turn
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class TurnFromItsLane:
    """Turns as the offender does, and may."""

    name: ClassVar[str] = "turn_from_its_lane"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 2.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        leftmost = int(scene.city.streets.edge_lanes[scene.camera.edge]) - 1
        to_left = bool(scene.random.random() < 0.5)
        negative_of = ("wrong_lane", "u_turn", "red_light")
        return turn(scene, self.name, leftmost if to_left else 0, to_left=to_left, negative_of=negative_of)
