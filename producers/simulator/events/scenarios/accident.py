"""A vehicle brakes abruptly, the next runs into it, and both stay."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from producers.simulator.events.driving import braking, leaving
from producers.simulator.events.parking import comes_by_m, stands_in_the_way
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

SPEED_MPS = (10.0, 13.0)
#: A driver who brakes with all there is, and the second, who does so too late.
BRAKE_MPS2 = 7.5
GAP_M = (9.0, 12.0)
STAY_S = (75.0, 150.0)
#: Middles of two cars of 4.5 m whose bumpers are pressed into each other.
TOUCHING_M = 4.3
#: The second swerves to the left in its last second: a camera ahead sees it beside the first, and traffic passes.
ASIDE_M = 1.1
#: Nobody drives on for this long: then it was no mere stop.
CONFIRMED_S = 5.0


class Accident:
    """Along the kerb, so that traffic passes: contact, both at rest within moments, and neither leaves."""

    name: ClassVar[str] = "accident"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 2.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        random, area = scene.random, scene.area
        right = scene.city.streets.kerb_right_m(scene.camera.edge)
        lane = comes_by_m(scene)
        speed, gap = float(random.uniform(*SPEED_MPS)), float(random.uniform(*GAP_M))
        stay = float(random.uniform(*STAY_S))
        stop = float(random.uniform(area.along_m[0] + 40.0, area.along_m[1] - 10.0))
        first_path = approach(stop, right, speed, BRAKE_MPS2, lane)
        stood = first_path[-1][0]
        # the second drives on at its speed until it touches the first, which stands by then or nearly
        begin = first_path[0][1] - TOUCHING_M - gap
        hit = (stop - TOUCHING_M - begin) / speed
        hit = max(hit, stood + 0.1)
        left = hit + stay
        first = scene.act(CAR, [*first_path, *leaving(left + 3.0, stop, right, lane)])
        rest = stop - TOUCHING_M
        aside = right - ASIDE_M
        straight = [(0.0, begin, lane), (hit - 3.0, rest - 3.0 * speed, lane), (hit - 1.0, rest - speed, right)]
        second = scene.act(CAR, [*straight, (hit, rest, aside), *leaving(left, rest, aside, lane)])
        started, ended = scene.at(hit), scene.at(left)
        staged = Staged(
            family=TruthFamily.INCIDENT,
            kind="accident",
            scenario=self.name,
            started_us=started,
            due_us=scene.at(hit + CONFIRMED_S),
            ended_us=ended,
            free_us=max(first.end_us, second.end_us),
            along_m=stop,
            right_m=right,
            actors=(second.actor, first.actor),
            vehicle=second.actor,
            measured=round(speed * 3.6, 1),
            limit=0.0,
            unit="km/h",
            notes=f"one runs into the other at {speed * 3.6:.0f} km/h, both stay {stay:.0f} s",
        )
        # one obstruction of two vehicles, of which the second is mostly hidden by the first
        one = stands_in_the_way(staged, first.actor, started, ended)
        return replace(staged, also=(replace(one, actors=(first.actor, second.actor)),))


def approach(
    stop_m: float, right_m: float, speed_mps: float, brake_mps2: float, lane_m: float
) -> list[tuple[float, float, float]]:
    """Return the path of a vehicle that comes at a speed in a lane, pulls aside and brakes to stand at a place."""
    begin, brakes = stop_m - 60.0, stop_m - speed_mps**2 / (2.0 * brake_mps2)
    at_s = (brakes - begin) / speed_mps
    comes = [(0.0, begin, lane_m), (at_s - 2.0, brakes - 2.0 * speed_mps, lane_m)]
    return [*comes, *braking(at_s, brakes, right_m, speed_mps, brake_mps2)]
