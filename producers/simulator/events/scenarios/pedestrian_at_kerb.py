"""A person who waits at the kerb while cars pass."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import PERSON
from producers.simulator.outlook import Outlook
from producers.simulator.signals import AMBER_S, group_of, next_red

WAIT_S = (8.0, 15.0)
WALK_MPS = 1.3
#: How far from the road the person stands.
FROM_ROAD_M = 0.7


class PedestrianAtKerb:
    """Comes to the crossing while traffic has green, waits, turns away: nobody has to stop for that."""

    name: ClassVar[str] = "pedestrian_at_kerb"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.CROSSING: 2.5, Outlook.APPROACH: 1.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.programme_at(int(streets.edge_to[edge]))
        area = scene.camera.areas["crossing"]
        side, kerb, middle = streets.sidewalk_right_m(edge), area.right_m[1] + FROM_ROAD_M, area.middle[0]
        wait = float(scene.random.uniform(*WAIT_S))
        came = 12.0 / WALK_MPS
        whole = came + wait + AMBER_S
        red = next_red(programme, group_of(*streets.direction(edge)), scene.begin_us // 1_000_000 + int(whole) + 2)
        scene.begin_us = round((red - whole) * 1e6)
        path = [(0.0, middle - 12.0, side), (came, middle, kerb), (came + wait, middle + 0.1, kerb)]
        person = scene.act(PERSON, [*path, (came + wait + 12.0 / WALK_MPS, middle - 12.0, side)])
        staged = offence(
            scene, self.name, "pedestrian_priority", person, begin_s=came, end_s=came + wait, at=(middle, kerb),
            measured=(0.0, 0.0, "m"), negative_of=("pedestrian_priority", "loitering"),
            notes=f"waits {wait:.0f} s at the kerb while cars pass",
        )  # fmt: skip
        return replace(staged, vehicle=None)
