"""A car that breaks down in a junction and stands there alone while those who cross have green."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.blocks_junction import FIRST_S, begin_at_red, place_of, stand_in
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class BreakdownInJunction:
    """Nobody stood there when it came: it did not drive into a jam."""

    name: ClassVar[str] = "breakdown_in_junction"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a signal."""
        found = begin_at_red(scene, 25)
        if found is None:
            return None
        red_s, green_s = found
        stood = red_s - float(scene.random.uniform(*FIRST_S))
        car = stand_in(scene, int(scene.random.integers(0, 2)), stood, green_s + 0.8)
        return offence(
            scene, self.name, "blocked_junction", car, begin_s=stood, end_s=green_s, at=place_of(scene),
            measured=(0.0, 0.0, "s"), negative_of=("blocked_junction", "stop_line", "red_light"),
            notes=f"stands in the junction alone for {green_s - stood:.0f} s",
        )  # fmt: skip
