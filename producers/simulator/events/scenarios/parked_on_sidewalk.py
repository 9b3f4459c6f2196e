"""A car that is parked on the sidewalk."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.parking import DWELL_S, come_and_stand
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

STAND_S = (75.0, 170.0)


class ParkedOnSidewalk:
    """Drives up the kerb, stands where people walk, leaves."""

    name: ClassVar[str] = "parked_on_sidewalk"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.STOP: 3.5}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        streets, camera = scene.city.streets, scene.camera
        area = camera.areas["sidewalk"]
        right = area.middle[1]
        stop = float(scene.random.uniform(area.along_m[0] + 4.0, area.along_m[1] - 4.0))
        stand_s = float(scene.random.uniform(*STAND_S))
        car, stood = come_and_stand(scene, stop, right, streets.lane_right_m(camera.edge, 0), stand_s)
        return offence(
            scene, self.name, "sidewalk_parking", car, begin_s=stood, end_s=stood + stand_s, due_s=stood + DWELL_S,
            at=(stop, right), measured=(round(stand_s, 1), DWELL_S, "s"), article="KoAP 597.2",
            notes=f"parked on the sidewalk for {stand_s:.0f} s",
        )  # fmt: skip
