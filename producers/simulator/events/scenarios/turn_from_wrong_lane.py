"""A driver who turns at a junction from a lane that does not lead there."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.actor import Actor
from producers.simulator.events.offence import offence
from producers.simulator.events.open_turns import open_turns
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.junction_lanes import LEFT, RIGHT, leads
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from producers.simulator.signals import AMBER_S, group_of, next_red

SPEED_MPS = 8.0
#: The line is passed so long before amber: the light is green.
BEFORE_AMBER_S = (1.5, 6.0)


class TurnFromWrongLane:
    """Turns left from the rightmost lane or right from the leftmost, across those that may go there or straight on."""

    name: ClassVar[str] = "turn_from_wrong_lane"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 1.5}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a turn is open to which the outermost lane at the other side does not lead."""
        streets, edge = scene.city.streets, scene.camera.edge
        lane_of = {LEFT: 0, RIGHT: int(streets.edge_lanes[edge]) - 1}
        there = open_turns(scene)
        sides = [side for side, lane in lane_of.items() if side in there and side not in leads(streets, edge, lane)]
        if not sides:
            return None
        side = sides[int(scene.random.integers(len(sides)))]
        return turn(scene, self.name, lane_of[side], side, negative_of=())


def turn(scene: Scene, name: str, lane: int, side: str, *, negative_of: tuple[str, ...]) -> Staged:
    """Stage a car that turns from a lane while it has green: wrong but from the lane at that side.

    It is due when the car is more than a lane's width aside of its lane: it surely turns, and is in view still.
    """
    streets, edge = scene.city.streets, scene.camera.edge
    car, needs = drive_turn(scene, CAR, lane, side)
    nearest = min(
        (one for one in range(int(streets.edge_lanes[edge])) if side in leads(streets, edge, one)),
        key=lambda one: abs(one - lane),
    )
    return offence(
        scene, name, "wrong_lane", car, begin_s=needs, end_s=needs + STEP_S * 4, due_s=needs + STEP_S * DUE_STEP,
        at=(scene.area.along_m[1], streets.lane_right_m(edge, lane)), article="KoAP 601",
        measured=(float(lane), float(nearest), "lane"),
        negative_of=negative_of, notes=f"turns {side} from lane {lane}, counted from the right",
    )  # fmt: skip


def drive_turn(scene: Scene, kind: int, lane: int, side: str) -> tuple[Actor, float]:
    """Put a vehicle on the stage that turns from a lane while it has green; return it and when it passes the line.

    Args:
        scene: before which camera; its begin is moved on to when the vehicle comes.
        kind: its class.
        lane: counted from the right.
        side: LEFT or RIGHT.
    """
    streets, edge = scene.city.streets, scene.camera.edge
    programme, line = scene.city.programme_at(int(streets.edge_to[edge])), scene.area.along_m[1]
    needs = 85.0 / SPEED_MPS
    group = group_of(*streets.direction(edge))
    late = float(scene.random.uniform(*BEFORE_AMBER_S)) + AMBER_S
    red = next_red(programme, group, scene.begin_us // 1_000_000 + int(needs + late) + 2)
    passes_us = round((red - late) * 1e6)
    scene.begin_us = passes_us - round(needs * 1e6)
    right = streets.lane_right_m(edge, lane)
    sign = -1.0 if side == LEFT else 1.0
    aside = [(needs + STEP_S * n, line + along, right + sign * way) for n, (along, way) in enumerate(TURN, 1)]
    return scene.act(kind, [(0.0, line - 85.0, right), (needs, line, right), *aside]), needs


#: Way of a turn beyond the stop line: along, to the side of the lane, metres, every so many seconds.
TURN = ((4.8, 0.3), (9.2, 1.8), (12.8, 4.8), (15.0, 9.0), (15.8, 13.8), (16.0, 18.6), (16.0, 23.4))
STEP_S = 0.6
#: The first of these at which the car is more than a lane's width aside.
DUE_STEP = 3
