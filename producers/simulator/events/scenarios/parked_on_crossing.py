"""A car that is parked on a crossing.

Who comes over the crossing to stand, or drives off over it, does so while their own direction has green or way, as all
traffic does: at other times people walk over it, and whoever drove through them would break another law.
"""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import stopping
from producers.simulator.events.offence import offence
from producers.simulator.events.parking import COMES_M, DWELL_S, GOES_M, come_and_stand
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.signals import group_of, until_green_s

STAND_S = (75.0, 150.0)
#: A driver may let somebody out from so far before a crossing on (Road rules of Kazakhstan: 5 m).
BEFORE_M = 5.0
#: Half a car's length, metres.
HALF_M = 2.3
#: Who brakes to stand on the crossing, or drives off from before it, is over it within this time, seconds.
OVER_S = 6.0


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
    """Stage a car that stands at the kerb on a crossing or before it; the scene's begin is moved."""
    streets, camera = scene.city.streets, scene.camera
    kerb, lane = streets.kerb_right_m(camera.edge), streets.lane_right_m(camera.edge, 0)
    programme = scene.city.programme_at(int(streets.edge_to[camera.edge]))
    group = group_of(*streets.direction(camera.edge))

    def later_s(after_s: float) -> float:
        return until_green_s(programme, group, scene.begin_us / 1e6 + after_s, OVER_S)

    _, stood, left = stopping(stop_m - COMES_M, stop_m, stop_m + GOES_M, lane, kerb, stand_s)
    if stop_m + HALF_M > scene.area.along_m[0]:
        scene.begin_us += round(1e6 * later_s(stood - OVER_S))
        stand_s += later_s(left)
    else:
        scene.begin_us += round(1e6 * later_s(left))
    car, stood = come_and_stand(scene, stop_m, kerb, lane, stand_s)
    return offence(
        scene, name, "crossing_parking", car, begin_s=stood, end_s=stood + stand_s, due_s=stood + DWELL_S,
        at=(stop_m, kerb), measured=(round(stand_s, 1), DWELL_S, "s"), article="KoAP 597.1",
        negative_of=negative_of, notes=f"{why}, {stand_s:.0f} s",
    )  # fmt: skip
