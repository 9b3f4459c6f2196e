"""A driver who turns to the other side than the one that a sign forbids."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.open_turns import open_turns
from producers.simulator.events.scenarios.turn_against_sign import outermost, turn_at_sign
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook


class TurnToOpenSide:
    """Turns from the lane at that side, before a sign that holds."""

    name: ClassVar[str] = "turn_to_open_side"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 1.5}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a sign holds and a street goes off to the other side."""
        sign = scene.city.streets.turn_signs.get(scene.camera.edge)
        sides = open_turns(scene)
        if sign is None or not sign.holds_from(scene.begin_us) or not sides:
            return None
        negative_of = ("prohibited_turn", "wrong_lane", "red_light")
        lane = outermost(scene, sides[0], CAR)
        return turn_at_sign(scene, self.name, CAR, lane, sides[0], negative_of, "the sign forbids the other side")
