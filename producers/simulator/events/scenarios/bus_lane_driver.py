"""A car that drives along in the lane for buses."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

SPEED_KMH = (38.0, 56.0)


class BusLaneDriver:
    """Drives through the whole area in the bus lane, within the limit."""

    name: ClassVar[str] = "bus_lane_driver"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a bus lane."""
        streets, camera, area = scene.city.streets, scene.camera, scene.area
        if not streets.bus_lane[camera.edge]:
            return None
        speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
        right = streets.lane_right_m(camera.edge, 0)
        begin, end = max(0.0, area.along_m[0] - 60.0), area.along_m[1] + 30.0
        actor = scene.act(CAR, through(begin, end, right, speed))
        started = scene.at((area.along_m[0] - begin) / (speed / 3.6))
        length = area.along_m[1] - area.along_m[0]
        return Staged(
            family=TruthFamily.VIOLATION,
            kind="bus_lane",
            scenario=self.name,
            started_us=started,
            due_us=started,
            ended_us=scene.at((area.along_m[1] - begin) / (speed / 3.6)),
            free_us=actor.end_us,
            along_m=area.along_m[0],
            right_m=right,
            actors=(actor.actor,),
            vehicle=actor.actor,
            measured=round(length, 1),
            limit=0.0,
            unit="m",
            notes=f"{length:.0f} m in the bus lane at {speed:.0f} km/h",
        )
