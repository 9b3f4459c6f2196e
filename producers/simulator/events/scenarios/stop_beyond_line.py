"""A driver who stops on the crossing, past the stop line, and waits there until green."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import braking
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from producers.simulator.signals import group_of, next_red
from schemas.messages import Signal

SPEED_MPS = 9.0
BRAKE_MPS2 = 3.5
#: The middle of the car comes to stand so far beyond the line.
BEYOND_M = 2.7
#: It stands so long after red began: the queue has not come yet.
AFTER_S = (1.0, 2.0)


class StopBeyondLine:
    """Brakes late, stands over the line while it is red, goes on with green."""

    name: ClassVar[str] = "stop_beyond_line"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 4.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a signal."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.programmes.get(int(streets.edge_to[edge]))
        if programme is None:
            return None
        group = group_of(*streets.direction(edge))
        path, stood, right = halt(scene)
        red = next_red(programme, group, scene.begin_us // 1_000_000 + int(stood) + 1)
        stood_us = round((red + float(scene.random.uniform(*AFTER_S))) * 1e6)
        green = red
        while programme.state(group, green)[0] is not Signal.GREEN:
            green += 1
        scene.begin_us = stood_us - round(stood * 1e6)
        left = green - scene.begin_us / 1e6 + 0.8
        return stand_beyond(scene, self.name, path, left, right, ())


def halt(scene: Scene) -> tuple[list[tuple[float, float, float]], float, float]:
    """Return the path of a car that comes to stand beyond the line, when it stands, and its lane."""
    streets, edge = scene.city.streets, scene.camera.edge
    line = camera_line(scene)
    right = streets.lane_right_m(edge, int(streets.edge_lanes[edge]) - 1)
    brakes = line + BEYOND_M - SPEED_MPS**2 / (2.0 * BRAKE_MPS2)
    begin = line - 80.0
    path = [(0.0, begin, right), *braking((brakes - begin) / SPEED_MPS, brakes, right, SPEED_MPS, BRAKE_MPS2)]
    return path, path[-1][0], right


def camera_line(scene: Scene) -> float:
    """Return where the stop line is, along the street."""
    return scene.camera.areas["stop-line"].along_m[0]


def stand_beyond(
    scene: Scene,
    name: str,
    path: list[tuple[float, float, float]],
    left_s: float,
    right_m: float,
    negative_of: tuple[str, ...],
) -> Staged:
    """Stage a car on such a path that leaves at an instant."""
    stood, at = path[-1][:2]
    car = scene.act(
        CAR, [*path, (left_s, at, right_m), (left_s + 3.0, at + 10.0, right_m), (left_s + 5.0, at + 26.0, right_m)]
    )
    return offence(
        scene, name, "stop_line", car, begin_s=stood, end_s=left_s, at=(at - BEYOND_M, right_m),
        measured=(BEYOND_M, 0.0, "m"), article="KoAP 601", negative_of=negative_of,
        notes=f"stands {BEYOND_M:.1f} m beyond the line for {left_s - stood:.0f} s",
    )  # fmt: skip
