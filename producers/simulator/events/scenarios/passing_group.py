"""A group, a school class say, that walks across a square without stopping."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import PERSON
from producers.simulator.outlook import Outlook
from schemas.messages import TruthFamily

PEOPLE = (8, 16)


class PassingGroup:
    """Walks through together, two or three side by side."""

    name: ClassVar[str] = "passing_group"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SQUARE: 3.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        area, random = scene.area, scene.random
        count = int(random.integers(PEOPLE[0], PEOPLE[1] + 1))
        _, right = scene.inside(area, 3.0)
        begin, end = area.along_m[0] - 3.0, area.along_m[1] + 9.0
        people = []
        for n in range(count):
            late, pace = n // 3 * 0.9, float(random.uniform(1.25, 1.35))
            side = right + (n % 3 - 1) * 0.9 + float(random.uniform(-0.15, 0.15))
            people.append(scene.act(PERSON, [(late, begin, side), (late + (end - begin) / pace, end, side)]))
        return Staged(
            family=TruthFamily.INCIDENT,
            kind="crowd",
            scenario=self.name,
            negative_of=("crowd", "loitering"),
            started_us=people[0].begin_us,
            due_us=people[0].begin_us,
            ended_us=max(one.end_us for one in people),
            free_us=max(one.end_us for one in people),
            along_m=begin,
            right_m=right,
            actors=[one.actor for one in people],
            measured=float(count),
            limit=20.0,
            unit="people",
            notes=f"a group of {count} walks through",
        )
