"""A driver who stops on the rails of a level crossing while it is open, and drives on."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from producers.simulator.events.driving import Path, braking
from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.crosses_closed_rails import BEFORE_M, BEYOND_M, HALF_M, lane_m, line_m
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.level_crossing import RAILS_M
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

#: The rule's limit, seconds; how long it stands.
DUE_S = 10.0
STAND_S = (16.0, 40.0)
#: Where its front is, beyond where the rails begin, metres.
FRONT_M = (2.5, 7.0)
SPEED_MPS = 9.0
BRAKE_MPS2 = 2.5
#: It drives off evenly faster, and so long before the signal closes, seconds.
START_MPS2 = 1.6
CLEAR_S = 4.0


class StandsOnRails:
    """Stands with its body over the rails."""

    name: ClassVar[str] = "stands_on_rails"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.RAIL: 4.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it while the signal is open."""
        front = RAILS_M + float(scene.random.uniform(*FRONT_M))
        return stand_open(scene, self.name, front, STAND_S, (), "on the rails")


def stand_open(
    scene: Scene, name: str, front_m: float, stand_s: tuple[float, float], negative_of: Sequence[str], where: str
) -> Staged:
    """Stage a car that stands with its front so far beyond the line, and comes and goes while the signal is open."""
    stays = float(scene.random.uniform(*stand_s))
    path, stood = stop(scene, front_m)
    off = start(scene, stood + stays, front_m)
    begin_open(scene, off[-1][0])
    car = scene.act(CAR, [*path, *off])
    return offence(
        scene, name, "rail_crossing", car, begin_s=stood, end_s=stood + stays, due_s=stood + DUE_S,
        at=(line_m(scene) + front_m, lane_m(scene)), measured=(round(stays, 1), DUE_S, "s"), article="KoAP 607",
        negative_of=negative_of, notes=f"stands {where} of a level crossing for {stays:.0f} s",
    )  # fmt: skip


def stop(scene: Scene, front_m: float) -> tuple[Path, float]:
    """Return the path of a car that comes to stand with its front so far beyond the line, and when it stands."""
    line, right = line_m(scene), lane_m(scene)
    brakes = line + front_m - HALF_M - SPEED_MPS**2 / (2.0 * BRAKE_MPS2)
    at_s = (brakes - (line - BEFORE_M)) / SPEED_MPS
    path = [(0.0, line - BEFORE_M, right), *braking(at_s, brakes, right, SPEED_MPS, BRAKE_MPS2)]
    return path, path[-1][0]


def start(scene: Scene, off_s: float, front_m: float) -> Path:
    """Return the path of a car that stood so until an instant, drives off evenly faster and is gone."""
    line, right = line_m(scene), lane_m(scene)
    at = line + front_m - HALF_M
    way = line + BEYOND_M - at
    gone = (2.0 * way / START_MPS2) ** 0.5
    return [(off_s + gone * q, at + way * q * q, right) for q in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]


def begin_open(scene: Scene, needs_s: float) -> None:
    """Let a scene begin so that all of it, which needs so long, lies within a time in which the signal is open."""
    crossing = scene.city.crossings[scene.camera.number]
    opens = crossing.next_closing(scene.begin_us // 1_000_000 + 1) + crossing.closed_s
    spare = max(0.0, crossing.open_s - needs_s - CLEAR_S)
    scene.begin_us = round((opens + float(scene.random.uniform(0.0, spare))) * 1e6)
