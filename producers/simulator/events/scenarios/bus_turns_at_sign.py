"""A bus that turns to the side that a sign forbids to others."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.turn_against_sign import outermost, turn_at_sign
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import BUS
from producers.simulator.outlook import Outlook


class BusTurnsAtSign:
    """Turns as the offender does."""

    name: ClassVar[str] = "bus_turns_at_sign"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 1.5}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a sign stands and holds."""
        sign = scene.city.streets.turn_signs.get(scene.camera.edge)
        if sign is None or not sign.holds_from(scene.begin_us):
            return None
        negative_of = ("prohibited_turn", "wrong_lane", "red_light")
        lane = outermost(scene, sign.side, BUS)
        return turn_at_sign(scene, self.name, BUS, lane, sign.side, negative_of, "a bus, which may")
