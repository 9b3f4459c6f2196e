"""An open fire: containers that burn, or something on a square."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.showing import shows, spot_in
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.scene_change import SceneChange

SIDE_M = (0.8, 2.5)
LASTS_S = (50.0, 130.0)
#: Flames last this long before they count (3 to 10 s are in use).
PERSISTS_S = 5.0


class Fire:
    """Burns at one place; today's detections have no class for it: the picture flickers and is a little brighter."""

    name: ClassVar[str] = "fire"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 0.5, Outlook.SQUARE: 0.9, Outlook.ENTRANCE: 0.5}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        side = float(scene.random.uniform(*SIDE_M))
        area = scene.camera.areas.get("containers", scene.area)
        spot = spot_in(scene, area, side, side)
        return shows(
            scene,
            self.name,
            "fire",
            spot,
            height_m=round(1.2 * side, 2),
            lasts_s=float(scene.random.uniform(*LASTS_S)),
            due_s=PERSISTS_S,
            change=SceneChange(motion_ratio=0.004 * side, luma_mean=1.5 * side, luma_sd_ratio=1.04, ramp_s=10.0),
            measured=round(spot.m2, 2),
            limit=0.0,
            unit="m2",
            notes=f"a fire of {spot.m2:.1f} m2",
        )
