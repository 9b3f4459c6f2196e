"""A driver who drives over the rails of an open level crossing very slowly and does not stop."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.crosses_closed_rails import HALF_M, lane_m, line_m
from producers.simulator.events.scenarios.stands_on_rails import begin_open
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.level_crossing import RAILS_M, RAILS_WIDE_M
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

SPEED_KMH = (4.5, 9.0)
#: It appears so far before the line, and is gone so far beyond the rails, metres.
BEFORE_M, BEYOND_M = 30.0, 12.0


class CrawlsOverRails:
    """As behind a cart, or over a bad crossing."""

    name: ClassVar[str] = "crawls_over_rails"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.RAIL: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it while the signal is open."""
        speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
        line, right, pace = line_m(scene), lane_m(scene), speed / 3.6
        end = RAILS_M + RAILS_WIDE_M + BEYOND_M
        begin_open(scene, (BEFORE_M + end) / pace)
        car = scene.act(CAR, through(line - BEFORE_M, line + end, right, speed))
        at_rails, off_rails = (BEFORE_M + RAILS_M - HALF_M) / pace, (BEFORE_M + RAILS_M + RAILS_WIDE_M + HALF_M) / pace
        return offence(
            scene, self.name, "rail_crossing", car, begin_s=at_rails, end_s=off_rails, at=(line + RAILS_M, right),
            measured=(0.0, 0.0, "s"), negative_of=("rail_crossing",),
            notes=f"crawls over a level crossing at {speed:.0f} km/h, {off_rails - at_rails:.0f} s on the rails",
        )  # fmt: skip
