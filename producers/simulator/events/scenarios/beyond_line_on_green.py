"""A driver who has to stop past the line although it is green, and goes on."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.stop_beyond_line import halt, stand_beyond
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.signals import AMBER_S, group_of, next_red

STAND_S = (2.0, 4.0)
#: It has gone on so long before the light turns amber.
BEFORE_AMBER_S = (2.0, 6.0)


class BeyondLineOnGreen:
    """Stands where the offender does, while nothing forbids it."""

    name: ClassVar[str] = "beyond_line_on_green"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 3.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a signal."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.programmes.get(int(streets.edge_to[edge]))
        if programme is None:
            return None
        path, stood, right = halt(scene)
        stand_s, before = float(scene.random.uniform(*STAND_S)), float(scene.random.uniform(*BEFORE_AMBER_S))
        whole = stood + stand_s + before + AMBER_S
        red = next_red(programme, group_of(*streets.direction(edge)), scene.begin_us // 1_000_000 + int(whole) + 2)
        scene.begin_us = round((red - whole) * 1e6)
        return stand_beyond(
            scene, self.name, path, stood + stand_s, right, ("stop_line", "red_light", "stopped_vehicle")
        )
