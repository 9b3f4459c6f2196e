"""A driver who passes before somebody who is on the crossing."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR, PERSON
from producers.simulator.outlook import Outlook
from producers.simulator.signals import group_of, next_red
from producers.simulator.streets import LANE_M

SPEED_KMH = (30.0, 45.0)
WALK_MPS = 1.4
#: The person steps onto the road so long after traffic began to give way, the car passes so long after that.
STEPS_OFF_S = 0.5
PASSES_S = (1.8, 2.6)


class CarBeforePedestrian:
    """Only where no signal stands: with one it would be a red light that is run."""

    name: ClassVar[str] = "car_before_pedestrian"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.CROSSING: 3.0, Outlook.APPROACH: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.turns.get(int(streets.edge_to[edge]))
        if programme is None:
            return None
        area = scene.camera.areas["crossing"]
        speed, later = round(float(scene.random.uniform(*SPEED_KMH)), 1), float(scene.random.uniform(*PASSES_S))
        middle, road = area.middle[0], float(streets.edge_lanes[edge]) * LANE_M
        needs = 85.0 / (speed / 3.6)
        red = next_red(programme, group_of(*streets.direction(edge)), scene.begin_us // 1_000_000 + int(needs) + 1)
        on = STEPS_OFF_S + later
        scene.begin_us = round((red + on - needs) * 1e6)
        lane = 0.5 * LANE_M
        car = scene.act(CAR, through(middle - 85.0, middle + 24.0, lane, speed))
        side = streets.sidewalk_right_m(edge)
        off = needs - later
        walked = WALK_MPS * later
        person = scene.act(
            PERSON,
            [
                (off - (side - road) / WALK_MPS - 3.0, middle, side),
                (off - (side - road) / WALK_MPS, middle, side),
                (off, middle, road),
                # waits where the car passed before going on
                (needs, middle, road - walked),
                (needs + 2.0, middle, road - walked - 0.2),
                (needs + 2.0 + (side + road - walked) / WALK_MPS, middle, -side),
            ],
        )
        return offence(
            scene, self.name, "pedestrian_priority", car, begin_s=needs - 0.5, end_s=needs + 2.0, due_s=needs,
            at=(middle, lane), measured=(round(walked, 2), 0.0, "m"), article="KoAP 600", others=(person,),
            notes=f"passes at {speed:.0f} km/h before a person {walked:.1f} m on the road",
        )  # fmt: skip
