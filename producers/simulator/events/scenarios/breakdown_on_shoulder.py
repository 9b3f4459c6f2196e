"""A vehicle that breaks down, rolls out on the shoulder, stands there for a while and goes on."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.driving import braking, leaving
from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR, TRUCK
from producers.simulator.outlook import Outlook

SPEED_KMH = (55.0, 80.0)
#: It rolls out rather than brakes.
BRAKE_MPS2 = (1.2, 2.2)
#: Where it comes to stand, beyond the end of what the camera watches (negative: within).
BEYOND_M = (-30.0, 25.0)
STAND_S = (15.0, 40.0)
TRUCK_SHARE = 0.2


class BreakdownOnShoulder:
    """Drives on the shoulder for as long as it takes to stand, in view or just out of it: for that the shoulder is."""

    name: ClassVar[str] = "breakdown_on_shoulder"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 5.0}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where the street has a shoulder."""
        streets, camera, area = scene.city.streets, scene.camera, scene.area
        if "shoulder" not in camera.areas:
            return None
        kind = TRUCK if scene.random.random() < TRUCK_SHARE else CAR
        speed = float(scene.random.uniform(*SPEED_KMH)) / 3.6
        brake = float(scene.random.uniform(*BRAKE_MPS2))
        stop = area.along_m[1] + float(scene.random.uniform(*BEYOND_M))
        lane, right = streets.lane_right_m(camera.edge, 0), streets.kerb_right_m(camera.edge)
        way = speed**2 / (2.0 * brake)
        # it is on the shoulder when it begins to brake, a second and a half after it left the lane
        brakes = stop - way
        path = [(0.0, brakes - 3.5 * speed, lane), (2.0, brakes - 1.5 * speed, lane), (3.5, brakes, right)]
        path += braking(3.5, brakes, right, speed, brake)[1:]
        stood, stand = path[-1][0], float(scene.random.uniform(*STAND_S))
        actor = scene.act(kind, [*path, *leaving(stood + stand, stop, right, lane)])
        return offence(
            scene, self.name, "shoulder_driving", actor, begin_s=3.5, end_s=stood + stand, at=(stop, right),
            measured=(0.0, 0.0, "m"), negative_of=("shoulder_driving", "stopped_vehicle"),
            notes=f"rolls out on the shoulder from {speed * 3.6:.0f} km/h over {way:.0f} m and stands {stand:.0f} s",
        )  # fmt: skip
