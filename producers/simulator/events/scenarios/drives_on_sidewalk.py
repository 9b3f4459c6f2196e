"""A car that drives along the sidewalk to get past others."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import BICYCLE, CAR
from producers.simulator.outlook import Outlook

SPEED_KMH = (10.0, 25.0)


class DrivesOnSidewalk:
    """Passes the whole sidewalk in view."""

    name: ClassVar[str] = "drives_on_sidewalk"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.STOP: 4.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return along_sidewalk(scene, self.name, CAR, float(scene.random.uniform(*SPEED_KMH)), "drives on the sidewalk")


def along_sidewalk(scene: Scene, name: str, kind: int, speed_kmh: float, why: str) -> Staged:
    """Stage a vehicle that goes along the sidewalk: an offence but for a bicycle."""
    area = scene.camera.areas["sidewalk"]
    right = area.middle[1]
    begin, end = area.along_m[0] - 25.0, area.along_m[1] + 12.0
    actor = scene.act(kind, through(begin, end, right, speed_kmh))
    pace = speed_kmh / 3.6
    return offence(
        scene, name, "sidewalk_driving", actor, begin_s=(area.along_m[0] - begin) / pace,
        end_s=(area.along_m[1] - begin) / pace, at=(area.along_m[0], right),
        measured=(round(area.along_m[1] - area.along_m[0], 1), 0.0, "m"), article="KoAP 596.1",
        negative_of=("sidewalk_driving",) if kind == BICYCLE else (), notes=f"{why} at {speed_kmh:.0f} km/h",
    )  # fmt: skip
