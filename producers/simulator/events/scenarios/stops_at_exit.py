"""A driver who pulls over before the exit of a yard, with the front in it, and goes on."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.parking import come_and_stand
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

STAND_S = (4.0, 12.0)
#: The middle of the car comes so far beyond the edge of the exit.
IN_M = 0.6


class StopsAtExit:
    """Lets somebody out in the mouth of the exit: half in it, but not driven in."""

    name: ClassVar[str] = "stops_at_exit"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where a yard has an exit."""
        mouth = scene.camera.areas.get("yard-exit")
        if mouth is None:
            return None
        right, middle = mouth.right_m[0] + IN_M, mouth.middle[0]
        stand_s = float(scene.random.uniform(*STAND_S))
        lane = scene.city.streets.lane_right_m(scene.camera.edge, 0)
        car, stood = come_and_stand(scene, middle, right, lane, stand_s)
        return offence(
            scene, self.name, "no_entry", car, begin_s=stood, end_s=stood + stand_s, at=(middle, right),
            measured=(IN_M, 0.0, "m"), negative_of=("no_entry", "stopped_vehicle"),
            notes=f"stands {stand_s:.0f} s in the mouth of an exit",
        )  # fmt: skip
