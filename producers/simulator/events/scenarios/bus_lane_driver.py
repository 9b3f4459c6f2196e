"""A car that drives along in the lane for buses."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import through
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook

SPEED_KMH = (38.0, 56.0)


class BusLaneDriver:
    """Drives through the whole area in the bus lane, within the limit."""

    name: ClassVar[str] = "bus_lane_driver"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 6.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where there is a bus lane."""
        return drive_in_bus_lane(scene, self.name, CAR, ())


def drive_in_bus_lane(scene: Scene, name: str, kind: int, negative_of: tuple[str, ...]) -> Staged | None:
    """Stage a vehicle that drives through in the bus lane; None where there is none."""
    streets, camera, area = scene.city.streets, scene.camera, scene.area
    if not streets.bus_lane[camera.edge]:
        return None
    speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
    right = streets.lane_right_m(camera.edge, 0)
    begin, end = max(0.0, area.along_m[0] - 60.0), area.along_m[1] + 30.0
    actor = scene.act(kind, through(begin, end, right, speed))
    pace, length = speed / 3.6, area.along_m[1] - area.along_m[0]
    return offence(
        scene, name, "bus_lane", actor, begin_s=(area.along_m[0] - begin) / pace,
        end_s=(area.along_m[1] - begin) / pace, at=(area.along_m[0], right), measured=(round(length, 1), 0.0, "m"),
        article="KoAP 601", negative_of=negative_of, notes=f"{length:.0f} m in the bus lane at {speed:.0f} km/h",
    )  # fmt: skip
