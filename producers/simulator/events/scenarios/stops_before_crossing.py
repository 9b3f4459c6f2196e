"""A car that lets somebody out well before a crossing."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.parked_on_crossing import BEFORE_M, HALF_M, at_crossing
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

STAND_S = (12.0, 40.0)


class StopsBeforeCrossing:
    """Stands at the kerb, further from the crossing than the law asks."""

    name: ClassVar[str] = "stops_before_crossing"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.CROSSING: 5.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        stop = scene.area.along_m[0] - BEFORE_M - HALF_M - float(scene.random.uniform(0.5, 6.0))
        kinds = ("crossing_parking", "stopped_vehicle")
        return at_crossing(scene, self.name, stop, float(scene.random.uniform(*STAND_S)), "somebody gets out", kinds)
