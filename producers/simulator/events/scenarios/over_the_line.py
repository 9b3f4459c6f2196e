"""A driver who overtakes in the oncoming carriageway where the middle line is solid."""

from collections.abc import Mapping
from typing import ClassVar

from producers.simulator.events.offence import offence
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import CAR
from producers.simulator.outlook import Outlook
from producers.simulator.streets import LANE_M

SPEED_KMH = (40.0, 58.0)
#: From the far end of what is watched: where the car begins to go over and is, where it begins to come back and is.
GOES_M = (3.0, 25.0)
COMES_M = (58.0, 80.0)


class OverTheLine:
    """From the leftmost lane into the oncoming one, along, and back."""

    name: ClassVar[str] = "over_the_line"
    shares: ClassVar[Mapping[Outlook, float]] = {Outlook.SPEED: 1.5}

    def stage(self, scene: Scene) -> Staged | None:
        """Stage it where the line is solid."""
        return overtake(scene, self.name, ()) if scene.city.streets.solid_line(scene.camera.edge) else None


def overtake(scene: Scene, name: str, negative_of: tuple[str, ...]) -> Staged:
    """Stage a car that drives along in the first lane beyond the middle line, and comes back."""
    streets, camera, area = scene.city.streets, scene.camera, scene.area
    speed = round(float(scene.random.uniform(*SPEED_KMH)), 1)
    pace, far = speed / 3.6, area.along_m[0]
    own, other = streets.lane_right_m(camera.edge, int(streets.edge_lanes[camera.edge]) - 1), -0.5 * LANE_M
    begin = far - 60.0
    points = [(begin, own), (far + GOES_M[0], own), (far + GOES_M[1], other), (far + COMES_M[0], other)]
    points += [(far + COMES_M[1], own), (far + COMES_M[1] + 40.0, own)]
    car = scene.act(CAR, [((along - begin) / pace, along, right) for along, right in points])
    # The middle of the way over is the middle line.
    first, last = sum(GOES_M) / 2.0, sum(COMES_M) / 2.0
    return offence(
        scene, name, "oncoming", car, begin_s=(far + first - begin) / pace, end_s=(far + last - begin) / pace,
        due_s=(far + COMES_M[0] - begin) / pace, at=(far + first, 0.5), measured=(round(last - first, 1), 0.0, "m"),
        article="KoAP 596.3", negative_of=negative_of,
        notes=f"drives {last - first:.0f} m beyond the middle line at {speed:.0f} km/h",
    )  # fmt: skip
