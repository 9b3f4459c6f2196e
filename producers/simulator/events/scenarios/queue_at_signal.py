"""A queue at a signal: vehicles stand in the roadway as long as it is red."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook
from producers.simulator.signals import group_of, next_red
from schemas.messages import Signal, TruthFamily

#: The queue has gone so long after the signal turned green, seconds.
DISCHARGE_S = 20


class QueueAtSignal:
    """Stages nobody: traffic queues by itself; waits for the next red and names it."""

    name: ClassVar[str] = "queue_at_signal"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.APPROACH: 2.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Name the next red phase."""
        streets, edge = scene.city.streets, scene.camera.edge
        programme = scene.city.programmes.get(int(streets.edge_to[edge]))
        if programme is None:
            return None
        group = group_of(*streets.direction(edge))
        at = begin = next_red(programme, group, scene.begin_us // 1_000_000 + 1)
        while programme.state(group, at)[0] is not Signal.GREEN:
            at += 1
        end_us = (at + DISCHARGE_S) * 1_000_000
        along, right = scene.area.middle
        return Staged(
            family=TruthFamily.INCIDENT,
            kind="stopped_vehicle",
            scenario=self.name,
            negative_of=("stopped_vehicle",),
            started_us=begin * 1_000_000,
            due_us=begin * 1_000_000,
            ended_us=end_us,
            free_us=end_us,
            along_m=along,
            right_m=right,
            actors=(),
            measured=float(at - begin),
            limit=60.0,
            unit="s",
            notes=f"a queue at a red signal, {at - begin} s",
        )
