"""A driver who turns at a junction from a lane that does not lead there."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from producers.simulator.signals import AMBER_S, group_of, next_red

SPEED_MPS = 8.0
#: The line is passed so long before amber: the light is green.
BEFORE_AMBER_S = (1.5, 6.0)


class TurnFromWrongLane:
    """Turns left from the rightmost lane, across those that go straight on."""

    name: ClassVar[str] = "turn_from_wrong_lane"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 1.5}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return turn_left(scene, self.name, 0, ())


def turn_left(scene: Scene, name: str, lane: int, negative_of: tuple[str, ...]) -> Staged:
    """Stage a car that turns left from a lane while it has green: wrong but from the leftmost."""
    streets, edge = scene.city.streets, scene.camera.edge
    programme, line = scene.city.programme_at(int(streets.edge_to[edge])), scene.area.along_m[1]
    needs = 85.0 / SPEED_MPS
    group = group_of(*streets.direction(edge))
    late = float(scene.random.uniform(*BEFORE_AMBER_S)) + AMBER_S
    red = next_red(programme, group, scene.begin_us // 1_000_000 + int(needs + late) + 2)
    passes_us = round((red - late) * 1e6)
    scene.begin_us = passes_us - round(needs * 1e6)
    right = streets.lane_right_m(edge, lane)
    turn = [(needs + 0.6 * n, line + along, right - left) for n, (along, left) in enumerate(TURN, 1)]
    car = scene.act(CAR, [(0.0, line - 85.0, right), (needs, line, right), *turn])
    return offence(
        scene, name, "wrong_lane", car, begin_s=needs, end_s=needs + 0.6 * 4, due_s=needs + 0.6 * 4, at=(line, right),
        measured=(float(lane), float(streets.edge_lanes[edge]) - 1.0, "lane"), article="KoAP 601",
        negative_of=negative_of, notes=f"turns left from lane {lane}, counted from the right",
    )  # fmt: skip


#: Way of a left turn beyond the stop line: along, left of the lane, metres, every 0.6 s.
TURN = ((4.8, 0.3), (9.2, 1.8), (12.8, 4.8), (15.0, 9.0), (15.8, 13.8), (16.0, 18.6), (16.0, 23.4))
