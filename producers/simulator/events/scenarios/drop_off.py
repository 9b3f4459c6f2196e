"""A car that stops to drop someone."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.parked_in_the_way import stand
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR, PERSON
from producers.simulator.outlook import Outlook

STAND_S = (12.0, 40.0)


class DropOff:
    """Stands shortly; somebody gets out and walks off along the sidewalk."""

    name: ClassVar[str] = "drop_off"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 2.0, Outlook.STOP: 1.5, Outlook.WASTE: 0.3}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        staged = stand(scene, self.name, CAR, float(scene.random.uniform(*STAND_S)), "somebody is dropped")
        out = (staged.started_us - scene.begin_us) / 1e6 + 4.0
        walk = scene.city.streets.sidewalk_right_m(scene.camera.edge)
        path = [(out, staged.along_m, staged.right_m + 1.2), (out + 3.0, staged.along_m, walk)]
        scene.act(PERSON, [*path, (out + 3.0 + 40.0 / 1.3, staged.along_m + 40.0, walk)])
        return staged
