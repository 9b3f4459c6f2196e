"""A driver who comes out of a yard by its exit."""

import math
from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.enters_by_exit import INSIDE_M, RADIUS_M, TURN_MPS, Way
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

#: Waits so long before the lane.
WAITS_S = (1.0, 5.0)


class LeavesByExit:
    """Comes, waits before the lane, turns right into it and drives away."""

    name: ClassVar[str] = "leaves_by_exit"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.5}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a yard has an exit."""
        mouth = scene.camera.areas.get("yard-exit")
        if mouth is None:
            return None
        streets, edge = scene.city.streets, scene.camera.edge
        lane, middle, edge_m = streets.lane_right_m(edge, 0), mouth.middle[0], mouth.right_m[0]
        stop = max(lane + RADIUS_M, edge_m - 1.0)
        came = (edge_m + INSIDE_M - stop) / TURN_MPS
        waited = came + float(scene.random.uniform(*WAITS_S))
        turn_s = 0.5 * math.pi * RADIUS_M / TURN_MPS
        begins = waited + (stop - lane - RADIUS_M) / TURN_MPS
        turned = begins + turn_s
        arc: Way = [
            (
                begins + turn_s * n / 6,
                middle + RADIUS_M * (1 - math.cos(math.pi * n / 12)),
                lane + RADIUS_M * (1 - math.sin(math.pi * n / 12)),
            )
            for n in range(1, 7)
        ]
        before: Way = [(begins, middle, lane + RADIUS_M)] if begins > waited + 0.05 else []
        path = [(0.0, middle, edge_m + INSIDE_M), (came, middle, stop), (waited, middle, stop), *before, *arc]
        car = scene.act(CAR, [*path, (turned + 90.0 / 9.0, middle + RADIUS_M + 90.0, lane)])
        return offence(
            scene, self.name, "no_entry", car, begin_s=0.5, end_s=turned, at=(middle, edge_m + 2.0),
            measured=(0.0, 0.0, "m"), negative_of=("no_entry", "wrong_way", "u_turn", "oncoming"),
            notes="comes out of a yard by its exit",
        )  # fmt: skip
