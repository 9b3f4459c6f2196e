"""A crowd: more people on a square than it is meant for."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from producers.simulator.cameras import MOST_PEOPLE
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import PERSON
from producers.simulator.outlook import Area, Outlook
from schemas.messages import TruthFamily

PEOPLE = (30, 45)
STAY_S = (45.0, 120.0)
#: How long it must hold to be a crowd (docs/rules.md).
SUSTAIN_S = 5.0
PACE_MPS = 1.3


class Gathering:
    """People come from both ends of the square, stand about, and leave."""

    name: ClassVar[str] = "gathering"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SQUARE: 2.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        count = int(scene.random.integers(PEOPLE[0], PEOPLE[1] + 1))
        stay = float(scene.random.uniform(*STAY_S))
        return gather(scene, self.name, count, stay, scene.area, "people gather")


def gather(scene: Scene, name: str, count: int, stay_s: float, area: Area, why: str) -> Staged:
    """Stage people who stand about in an area: a crowd from MOST_PEOPLE on, else a hard negative."""
    inside: list[tuple[float, float]] = []
    people = []
    for _ in range(count):
        person, came, left = visit(scene, area, float(scene.random.uniform(0.0, 15.0)), stay_s)
        people.append(person)
        inside.append((came, left))
    arrivals, departures = np.sort([c for c, _ in inside]), np.sort([g for _, g in inside])
    true = count >= MOST_PEOPLE
    # it is one from when the limit's last person came until fewer than that are left
    most = int(MOST_PEOPLE)
    begin, end = (arrivals[most - 1], departures[count - most]) if true else (arrivals[0], departures[-1])
    along, right = area.middle
    return Staged(
        family=TruthFamily.INCIDENT,
        kind="crowd",
        scenario=name,
        negative_of=() if true else ("crowd", "loitering"),
        started_us=scene.at(begin),
        due_us=scene.at(begin + (SUSTAIN_S if true else 0.0)),
        ended_us=scene.at(end),
        free_us=max(one.end_us for one in scene.actors),
        along_m=along,
        right_m=right,
        actors=people,
        measured=float(count),
        limit=MOST_PEOPLE,
        unit="people",
        notes=f"{why}: {count}",
    )


def visit(scene: Scene, area: Area, begin_s: float, stay_s: float) -> tuple[int, float, float]:
    """Put a person on the stage who comes to a place in an area, shifts about, and leaves.

    Returns:
        The person's number, and when it comes into the area and leaves it, seconds after the scene's begin.
    """
    random = scene.random
    along, right = scene.inside(area, 0.8)
    from_end = random.random() < 0.5
    gate = area.along_m[1] + 9.0 if from_end else area.along_m[0] - 2.0
    path = [(begin_s, gate, right)]
    at = begin_s + abs(along - gate) / PACE_MPS
    path.append((at, along, right))
    edge = 9.0 if from_end else 2.0
    came = begin_s + edge / PACE_MPS
    until = at + stay_s * float(random.uniform(0.9, 1.1))
    while at < until:
        at += float(random.uniform(4.0, 12.0))
        path.append((at, along + float(random.uniform(-0.25, 0.25)), right + float(random.uniform(-0.25, 0.25))))
    away = area.along_m[1] + 9.0 if random.random() < 0.5 else area.along_m[0] - 2.0
    border = area.along_m[1] if away > along else area.along_m[0]
    left = at + abs(border - along) / PACE_MPS
    path.append((at + abs(away - along) / PACE_MPS, away, right))
    return scene.act(PERSON, path).actor, came, left
