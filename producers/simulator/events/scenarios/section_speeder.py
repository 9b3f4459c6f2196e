"""A driver who is slow before both cameras of a section and fast between them."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scenarios.fast_driver import PARTS
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import MOUNTS, Outlook
from producers.simulator.signals import AMBER_S, group_of, next_red

#: Before the cameras: above the limit, but by less than the 10 km/h from which on it is an offence.
AT_CAMERAS_KMH = (2.0, 7.0)
#: On average over the section.
AVERAGE_KMH = (13.0, 22.0)
#: The junction between is passed so long before its amber.
BEFORE_AMBER_S = (3.0, 9.0)
OFFENCE_KMH = 10.0


class SectionSpeeder:
    """Each camera by itself sees nobody to fine; the time between them tells."""

    name: ClassVar[str] = "section_speeder"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 5.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it before the second camera of a section."""
        return drive_section(scene, self.name, float(scene.random.uniform(*AVERAGE_KMH)))


def drive_section(scene: Scene, name: str, excess_kmh: float) -> Staged | None:
    """Stage a car that drives through a section with an average so far above the limit; None where none ends here."""
    streets, camera = scene.city.streets, scene.camera
    section = scene.city.sections.get(camera.number)
    if section is None:
        return None
    limit, reach = section.limit_kmh, MOUNTS[Outlook.SPEED].far_m
    slow = round(limit + float(scene.random.uniform(*AT_CAMERAS_KMH)), 1)
    average = limit + excess_kmh
    # from where the one camera has measured to where the other does so, all that is left is driven faster
    between_m = section.length_m - reach
    fast = between_m / (section.length_m / average - reach / slow)
    if not 0.0 < fast < 3.0 * limit:
        return None
    # the street's own frame: the section began before this street did
    entry = section.exit_m - section.length_m
    begin, far = entry - reach - 20.0, section.exit_m - reach
    at_entry = (entry - begin) / (slow / 3.6)
    at_far = at_entry + between_m / (fast / 3.6)
    end = section.exit_m + 30.0
    # the junction lies at 0
    crosses = at_entry + (0.0 - entry) / (fast / 3.6)
    node = int(streets.edge_from[camera.edge])
    late = AMBER_S + float(scene.random.uniform(*BEFORE_AMBER_S))
    red = next_red(
        scene.city.programme_at(node),
        group_of(*streets.direction(camera.edge)),
        scene.begin_us // 1_000_000 + int(crosses + late) + 2,
    )
    scene.begin_us = round((red - late - crosses) * 1e6)
    right = streets.lane_right_m(camera.edge, int(streets.edge_lanes[camera.edge]) - 1)
    path = [(0.0, begin, right), (at_entry, entry, right), (at_far, far, right)]
    car = scene.act(CAR, [*path, (at_far + (end - far) / (slow / 3.6), end, right)])
    true = excess_kmh >= OFFENCE_KMH
    near = at_far + (scene.area.along_m[1] - far) / (slow / 3.6)
    staged = offence(
        scene, name, "section_speed", car, begin_s=at_far, end_s=near, at=(scene.area.along_m[0], right),
        measured=(round(average, 2), limit, "km/h"), article=_article(excess_kmh),
        negative_of=() if true else ("section_speed", "speeding"),
        notes=f"{average:.0f} km/h over {section.length_m:.0f} m, {slow:.0f} at the cameras; the limit is {limit:.0f}",
    )  # fmt: skip
    if not true:
        return staged
    # each camera's own measurement is no offence
    return replace(
        staged, also=(replace(staged, kind="speeding", measured=slow, negative_of=("speeding",), article=None),)
    )


def _article(excess_kmh: float) -> str:
    return next(part for least, part in (*PARTS, (-math.inf, "")) if excess_kmh >= least)
