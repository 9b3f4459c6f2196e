"""Somebody welds: a small light that flickers and sparks."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.showing import shows, spot_in
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.scene_change import SceneChange

LASTS_S = (20.0, 60.0)
SIDE_M = 0.5


class WeldingLight:
    """As bright as a flame, and no fire."""

    name: ClassVar[str] = "welding_light"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 0.5, Outlook.SQUARE: 1.0, Outlook.ENTRANCE: 1.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        lasts = float(scene.random.uniform(*LASTS_S))
        return shows(
            scene,
            self.name,
            "fire",
            spot_in(scene, scene.area, SIDE_M, SIDE_M),
            height_m=1.2,
            lasts_s=lasts,
            due_s=0.0,
            change=SceneChange(motion_ratio=0.004, luma_mean=4.0, luma_sd_ratio=1.06),
            measured=round(lasts, 1),
            limit=0.0,
            unit="s",
            notes="somebody welds",
            negative_of=("fire", "smoke"),
        )
