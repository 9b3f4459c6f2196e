"""A driver who goes a little over a solid middle line, for some metres, to pass something in the lane."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

SPEED_MPS = 9.0
#: How far beyond the middle line the middle of the car comes: three quarters of the car are over it.
BEYOND_M = 0.4
#: From the far end of what is watched: where it begins to go over, is over, begins to come back, is back.
WAY_M = (12.0, 26.0, 36.0, 50.0)


class SkirtsObstacle:
    """Over the line by less than half a car, ten metres long."""

    name: ClassVar[str] = "skirts_obstacle"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where the line is solid."""
        streets, camera, area = scene.city.streets, scene.camera, scene.area
        if not streets.solid_line(camera.edge):
            return None
        own, far = streets.lane_right_m(camera.edge, int(streets.edge_lanes[camera.edge]) - 1), area.along_m[0]
        begin = far - 60.0
        points = [(begin, own), (far + WAY_M[0], own), (far + WAY_M[1], -BEYOND_M), (far + WAY_M[2], -BEYOND_M)]
        points += [(far + WAY_M[3], own), (far + 120.0, own)]
        car = scene.act(CAR, [((along - begin) / SPEED_MPS, along, right) for along, right in points])
        return offence(
            scene, self.name, "oncoming", car, begin_s=(far + WAY_M[0] - begin) / SPEED_MPS,
            end_s=(far + WAY_M[3] - begin) / SPEED_MPS, at=(far + WAY_M[1], 0.0),
            measured=(WAY_M[2] - WAY_M[1], 0.0, "m"), negative_of=("oncoming", "u_turn"),
            notes=f"goes {BEYOND_M} m over the middle line to pass something",
        )  # fmt: skip
