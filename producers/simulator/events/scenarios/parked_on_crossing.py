"""A car that is parked on a crossing."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.parking import DWELL_S, come_and_stand
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

STAND_S = (75.0, 150.0)
#: A driver may let somebody out from so far before a crossing on (Road rules of Kazakhstan: 5 m).
BEFORE_M = 5.0


class ParkedOnCrossing:
    """Stands at the kerb in the way of those who cross."""

    name: ClassVar[str] = "parked_on_crossing"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.CROSSING: 3.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return at_crossing(
            scene, self.name, scene.area.middle[0], float(scene.random.uniform(*STAND_S)), "parked on it"
        )


def at_crossing(
    scene: Scene, name: str, stop_m: float, stand_s: float, why: str, negative_of: tuple[str, ...] = ()
) -> Staged:
    """Stage a car that stands at the kerb on a crossing or before it."""
    streets, camera = scene.city.streets, scene.camera
    kerb = streets.kerb_right_m(camera.edge)
    car, stood = come_and_stand(scene, stop_m, kerb, streets.lane_right_m(camera.edge, 0), stand_s)
    return offence(
        scene, name, "crossing_parking", car, begin_s=stood, end_s=stood + stand_s, due_s=stood + DWELL_S,
        at=(stop_m, kerb), measured=(round(stand_s, 1), DWELL_S, "s"), article="KoAP 597.1",
        negative_of=negative_of, notes=f"{why}, {stand_s:.0f} s",
    )  # fmt: skip
