"""A driver who turns at a junction to the side that a sign forbids."""

from collections.abc import Mapping
from typing import ClassVar, Final

from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.turn_from_wrong_lane import DUE_STEP, STEP_S, drive_turn
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.junction_lanes import LEFT
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

#: Share of offenders who turn from the next lane, not the outermost one: that is the same offence, and no other.
FROM_THE_NEXT_RATIO: Final = 0.25


class TurnAgainstSign:
    """Turns while it has green, from the lane at that side or the next one."""

    name: ClassVar[str] = "turn_against_sign"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 3.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a sign stands and holds."""
        sign = scene.city.streets.turn_signs.get(scene.camera.edge)
        if sign is None or not sign.holds_from(scene.begin_us):
            return None
        inwards = int(scene.random.random() < FROM_THE_NEXT_RATIO)
        lane = outermost(scene, sign.side, CAR) + (-inwards if sign.side == LEFT else inwards)
        return turn_at_sign(scene, self.name, CAR, lane, sign.side, (), "though a sign forbids it")


def outermost(scene: Scene, side: str, kind: int) -> int:
    """Return the lane, from the right, that is nearest to a side: beside a lane for buses cars have the next one."""
    streets, edge = scene.city.streets, scene.camera.edge
    if side == LEFT:
        return int(streets.edge_lanes[edge]) - 1
    return int(streets.bus_lane[edge]) if kind == CAR else 0


def turn_at_sign(
    scene: Scene, name: str, kind: int, lane: int, side: str, negative_of: tuple[str, ...], how: str
) -> Staged:
    """Stage a vehicle that turns from a lane where a sign stands; due as `wrong_lane`'s turns are."""
    vehicle, needs = drive_turn(scene, kind, lane, side)
    right = scene.city.streets.lane_right_m(scene.camera.edge, lane)
    return offence(
        scene, name, "prohibited_turn", vehicle, begin_s=needs, end_s=needs + STEP_S * 4,
        due_s=needs + STEP_S * DUE_STEP, at=(scene.area.along_m[1], right), measured=None, article="KoAP 601",
        negative_of=negative_of, notes=f"turns {side} from lane {lane}, counted from the right, {how}",
    )  # fmt: skip
