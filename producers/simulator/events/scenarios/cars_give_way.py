"""A person who crosses while all who drive wait."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import PERSON
from producers.simulator.outlook import Outlook
from producers.simulator.signals import group_of, next_red

WALK_MPS = 1.35
STEPS_OFF_S = (3.0, 6.0)


class CarsGiveWay:
    """Crosses in front of vehicles that stand."""

    name: ClassVar[str] = "cars_give_way"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.CROSSING: 2.5, Outlook.APPROACH: 1.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.programme_at(int(streets.edge_to[edge]))
        side, middle = streets.sidewalk_right_m(edge), scene.camera.areas["crossing"].middle[0]
        red = next_red(programme, group_of(*streets.direction(edge)), scene.begin_us // 1_000_000 + 4)
        scene.begin_us = red * 1_000_000
        off, needs = float(scene.random.uniform(*STEPS_OFF_S)), 2.0 * side / WALK_MPS
        person = scene.act(PERSON, [(0.0, middle, side), (off, middle, side), (off + needs, middle, -side)])
        staged = offence(
            scene, self.name, "pedestrian_priority", person, begin_s=off, end_s=off + needs / 2,
            at=(middle, side - 2.0), measured=(0.0, 0.0, "m"), negative_of=("pedestrian_priority", "stop_line"),
            notes="crosses while all wait",
        )  # fmt: skip
        return replace(staged, vehicle=None)
