"""Smoke without flames that the camera would see."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.showing import shows, spot_in
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.scene_change import SceneChange

SIDE_M = (2.0, 5.0)
HEIGHT_M = (3.0, 8.0)
LASTS_S = (60.0, 140.0)
#: Smoke lasts this long before it counts (10 to 30 s are in use).
PERSISTS_S = 15.0


class Smoke:
    """A cloud that drifts over one place: less contrast, less sharp, slow motion."""

    name: ClassVar[str] = "smoke"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 0.5, Outlook.SQUARE: 1.1, Outlook.ENTRANCE: 0.6}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        side = float(scene.random.uniform(*SIDE_M))
        area = scene.camera.areas.get("containers", scene.area)
        spot = spot_in(scene, area, side, side)
        thick = side / SIDE_M[1]
        return shows(
            scene,
            self.name,
            "smoke",
            spot,
            height_m=round(float(scene.random.uniform(*HEIGHT_M)), 2),
            lasts_s=float(scene.random.uniform(*LASTS_S)),
            due_s=PERSISTS_S,
            change=SceneChange(
                motion_ratio=0.03 * thick,
                luma_sd_ratio=1.0 - 0.2 * thick,
                sharpness_ratio=1.0 - 0.3 * thick,
                ramp_s=20.0,
            ),
            measured=round(spot.m2, 2),
            limit=0.0,
            unit="m2",
            notes=f"smoke over {spot.m2:.1f} m2",
        )
