"""A driver whose average over a section is within the law, whatever the speed in between."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scenarios.section_speeder import drive_section
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

AVERAGE_KMH = (-3.0, 8.0)


class SectionWithinLimit:
    """Drives through both cameras as the offender does."""

    name: ClassVar[str] = "section_within_limit"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 8.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it before the second camera of a section."""
        return drive_section(scene, self.name, float(scene.random.uniform(*AVERAGE_KMH)))
