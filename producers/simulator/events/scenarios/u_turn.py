"""A driver who turns round in the middle of a street where no turn is allowed."""

import math
from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

SPEED_MPS = 9.0
TURN_S = 5.0


#: The turn is over when the car has driven back for so long.
BACK_S = 1.5


class UTurn:
    """From the leftmost lane over the middle line into the other direction."""

    name: ClassVar[str] = "u_turn"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.5}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where it is forbidden."""
        return turn_round(scene, self.name, ()) if scene.city.streets.solid_line(scene.camera.edge) else None


def turn_round(scene: Scene, name: str, negative_of: tuple[str, ...]) -> Staged:
    """Stage a car that turns round between two junctions."""
    streets, camera, area = scene.city.streets, scene.camera, scene.area
    right = streets.lane_right_m(camera.edge, int(streets.edge_lanes[camera.edge]) - 1)
    at = float(scene.random.uniform(area.along_m[1] - 45.0, area.along_m[1] - 12.0))
    begin, radius = at - 70.0, 3.5
    came = 70.0 / SPEED_MPS
    arc = [
        (
            came + TURN_S * n / 6,
            at + radius * math.sin(math.pi * n / 6),
            right - radius * (1 - math.cos(math.pi * n / 6)),
        )
        for n in range(1, 7)
    ]
    turned = came + TURN_S
    away = (turned + 80.0 / SPEED_MPS, at - 80.0, right - 2.0 * radius)
    car = scene.act(CAR, [(0.0, begin, right), (came, at, right), *arc, away])
    return offence(
        scene, name, "u_turn", car, begin_s=came, end_s=turned + BACK_S, due_s=turned, at=(at, right),
        measured=(180.0, 0.0, "deg"), article="KoAP 601", negative_of=negative_of,
        notes="turns round over the middle line",
    )  # fmt: skip
