"""A driver who enters a level crossing whose signal is closed, past those who wait."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR, SIZES_M
from producers.simulator.outlook import Outlook
from producers.simulator.streets import LANE_M

#: It passes the line so long after the signal closed, and at least so long before it opens, seconds.
AFTER_S = (4.0, 30.0)
SPEED_KMH = (20.0, 55.0)
#: Half of a car: what is before its middle.
HALF_M = float(SIZES_M[CAR][0]) / 2
#: Staged vehicles appear so far before the line and are gone so far beyond it, metres.
BEFORE_M, BEYOND_M = 90.0, 60.0


class CrossesClosedRails:
    """Drives on in the left lane, which nobody waits in."""

    name: ClassVar[str] = "crosses_closed_rails"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.RAIL: 4.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it."""
        return enter(scene, self.name, AFTER_S, SPEED_KMH, (), "enters a closed level crossing")


def enter(
    scene: Scene,
    name: str,
    after_s: tuple[float, float],
    speed_kmh: tuple[float, float],
    negative_of: tuple[str, ...],
    what: str,
    *,
    service: bool = False,
) -> Staged:
    """Stage a vehicle whose front passes the line so long after the signal closed; negative: before."""
    crossing = scene.city.crossings[scene.camera.number]
    speed = round(float(scene.random.uniform(*speed_kmh)), 1)
    line = line_m(scene)
    needs_s = (BEFORE_M - HALF_M) / (speed / 3.6)
    closes = crossing.next_closing(scene.begin_us // 1_000_000 + int(needs_s - after_s[0]) + 2)
    after = float(scene.random.uniform(*after_s))
    scene.begin_us = round((closes + after - needs_s) * 1e6)
    right = lane_m(scene)
    car = scene.act(CAR, through(line - BEFORE_M, line + BEYOND_M, right, speed), service=service)
    return offence(
        scene, name, "rail_crossing", car, begin_s=needs_s, end_s=needs_s + 25.0 / (speed / 3.6), at=(line, right),
        measured=(round(after, 2), 0.0, "s"), article="KoAP 607", negative_of=negative_of,
        notes=f"{what}, {after:.1f} s after it closed, at {speed:.0f} km/h",
    )  # fmt: skip


def line_m(scene: Scene) -> float:
    """Return where the stop line is, along the street."""
    return scene.area.along_m[0]


def lane_m(scene: Scene) -> float:
    """Return the middle of the left lane, right of the street's middle line."""
    return scene.area.right_m[0] + 0.5 * LANE_M
