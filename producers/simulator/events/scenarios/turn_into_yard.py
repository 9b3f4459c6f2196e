"""A driver who leaves the street for a yard shortly before a junction, at the side to which a sign forbids to turn."""

from collections.abc import Mapping
from typing import ClassVar, Final

from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.turn_against_sign import outermost
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.junction_lanes import LEFT
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

SPEED_MPS: Final = 7.0
#: It begins to turn so far before the line, metres.
BEFORE_LINE_M: Final = (14.0, 20.0)
#: Way of the turn: along, to the side, metres, every so many seconds.
TURN: Final = ((2.9, 0.4), (5.0, 1.8), (6.4, 4.0), (7.0, 7.0), (7.0, 10.2), (7.0, 13.6), (7.0, 17.0))
STEP_S: Final = 0.6


class TurnIntoYard:
    """Turns off before the stop line, which it never passes."""

    name: ClassVar[str] = "turn_into_yard"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a sign stands and holds."""
        streets, edge = scene.city.streets, scene.camera.edge
        sign = streets.turn_signs.get(edge)
        if sign is None or not sign.holds_from(scene.begin_us):
            return None
        right = streets.lane_right_m(edge, outermost(scene, sign.side, CAR))
        line = scene.area.along_m[1]
        at = line - float(scene.random.uniform(*BEFORE_LINE_M))
        aside = -1.0 if sign.side == LEFT else 1.0
        came = (at - line + 85.0) / SPEED_MPS
        turning = [(came + STEP_S * n, at + along, right + aside * way) for n, (along, way) in enumerate(TURN, 1)]
        car = scene.act(CAR, [(0.0, line - 85.0, right), (came, at, right), *turning])
        return offence(
            scene, self.name, "prohibited_turn", car, begin_s=came, end_s=came + STEP_S * 4, at=(at, right),
            measured=None, negative_of=("prohibited_turn", "wrong_lane"),
            notes=f"turns {sign.side} into a yard {line - at:.0f} m before the line",
        )  # fmt: skip
