"""A driver who passes the others on the shoulder."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR, TRUCK
from producers.simulator.outlook import Outlook

SPEED_KMH = (35.0, 75.0)
TRUCK_SHARE = 0.15


class ShoulderDriver:
    """Drives through the whole area on the shoulder, at one speed."""

    name: ClassVar[str] = "shoulder_driver"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 8.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where the street has a shoulder."""
        streets, camera, area = scene.city.streets, scene.camera, scene.area
        if "shoulder" not in camera.areas:
            return None
        kind = TRUCK if scene.random.random() < TRUCK_SHARE else CAR
        speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
        right, pace = streets.kerb_right_m(camera.edge), speed / 3.6
        begin, end = max(0.0, area.along_m[0] - 60.0), area.along_m[1] + 30.0
        actor = scene.act(kind, through(begin, end, right, speed))
        length = area.along_m[1] - area.along_m[0]
        return offence(
            scene, self.name, "shoulder_driving", actor, begin_s=(area.along_m[0] - begin) / pace,
            end_s=(area.along_m[1] - begin) / pace, at=(area.along_m[0], right), measured=(round(length, 1), 0.0, "m"),
            article="KoAP 596.1", notes=f"{length:.0f} m on the shoulder at {speed:.0f} km/h",
        )  # fmt: skip
