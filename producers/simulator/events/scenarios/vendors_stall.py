"""A vendor's stall: people stand about it, but no crowd."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.gathering import gather
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Area, Outlook

PEOPLE = (5, 12)
STAY_S = (30.0, 75.0)


class VendorsStall:
    """A few people at one place of the square."""

    name: ClassVar[str] = "vendors_stall"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SQUARE: 3.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        along, right = scene.inside(scene.area, 4.0)
        stall = Area((along - 3.0, along + 3.0), (right - 3.0, right + 3.0))
        count = int(scene.random.integers(PEOPLE[0], PEOPLE[1] + 1))
        return gather(scene, self.name, count, float(scene.random.uniform(*STAY_S)), stall, "a vendor's stall")
