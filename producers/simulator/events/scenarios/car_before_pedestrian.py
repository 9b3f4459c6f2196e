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
#: The person steps onto the road so long after traffic began to give way, the car passes so long after that: before the
#: first who gives way stands in its lane. Nobody who could not stop any more is still on the crossing by then.
STEPS_OFF_S = 0.2
#: Where more than 60 km/h are allowed, the last who could not stop comes so much later for each km/h.
LATER_S_PER_KMH = 0.05
PASSES_S = (1.8, 2.6)
#: Half the width of a car, and half its length, metres.
HALF_WIDE_M, HALF_LONG_M = 0.9, 2.25
#: Gap below which the car did not give way, seconds.
MOST_GAP_S = 6.0


class CarBeforePedestrian:
    """Only where no signal stands: with one it would be a red light that is run."""

    name: ClassVar[str] = "car_before_pedestrian"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.CROSSING: 3.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.turns.get(int(streets.edge_to[edge]))
        if programme is None:
            return None
        later = float(scene.random.uniform(*PASSES_S))
        earliest = scene.begin_us // 1_000_000 + 15
        red = next_red(programme, group_of(*streets.direction(edge)), earliest)
        return pass_before(scene, self.name, red + STEPS_OFF_S + last_passes_s(scene) + later, later, ())


def last_passes_s(scene: Scene) -> float:
    """Return how much later than at 60 km/h the last who could not stop passes, seconds."""
    limit_kmh = float(scene.city.streets.edge_limit_kmh[scene.camera.edge])
    return max(0.0, limit_kmh - 60.0) * LATER_S_PER_KMH


def pass_before(scene: Scene, name: str, passes_s: float, later_s: float, negative_of: tuple[str, ...]) -> Staged:
    """Stage a car that passes over the crossing before a person who walks towards its lane from the right.

    Args:
        scene: before which camera; its begin is moved.
        name: of the scenario.
        passes_s: when the middle of the car passes the middle of the crossing, seconds since the Unix epoch.
        later_s: so long after the person stepped onto the road.
        negative_of: kinds that it must not be taken for.
    """
    streets, edge = scene.city.streets, scene.camera.edge
    speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
    pace = speed / 3.6
    needs = 85.0 / pace
    scene.begin_us = round((passes_s - needs) * 1e6)
    middle, road = scene.camera.areas["crossing"].middle[0], float(streets.edge_lanes[edge]) * LANE_M
    lane = 0.5 * LANE_M
    car = scene.act(CAR, through(middle - 85.0, middle + 24.0, lane, speed))
    side = streets.sidewalk_right_m(edge)
    off = needs - later_s
    walked = WALK_MPS * later_s
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
    # when the front of the car reaches the person's line
    there = road - WALK_MPS * (later_s - HALF_LONG_M / pace)
    gap = (there - lane - HALF_WIDE_M) / WALK_MPS
    return offence(
        scene, name, "pedestrian_priority", car, begin_s=needs - 0.5, end_s=needs + 2.0, due_s=needs,
        at=(middle, lane), measured=(round(gap, 2), MOST_GAP_S, "s"), article="KoAP 600", others=(person,),
        negative_of=negative_of, notes=f"passes at {speed:.0f} km/h, {gap:.1f} s before a person who walks towards it",
    )  # fmt: skip
