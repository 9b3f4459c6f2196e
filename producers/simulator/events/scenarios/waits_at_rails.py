"""A driver who waits at the stop line of a closed level crossing, some a little beyond it."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.crosses_closed_rails import lane_m, line_m
from producers.simulator.events.scenarios.stands_on_rails import start, stop
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

#: Where its front is beyond the line, metres; negative: before it. The rails are 8 m away.
FRONT_M = (-2.5, 2.5)
#: It stands so long after the signal closed, and drives off so long after it opened, seconds.
STANDS_S = (2.0, 15.0)
REACT_S = (0.8, 2.0)


class WaitsAtRails:
    """Stands there until it opens, then drives on."""

    name: ClassVar[str] = "waits_at_rails"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.RAIL: 3.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it."""
        crossing = scene.city.crossings[scene.camera.number]
        front = float(scene.random.uniform(*FRONT_M))
        path, stood = stop(scene, front)
        closes = crossing.next_closing(scene.begin_us // 1_000_000 + int(stood) + 1)
        scene.begin_us = round((closes + float(scene.random.uniform(*STANDS_S)) - stood) * 1e6)
        off = closes + crossing.closed_s + float(scene.random.uniform(*REACT_S)) - scene.begin_us / 1e6
        car = scene.act(CAR, [*path, *start(scene, off, front)])
        return offence(
            scene, self.name, "rail_crossing", car, begin_s=stood, end_s=off, at=(line_m(scene) + front, lane_m(scene)),
            measured=(0.0, 0.0, "s"), negative_of=("rail_crossing", "stopped_vehicle"),
            notes=f"waits at a closed level crossing for {off - stood:.0f} s, {front:.1f} m beyond the line",
        )  # fmt: skip
