"""A driver who turns to the side that a sign forbids, at an hour or on a day on which it does not hold."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.daylight import hour_at
from producers.simulator.events.scenarios.turn_against_sign import outermost, turn_at_sign
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook


class TurnOutsideSignHours:
    """Turns as the offender does, from the lane at that side."""

    name: ClassVar[str] = "turn_outside_sign_hours"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a sign has hours or days and these are none of them."""
        sign = scene.city.streets.turn_signs.get(scene.camera.edge)
        if sign is None or sign.may_hold_from(scene.begin_us):
            return None
        negative_of = ("prohibited_turn", "wrong_lane", "red_light")
        hour = hour_at(scene.begin_us)
        out = "days" if sign.hours is None or sign.hours[0] <= hour < sign.hours[1] else "hours"
        lane = outermost(scene, sign.side, CAR)
        return turn_at_sign(scene, self.name, CAR, lane, sign.side, negative_of, f"out of the sign's {out}")
