"""A driver who comes against the direction of a carriageway, close to its kerb."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

SPEED_KMH = (20.0, 45.0)


class AgainstTraffic:
    """Drives through the whole area the wrong way."""

    name: ClassVar[str] = "against_traffic"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 3.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        streets, camera, area = scene.city.streets, scene.camera, scene.area
        right = streets.kerb_right_m(camera.edge)
        speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
        begin, end = area.along_m[1] + 20.0, area.along_m[0] - 10.0
        actor = scene.act(CAR, through(begin, end, right, speed))
        started = scene.at(20.0 / (speed / 3.6))
        return Staged(
            family=TruthFamily.VIOLATION,
            kind="wrong_way",
            scenario=self.name,
            started_us=started,
            due_us=started,
            ended_us=scene.at((begin - area.along_m[0]) / (speed / 3.6)),
            free_us=actor.end_us,
            along_m=area.along_m[1],
            right_m=right,
            actors=(actor.actor,),
            vehicle=actor.actor,
            measured=180.0,
            limit=120.0,
            unit="deg",
            article="KoAP 596.3",
            notes=f"against the direction along the kerb at {speed:.0f} km/h",
        )
