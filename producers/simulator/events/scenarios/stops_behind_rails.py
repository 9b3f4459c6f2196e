"""A driver who stops behind a level crossing, clear of its rails."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.stands_on_rails import STAND_S, stand_open
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.level_crossing import RAILS_M, RAILS_WIDE_M
from producers.simulator.motions import CAR, SIZES_M
from producers.simulator.outlook import Outlook

#: What its rear leaves between it and the last rail, metres.
CLEAR_M = (0.8, 4.0)


class StopsBehindRails:
    """Its rear has left the rails."""

    name: ClassVar[str] = "stops_behind_rails"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.RAIL: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it while the signal is open."""
        front = RAILS_M + RAILS_WIDE_M + float(scene.random.uniform(*CLEAR_M)) + float(SIZES_M[CAR][0])
        return stand_open(scene, self.name, front, STAND_S, ("rail_crossing", "stopped_vehicle"), "behind the rails")
