"""A driver who turns into a yard by its exit, past the sign that forbids to enter."""

import math
from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

SPEED_MPS = 9.0
#: At which a car turns into or out of a yard, and the radius of that.
TURN_MPS = 4.5
RADIUS_M = 6.0
#: How far in the yard a car comes from or goes to, beyond what is watched.
INSIDE_M = 16.0

Way = list[tuple[float, float, float]]


class EntersByExit:
    """From the right lane across the sidewalk into the yard."""

    name: ClassVar[str] = "enters_by_exit"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a yard has an exit."""
        mouth = scene.camera.areas.get("yard-exit")
        if mouth is None:
            return None
        streets, edge = scene.city.streets, scene.camera.edge
        lane, middle, edge_m = streets.lane_right_m(edge, 0), mouth.middle[0], mouth.right_m[0]
        at = middle - RADIUS_M
        came = 60.0 / SPEED_MPS
        turn_s = 0.5 * math.pi * RADIUS_M / TURN_MPS
        arc: Way = [
            (
                came + turn_s * n / 6,
                at + RADIUS_M * math.sin(math.pi * n / 12),
                lane + RADIUS_M * (1 - math.cos(math.pi * n / 12)),
            )
            for n in range(1, 7)
        ]
        far = edge_m + INSIDE_M
        ends = came + turn_s + (far - lane - RADIUS_M) / TURN_MPS
        car = scene.act(CAR, [(0.0, at - 60.0, lane), (came, at, lane), *arc, (ends, middle, far)])
        enters = ends - (far - edge_m) / TURN_MPS
        return offence(
            scene, self.name, "no_entry", car, begin_s=enters, end_s=enters + 8.0 / TURN_MPS,
            due_s=enters + 5.0 / TURN_MPS, at=(middle, edge_m), measured=(8.0, 0.0, "m"), article="KoAP 601",
            notes="turns into a yard by its exit",
        )  # fmt: skip
