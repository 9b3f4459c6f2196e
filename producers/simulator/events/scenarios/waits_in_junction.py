"""Two drivers who wait in a junction for those who come towards them, and clear it when their green is over."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.blocks_junction import FIRST_S, SECOND_S, begin_at_red, place_of, stand_in
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

#: They drive on so long after red began.
CLEARS_S = (-1.0, 1.5)


class WaitsInJunction:
    """As two who turn left do: they stand there on green and amber, one after the other, and are gone on red."""

    name: ClassVar[str] = "waits_in_junction"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 1.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a signal."""
        found = begin_at_red(scene, 25)
        if found is None:
            return None
        red_s, _ = found
        stood = [red_s - float(scene.random.uniform(*span)) for span in (FIRST_S, SECOND_S)]
        clears = red_s + float(scene.random.uniform(*CLEARS_S))
        first, second = (stand_in(scene, lane, at, clears + 0.5 * lane) for lane, at in enumerate(stood))
        return offence(
            scene, self.name, "blocked_junction", second, begin_s=stood[1], end_s=clears, at=place_of(scene),
            measured=(0.0, 0.0, "s"), negative_of=("blocked_junction", "stop_line", "red_light"), others=(first,),
            notes=f"wait in the junction for {clears - stood[0]:.0f} and {clears - stood[1]:.0f} s and clear it",
        )  # fmt: skip
