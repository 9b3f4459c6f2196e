"""The low sun shines into a camera and colours what it sees."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.showing import shows
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.scene_change import SceneChange

LASTS_S = (60.0, 150.0)


class Sunset:
    """The whole picture is brighter, with more contrast and less sharpness; it comes and goes within minutes."""

    name: ClassVar[str] = "sunset"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 0.3, Outlook.SQUARE: 0.7, Outlook.ENTRANCE: 0.6}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        lasts = float(scene.random.uniform(*LASTS_S))
        return shows(
            scene,
            self.name,
            "fire",
            None,
            height_m=0.0,
            lasts_s=lasts,
            due_s=0.0,
            change=SceneChange(luma_mean=35.0, luma_sd_ratio=1.3, sharpness_ratio=0.7, ramp_s=30.0),
            measured=round(lasts, 1),
            limit=0.0,
            unit="s",
            notes="the low sun shines in",
            negative_of=("fire", "smoke"),
        )
