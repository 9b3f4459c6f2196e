"""A car that stands beside another that is parked at the kerb."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.parking import DWELL_S, come_and_stand, stands_in_the_way
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook

STAND_S = (70.0, 110.0)
#: The one at the kerb came so much earlier, and leaves so much later.
EARLIER_S = 8.0


class DoubleRow:
    """Stands in the lane for buses, level with one at the kerb: in another lane traffic would drive through it."""

    name: ClassVar[str] = "double_row"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 6.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a bus lane."""
        streets, camera, area = scene.city.streets, scene.camera, scene.area
        if not streets.bus_lane[camera.edge]:
            return None
        come, lane = (streets.lane_right_m(camera.edge, n) for n in (1, 0))
        kerb = streets.kerb_right_m(camera.edge)
        stop = float(scene.random.uniform(area.along_m[1] - 50.0, area.along_m[1] - 6.0))
        stand_s = float(scene.random.uniform(*STAND_S))
        first, stood_first = come_and_stand(scene, stop, kerb, come, stand_s + 2.0 * EARLIER_S)
        scene.begin_us += round(EARLIER_S * 1e6)
        second, stood = come_and_stand(scene, stop + 0.5, lane, come, stand_s)
        left = stood + stand_s
        staged = offence(
            scene, self.name, "double_row", second, begin_s=stood, end_s=left, due_s=stood + DWELL_S,
            at=(stop, lane), measured=(round(stand_s, 1), DWELL_S, "s"), article="KoAP 597.3",
            notes=f"stands {stand_s:.0f} s beside a parked car",
        )  # fmt: skip
        early = scene.at(stood_first - EARLIER_S)
        late = early + round((stand_s + 2.0 * EARLIER_S) * 1e6)
        also = (
            stands_in_the_way(staged, second.actor, scene.at(stood), scene.at(left)),
            stands_in_the_way(staged, first.actor, early, late),
        )
        return replace(staged, also=also)
