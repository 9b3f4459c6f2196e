"""A vehicle brakes abruptly, and the next stands in time."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import leaving
from producers.simulator.events.parking import comes_by_m
from producers.simulator.events.scenarios.accident import approach
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

SPEED_MPS = (10.0, 13.0)
BRAKE_MPS2 = 7.0
#: Bumper to bumper when both stand.
GAP_M = (2.0, 4.0)
STAY_S = (3.0, 9.0)
LENGTH_M = 4.5


class NearMiss:
    """As an accident begins, but nothing touches, and both soon drive on."""

    name: ClassVar[str] = "near_miss"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 3.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        random, area = scene.random, scene.area
        right = scene.city.streets.kerb_right_m(scene.camera.edge)
        lane = comes_by_m(scene)
        speed = float(random.uniform(*SPEED_MPS))
        stop = float(random.uniform(area.along_m[0] + 40.0, area.along_m[1] - 10.0))
        behind = stop - LENGTH_M - float(random.uniform(*GAP_M))
        stay = float(random.uniform(*STAY_S))
        paths = [approach(place, right, speed, BRAKE_MPS2, lane) for place in (stop, behind)]
        # the second comes a second later
        paths[1] = [(s + 1.0, along, side) for s, along, side in paths[1]]
        stood = paths[1][-1][0]
        left = stood + stay
        first = scene.act(CAR, [*paths[0], *leaving(left, stop, right, lane)])
        second = scene.act(CAR, [*paths[1], *leaving(left + 1.5, behind, right, lane)])
        return Staged(
            family=TruthFamily.INCIDENT,
            kind="accident",
            scenario=self.name,
            negative_of=("accident", "stopped_vehicle"),
            started_us=scene.at(stood),
            due_us=scene.at(stood),
            ended_us=scene.at(left),
            free_us=max(first.end_us, second.end_us),
            along_m=stop,
            right_m=right,
            actors=(second.actor, first.actor),
            vehicle=second.actor,
            measured=round(speed * 3.6, 1),
            limit=0.0,
            unit="km/h",
            notes=f"both brake from {speed * 3.6:.0f} km/h and stand for {stay:.0f} s",
        )
