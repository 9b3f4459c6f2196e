"""A lorry on a boulevard in the hours in which lorries may not drive there."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.daylight import hour_at
from producers.simulator.events.driving import through
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import TRUCK
from producers.simulator.outlook import Outlook

SPEED_KMH = (35.0, 55.0)


class TruckInBanHours:
    """Drives through within the limit; ordinary traffic has no lorries on boulevards."""

    name: ClassVar[str] = "truck_in_ban_hours"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 6.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where and when they are banned."""
        return lorry(scene, self.name, banned=True)


def lorry(scene: Scene, name: str, *, banned: bool) -> Staged | None:
    """Stage a lorry; None where no hours are named, or where it is not within them (banned) or within them (else)."""
    streets, camera, area = scene.city.streets, scene.camera, scene.area
    ban = streets.truck_ban_h(camera.edge)
    if ban is None:
        return None
    hour, (first, last) = hour_at(scene.begin_us), ban
    within = first <= hour < last if first < last else hour >= first or hour < last
    if within is not banned:
        return None
    speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
    lane = 1 if streets.bus_lane[camera.edge] else 0
    right, pace = streets.lane_right_m(camera.edge, lane), speed / 3.6
    begin, end = max(0.0, area.along_m[0] - 60.0), area.along_m[1] + 30.0
    actor = scene.act(TRUCK, through(begin, end, right, speed))
    return offence(
        scene, name, "truck_ban", actor, begin_s=(area.along_m[0] - begin) / pace,
        end_s=(area.along_m[1] - begin) / pace, at=(area.along_m[0], right), measured=(round(hour, 2), first, "h"),
        article="KoAP 601", negative_of=() if banned else ("truck_ban",),
        notes=f"a lorry at {hour:.1f} h, banned from {first:.0f} to {last:.0f} h",
    )  # fmt: skip
