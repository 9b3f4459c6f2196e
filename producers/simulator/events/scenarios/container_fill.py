"""Containers that are full, or overflow."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.showing import shows
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.scene_change import SceneChange

#: Filled at least so far, per cent, they are to be emptied; above 100 they overflow.
LIMIT_PERCENT = 75.0
FILL_PERCENT = (78.0, 120.0)
LASTS_S = (70.0, 150.0)
HEIGHT_M = 1.4
#: A fill counts when it was so for this long: nobody stands before the container any more.
PERSISTS_S = 10.0


class ContainerFill:
    """The fill is seen above the rim; nothing moves."""

    name: ClassVar[str] = "container_fill"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 3.5}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        fill = float(scene.random.uniform(*FILL_PERCENT))
        return filled(scene, self.name, fill, float(scene.random.uniform(*LASTS_S)))


def filled(scene: Scene, name: str, fill_percent: float, lasts_s: float) -> Staged:
    """Stage containers filled so far: an incident from LIMIT_PERCENT on, else a hard negative."""
    true = fill_percent >= LIMIT_PERCENT
    return shows(
        scene,
        name,
        "container_fill",
        scene.camera.areas["containers"],
        height_m=round(HEIGHT_M * max(1.0, fill_percent / 100.0), 2),
        lasts_s=lasts_s,
        due_s=PERSISTS_S,
        change=SceneChange(),
        measured=round(fill_percent, 1),
        limit=LIMIT_PERCENT,
        unit="%",
        notes=f"containers {fill_percent:.0f} % full",
        negative_of=() if true else ("container_fill",),
    )
