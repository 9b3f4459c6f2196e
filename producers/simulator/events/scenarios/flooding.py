"""Water that rises on a street until wheels stand in it."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.showing import shows, spot_in
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.scene_change import SceneChange

#: Depth at the end; from the limit on wheels stand in it (15 to 30 cm: the wheel's hub).
DEPTH_CM = (20.0, 55.0)
LIMIT_CM = 15.0
RISES_S = 30.0
LASTS_S = (80.0, 160.0)
SIZE_M = (14.0, 5.0)


class Flooding:
    """Rises along the kerb; calm water: hardly any motion, less texture."""

    name: ClassVar[str] = "flooding"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.STOP: 4.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        depth = float(scene.random.uniform(*DEPTH_CM))
        return water(scene, self.name, depth, float(scene.random.uniform(*LASTS_S)))


def water(scene: Scene, name: str, depth_cm: float, lasts_s: float) -> Staged:
    """Stage water of a depth: flooding above LIMIT_CM, else a hard negative."""
    true = depth_cm >= LIMIT_CM
    spot = spot_in(scene, scene.area, *SIZE_M)
    return shows(
        scene,
        name,
        "flooding",
        spot,
        height_m=0.0,
        lasts_s=lasts_s,
        due_s=RISES_S * LIMIT_CM / depth_cm,
        change=SceneChange(motion_ratio=0.001, luma_mean=2.0, sharpness_ratio=0.92, ramp_s=RISES_S),
        measured=round(depth_cm, 1),
        limit=LIMIT_CM,
        unit="cm",
        notes=f"water {depth_cm:.0f} cm deep",
        negative_of=() if true else ("flooding",),
    )
