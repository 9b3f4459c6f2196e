"""A driver who turns left or right from the lane that is for it."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.open_turns import open_turns
from producers.simulator.events.scenarios.turn_from_wrong_lane import turn
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.junction_lanes import LEFT, RIGHT
from producers.simulator.outlook import Outlook


class TurnFromItsLane:
    """Turns as the offender does, and may."""

    name: ClassVar[str] = "turn_from_its_lane"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a turn is open."""
        streets, edge = scene.city.streets, scene.camera.edge
        # Beside a lane for buses a car has the next one.
        lane_of = {LEFT: int(streets.edge_lanes[edge]) - 1, RIGHT: int(streets.bus_lane[edge])}
        sides = open_turns(scene)
        if not sides:
            return None
        side = sides[int(scene.random.integers(len(sides)))]
        return turn(scene, self.name, lane_of[side], side, negative_of=("wrong_lane", "u_turn", "red_light"))
