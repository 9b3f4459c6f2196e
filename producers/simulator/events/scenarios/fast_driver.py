"""A driver who is too fast by more than the statute's margin."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR, MOTORCYCLE
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

#: Excess over the limit, km/h, and the part of article 592 by the excess (KoAP; 10 to 20, 20 to 40, 40 to 60, above).
EXCESS_KMH = (14.0, 70.0)
PARTS = ((60.0, "KoAP 592.3-1"), (40.0, "KoAP 592.3"), (20.0, "KoAP 592.2"), (10.0, "KoAP 592.1"))


class FastDriver:
    """Drives through at one speed, in a lane that is not for buses."""

    name: ClassVar[str] = "fast_driver"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 5.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return pass_by(scene, self.name, float(scene.random.uniform(*EXCESS_KMH)))


def pass_by(scene: Scene, name: str, excess_kmh: float) -> Staged:
    """Stage a vehicle that passes at a speed above the limit: an offence from 10 km/h on, else a hard negative."""
    streets, camera, area = scene.city.streets, scene.camera, scene.area
    limit = float(streets.edge_limit_kmh[camera.edge])
    speed = round(limit + excess_kmh, 1)
    lanes = int(streets.edge_lanes[camera.edge])
    lane = int(scene.random.integers(1 if streets.bus_lane[camera.edge] else 0, lanes))
    right = streets.lane_right_m(camera.edge, lane)
    begin, end = max(0.0, area.along_m[0] - 60.0), area.along_m[1] + 30.0
    kind = MOTORCYCLE if scene.random.random() < 0.1 else CAR
    path = through(begin, end, right, speed)
    actor = scene.act(kind, path)
    pace = speed / 3.6
    started, ended = scene.at((area.along_m[0] - begin) / pace), scene.at((area.along_m[1] - begin) / pace)
    true = excess_kmh >= 10.0
    return Staged(
        family=TruthFamily.VIOLATION,
        kind="speeding",
        scenario=name,
        negative_of=() if true else ("speeding",),
        started_us=started,
        due_us=started,
        ended_us=ended,
        free_us=actor.end_us,
        along_m=area.along_m[0],
        right_m=right,
        actors=(actor.actor,),
        vehicle=actor.actor,
        measured=speed,
        limit=limit,
        unit="km/h",
        article=next((part for least, part in PARTS if excess_kmh >= least), None) if true else None,
        notes=f"{speed:.0f} km/h where {limit:.0f} are allowed",
    )
