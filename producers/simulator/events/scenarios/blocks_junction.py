"""A driver who follows another into a jammed junction, and stands in it while those who cross have green."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from producers.simulator.actor import Actor
from producers.simulator.events.driving import braking
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from producers.simulator.signals import group_of, next_red
from schemas.messages import Signal

SPEED_MPS = 9.0
BRAKE_MPS2 = 3.0
#: The middle of a vehicle stands so far beyond the stop line: past the crossing, where nobody can take it for one who
#: stopped late, and in view.
BEYOND_M = (7.3, 8.3)
#: They come to stand so long before their signal turns red: the first, and who follows in the lane beside.
FIRST_S = (10.0, 13.0)
SECOND_S = (5.0, 7.0)
#: It blocks the junction once it has stood in it for so long on red.
DUE_S = 5.0


class BlocksJunction:
    """The first stands there for whatever reason; the second saw it standing and came in all the same."""

    name: ClassVar[str] = "blocks_junction"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 3.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a signal."""
        found = begin_at_red(scene, 25)
        if found is None:
            return None
        red_s, green_s = found
        first = stand_in(scene, 0, red_s - float(scene.random.uniform(*FIRST_S)), green_s + 0.8)
        stood = red_s - float(scene.random.uniform(*SECOND_S))
        car = stand_in(scene, 1, stood, green_s + 2.0)
        return offence(
            scene, self.name, "blocked_junction", car, begin_s=stood, end_s=green_s, due_s=red_s + DUE_S,
            at=place_of(scene), measured=(round(green_s - red_s, 1), DUE_S, "s"), article="KoAP 594.1",
            others=(first,), notes=f"stands in the junction for {green_s - red_s:.0f} s of red behind another",
        )  # fmt: skip


def begin_at_red(scene: Scene, earliest_s: int) -> tuple[float, float] | None:
    """Move a scene's begin to a whole second; return when the next red begins and ends, seconds after it.

    Args:
        scene: before which camera.
        earliest_s: the red begins so long after the scene's begin at least.

    Returns:
        None where no signal stands.
    """
    streets, edge = scene.city.streets, scene.camera.edge
    programme = scene.city.programmes.get(int(streets.edge_to[edge]))
    if programme is None:
        return None
    group = group_of(*streets.direction(edge))
    red = next_red(programme, group, scene.begin_us // 1_000_000 + earliest_s + 1)
    green = red
    while programme.state(group, green)[0] is not Signal.GREEN:
        green += 1
    scene.begin_us = (red - earliest_s) * 1_000_000
    return float(earliest_s), float(green - red + earliest_s)


def place_of(scene: Scene) -> tuple[float, float]:
    """Return the middle of the junction that the camera sees."""
    return scene.camera.areas["junction"].middle


def stand_in(scene: Scene, lane: int, stood_s: float, left_s: float) -> Actor:
    """Put a car on the stage that stands in the junction from one instant to another.

    Args:
        scene: before which camera.
        lane: counted from the left.
        stood_s: when it has come to stand, seconds after the scene's begin.
        left_s: when it drives on.
    """
    streets, edge = scene.city.streets, scene.camera.edge
    right = streets.lane_right_m(edge, int(streets.edge_lanes[edge]) - 1 - lane)
    stop = scene.camera.areas["stop-line"].along_m[0] + float(scene.random.uniform(*BEYOND_M))
    brakes = stop - SPEED_MPS**2 / (2.0 * BRAKE_MPS2)
    at = stood_s - SPEED_MPS / BRAKE_MPS2
    path: Sequence[tuple[float, float, float]] = [
        (at - 65.0 / SPEED_MPS, brakes - 65.0, right),
        *braking(at, brakes, right, SPEED_MPS, BRAKE_MPS2),
        (left_s, stop, right),
        (left_s + 3.0, stop + 9.0, right),
        (left_s + 5.0, stop + 25.0, right),
    ]
    return scene.act(CAR, path)
