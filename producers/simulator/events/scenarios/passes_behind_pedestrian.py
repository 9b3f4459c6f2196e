"""A driver who lets a person go by and drives on behind them."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.car_before_pedestrian import last_passes_s
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR, PERSON
from producers.simulator.outlook import Outlook
from producers.simulator.signals import group_of, next_red
from producers.simulator.streets import LANE_M

SPEED_KMH = (20.0, 35.0)
WALK_MPS = 1.4
#: The person comes to the driver's half so long before traffic there has to wait: the last who could not stop has gone
#: by, and nobody else has stepped off yet.
BEFORE_RED_S = 1.5
#: When the car's middle passes, the person has walked on so far from the middle of its lane.
AWAY_M = (2.6, 4.2)


class PassesBehindPedestrian:
    """The person is still on the driver's half of the crossing, but has left the car's way and walks away from it."""

    name: ClassVar[str] = "passes_behind_pedestrian"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.CROSSING: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where no signal stands."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.turns.get(int(streets.edge_to[edge]))
        if programme is None:
            return None
        speed, away = round(float(scene.random.uniform(*SPEED_KMH)), 1), float(scene.random.uniform(*AWAY_M))
        needs = 85.0 / (speed / 3.6)
        side, middle, lane = streets.sidewalk_right_m(edge), scene.camera.areas["crossing"].middle[0], 0.5 * LANE_M
        walked_s = (side + lane + away) / WALK_MPS
        red = next_red(programme, group_of(*streets.direction(edge)), scene.begin_us // 1_000_000 + 20)
        comes = red - BEFORE_RED_S + last_passes_s(scene)
        scene.begin_us = round((comes + (lane + away) / WALK_MPS - needs) * 1e6)
        car = scene.act(CAR, through(middle - 85.0, middle + 24.0, lane, speed))
        off = needs - walked_s
        person = scene.act(
            PERSON,
            [(off - 2.0, middle, -side), (off, middle, -side), (off + 2.0 * side / WALK_MPS, middle, side)],
        )
        return offence(
            scene, self.name, "pedestrian_priority", car, begin_s=needs - 1.0, end_s=needs + 1.0, at=(middle, lane),
            measured=(0.0, 0.0, "s"), negative_of=("pedestrian_priority",), others=(person,),
            notes=f"passes {away:.1f} m behind a person who walks away",
        )  # fmt: skip
