"""A person who puts waste into a container and goes."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.waste_dumper import bring
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class WastePutIn:
    """Does as the dumper does, but nothing stays outside."""

    name: ClassVar[str] = "waste_put_in"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.WASTE: 5.0}

    def stage(self, scene: Scene) -> Staged:
        """Stage it."""
        return bring(
            scene, self.name, ("waste_dumping", "abandoned_object", "loitering"), "waste is put in a container"
        )
