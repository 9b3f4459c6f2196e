"""A driver who passes the stop line on red."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from producers.simulator.signals import group_of, next_red
from schemas.messages import TruthFamily

#: How long after the red began the line is passed: before the first of the queue has come to stand there.
AFTER_S = (1.2, 2.8)
SPEED_KMH = (35.0, 55.0)


class RedLightRunner:
    """Passes the line shortly after red began."""

    name: ClassVar[str] = "red_light_runner"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 4.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it."""
        return run_red(scene, self.name, (), "passes the stop line on red")


def run_red(scene: Scene, name: str, negative_of: tuple[str, ...], what: str) -> Staged | None:
    """Stage a vehicle that passes the line on red; None where the junction has no signal."""
    streets, edge = scene.city.streets, scene.camera.edge
    programme = scene.city.programmes.get(int(streets.edge_to[edge]))
    if programme is None:
        return None
    speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
    line = scene.area.along_m[1]
    begin_m = line - 85.0
    needs_s = 85.0 / (speed / 3.6)
    red = next_red(programme, group_of(*streets.direction(edge)), scene.begin_us // 1_000_000 + int(needs_s) + 1)
    passes_us = round((red + float(scene.random.uniform(*AFTER_S))) * 1e6)
    scene.begin_us = passes_us - round(needs_s * 1e6)
    right = streets.lane_right_m(edge, int(streets.edge_lanes[edge]) - 1)
    actor = scene.act(CAR, through(begin_m, line + 26.0, right, speed), service=bool(negative_of))
    return Staged(
        family=TruthFamily.VIOLATION,
        kind="red_light",
        scenario=name,
        negative_of=negative_of,
        started_us=passes_us,
        due_us=passes_us,
        ended_us=actor.end_us,
        free_us=actor.end_us,
        along_m=line,
        right_m=right,
        actors=(actor.actor,),
        vehicle=actor.actor,
        measured=round(passes_us / 1e6 - red, 2),
        limit=0.0,
        unit="s",
        article=None if negative_of else "KoAP 599",
        notes=f"{what}, {passes_us / 1e6 - red:.1f} s after it began, at {speed:.0f} km/h",
    )
