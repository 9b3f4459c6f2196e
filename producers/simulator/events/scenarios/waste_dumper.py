"""A person who brings waste, leaves it beside the containers and goes."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.showing import around
from producers.simulator.events.staged import Staged
from producers.simulator.motions import PERSON
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

PACE_MPS = 1.2
BUSY_S = (4.0, 10.0)
#: What was brought lies there for so long with nobody within three metres before it counts (30 to 300 s are in use).
LEFT_S = 30.0
#: Width and height of what was brought.
HEAP_M = (1.0, 0.6)


class WasteDumper:
    """Comes from the street, stands at the containers, leaves; what stays has no class in today's detections."""

    name: ClassVar[str] = "waste_dumper"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 3.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return bring(scene, self.name, (), "waste is left beside the containers")


def bring(scene: Scene, name: str, negative_of: tuple[str, ...], why: str) -> Staged:
    """Stage a person who brings waste: dumping if it stays beside the containers, else a hard negative."""
    area, street = scene.camera.areas["containers"], scene.camera.areas["access"].right_m[1] + 3.0
    along = float(scene.random.uniform(area.along_m[0] + 1.0, area.along_m[1] - 1.0))
    right, busy = area.right_m[1], float(scene.random.uniform(*BUSY_S))
    came = abs(street - right) / PACE_MPS
    person = scene.act(
        PERSON,
        [
            (0.0, along, street),
            (came, along, right),
            (came + busy, along + 0.3, right),
            (2 * came + busy, along, street),
        ],
    )
    left = came + busy
    return Staged(
        family=TruthFamily.INCIDENT,
        kind="waste_dumping",
        scenario=name,
        negative_of=negative_of,
        started_us=scene.at(left),
        due_us=scene.at(left if negative_of else left + LEFT_S),
        ended_us=scene.at(left + came if negative_of else left + 2 * LEFT_S),
        free_us=scene.at(left + came if negative_of else left + 2 * LEFT_S),
        along_m=along,
        right_m=right,
        actors=(person.actor,),
        measured=0.0 if negative_of else LEFT_S * 2,
        limit=LEFT_S,
        unit="s",
        notes=why,
        spot=None if negative_of else around(along, right, HEAP_M[0]),
        height_m=0.0 if negative_of else HEAP_M[1],
    )
