"""A person who stays at an entrance where nobody should linger."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.gathering import visit
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

STAY_S = (85.0, 220.0)
#: PETS 2007: 60 s.
DWELL_S = 60.0


class Lingerer:
    """Comes, shifts about, leaves."""

    name: ClassVar[str] = "lingerer"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.ENTRANCE: 2.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return wait(scene, self.name, float(scene.random.uniform(*STAY_S)), ("loitering",), "lingers")


def wait(scene: Scene, name: str, stay_s: float, kinds: tuple[str, ...], why: str) -> Staged:
    """Stage a person who stays: loitering from DWELL_S in the area on, else a hard negative of kinds."""
    area = scene.area
    person, came, left = visit(scene, area, 0.0, stay_s)
    true = left - came >= DWELL_S
    along, right = area.middle
    return Staged(
        family=TruthFamily.INCIDENT,
        kind="loitering",
        scenario=name,
        negative_of=() if true else kinds,
        started_us=scene.at(came),
        due_us=scene.at(came + (DWELL_S if true else 0.0)),
        ended_us=scene.at(left),
        free_us=scene.actors[-1].end_us,
        along_m=along,
        right_m=right,
        actors=(person,),
        measured=round(left - came, 1),
        limit=DWELL_S,
        unit="s",
        notes=f"{why} for {left - came:.0f} s",
    )
