"""A driver who goes straight on and changes lanes while crossing a junction."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.junction_lanes import STRAIGHT, arms
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from producers.simulator.signals import AMBER_S, group_of, next_red
from producers.simulator.streets import LANE_M

SPEED_MPS = 9.0
#: The line is passed so long before amber: the light is green.
BEFORE_AMBER_S = (1.5, 6.0)
#: Way along in which the car goes over to the next lane: 2.5 s.
CHANGE_M = 22.5


class LaneChangeBeyondLine:
    """From the outermost lane to its neighbour, from the line on: aside, but no turn."""

    name: ClassVar[str] = "lane_change_beyond_line"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where the street goes on."""
        streets, edge, line = scene.city.streets, scene.camera.edge, scene.area.along_m[1]
        if STRAIGHT not in arms(streets, edge):
            return None
        programme, needs = scene.city.programme_at(int(streets.edge_to[edge])), 85.0 / SPEED_MPS
        late = float(scene.random.uniform(*BEFORE_AMBER_S)) + AMBER_S
        group = group_of(*streets.direction(edge))
        red = next_red(programme, group, scene.begin_us // 1_000_000 + int(needs + late) + 2)
        scene.begin_us = round((red - late - needs) * 1e6)
        to_left = bool(scene.random.random() < 0.5)
        lane = 0 if to_left else int(streets.edge_lanes[edge]) - 1
        right, sign = streets.lane_right_m(edge, lane), -1.0 if to_left else 1.0
        changing = CHANGE_M / SPEED_MPS
        # slowly at first and at the end: three times as fast across in the middle half
        change = [(0.25, 0.125), (0.75, 0.875), (1.0, 1.0)]
        path = [(needs + changing * s, line + CHANGE_M * s, right + sign * LANE_M * share) for s, share in change]
        signed = streets.turn_signs.get(edge)
        also = () if signed is None or not signed.holds_from(scene.begin_us) else ("prohibited_turn",)
        car = scene.act(CAR, [(0.0, line - 85.0, right), (needs, line, right), *path])
        return offence(
            scene, self.name, "wrong_lane", car, begin_s=needs, end_s=needs + changing, at=(line, right),
            measured=(float(lane), float(lane), "lane"), negative_of=("wrong_lane", *also),
            notes="changes lanes while it crosses the junction",
        )  # fmt: skip
