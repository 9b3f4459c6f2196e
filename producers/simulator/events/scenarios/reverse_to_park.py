"""A driver who stops, drives back a few metres to park, and soon goes on: backwards, but no travel against traffic."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import PACE_MPS
from producers.simulator.events.parking import comes_by_m
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

BACK_M = (4.0, 8.0)
STAND_S = (8.0, 25.0)


class ReverseToPark:
    """Comes along the kerb, stops, reverses, stands shortly, leaves."""

    name: ClassVar[str] = "reverse_to_park"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 4.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        streets, camera, area = scene.city.streets, scene.camera, scene.area
        right, lane = streets.kerb_right_m(camera.edge), comes_by_m(scene)
        stop = float(scene.random.uniform(area.along_m[0] + 25.0, area.along_m[1] - 10.0))
        back, stand = float(scene.random.uniform(*BACK_M)), float(scene.random.uniform(*STAND_S))
        begin = stop - 70.0
        came = 45.0 / PACE_MPS
        stood = came + 2.0 * 25.0 / PACE_MPS
        turned, parked = stood + 2.0, stood + 2.0 + back / 1.4
        left = parked + stand
        path = [
            (0.0, begin, lane),
            (came, begin + 45.0, lane),
            ((came + stood) / 2, stop - 25.0 / 4, right),
            (stood, stop, right),
            (turned, stop, right),
            (parked, stop - back, right),
            (left, stop - back, right),
            (left + 3.0, stop - back + 9.0, right),
            (left + 5.5, stop - back + 34.0, lane),
            (left + 14.0, stop + 120.0, lane),
        ]
        actor = scene.act(CAR, path)
        return Staged(
            family=TruthFamily.VIOLATION,
            kind="wrong_way",
            scenario=self.name,
            negative_of=("wrong_way", "stopped_vehicle", "u_turn"),
            started_us=scene.at(turned),
            due_us=scene.at(turned),
            ended_us=scene.at(left),
            free_us=actor.end_us,
            along_m=stop,
            right_m=right,
            actors=(actor.actor,),
            vehicle=actor.actor,
            measured=round(back, 2),
            limit=12.0,
            unit="m",
            notes=f"{back:.0f} m back to park, {stand:.0f} s standing",
        )
