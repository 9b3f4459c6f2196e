"""A person who leaves a bag behind."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.gathering import visit
from producers.simulator.events.scene import Scene
from producers.simulator.events.showing import around
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

STAY_S = (6.0, 15.0)
#: PETS 2006: its owner is more than three metres away for 30 s.
ALONE_S = 30.0
LIES_S = (60.0, 120.0)
#: Width and height of a travelling bag.
BAG_M = (0.5, 0.5)


class ObjectLeft:
    """Comes, puts a bag down, goes; the bag has no class in today's detections."""

    name: ClassVar[str] = "object_left"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.ENTRANCE: 2.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        person, came, left = visit(scene, scene.area, 0.0, float(scene.random.uniform(*STAY_S)))
        lies = float(scene.random.uniform(*LIES_S))
        along, right = scene.where(scene.actors[-1], (came + left) / 2)
        return Staged(
            family=TruthFamily.INCIDENT,
            kind="abandoned_object",
            scenario=self.name,
            started_us=scene.at(left),
            due_us=scene.at(left + ALONE_S),
            ended_us=scene.at(left + lies),
            free_us=scene.at(left + lies),
            along_m=along,
            right_m=right,
            actors=(person,),
            measured=round(lies, 1),
            limit=ALONE_S,
            unit="s",
            notes=f"a bag lies alone for {lies:.0f} s",
            spot=around(along, right, BAG_M[0]),
            height_m=BAG_M[1],
        )
