"""Scene: what a scenario is given to stage something before one camera."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from producers.simulator.actor import Actor
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.outlook import Area
from producers.simulator.plates import SERVICE

#: Staged actors' numbers lie above those of traffic and walkers.
STAGED: int = 1 << 60


@dataclass(slots=True)
class Scene:
    """A camera and the moment at which something may begin.

    Attributes:
        city: the city.
        camera: before which it happens.
        random: the stream to draw from.
        begin_us: when it may begin, microseconds since the Unix epoch.
        number: how many actors were staged before this camera so far.
    """

    city: City
    camera: CityCamera
    random: np.random.Generator
    begin_us: int
    number: int
    actors: list[Actor] = field(default_factory=list)

    @property
    def area(self) -> Area:
        """The camera's first area."""
        return next(iter(self.camera.areas.values()))

    def at(self, after_s: float) -> int:
        """Return an instant after the begin, microseconds since the Unix epoch."""
        return self.begin_us + round(after_s * 1e6)

    def act(self, kind: int, path: Sequence[tuple[float, float, float]], *, service: bool = False) -> Actor:
        """Put an actor on the stage.

        Args:
            kind: its class.
            path: points (seconds after the begin, along, right) in the frame of the camera's street, ascending.
            service: it is an emergency vehicle, of the city's fleet.
        """
        self.number += 1
        points = [self.city.streets.point(self.camera.edge, along, right) for _, along, right in path]
        one = Actor(
            actor=STAGED | (SERVICE if service else 0) | self.camera.number << 28 | self.number,
            kind=kind,
            at_us=np.array([self.at(s) for s, _, _ in path], np.int64),
            x_m=np.array([x for x, _ in points]).round(3),
            y_m=np.array([y for _, y in points]).round(3),
        )
        self.actors.append(one)
        return one

    def inside(self, area: Area, margin_m: float = 0.5) -> tuple[float, float]:
        """Return a random point (along, right) of an area, away from its border."""
        return (
            float(self.random.uniform(area.along_m[0] + margin_m, area.along_m[1] - margin_m)),
            float(self.random.uniform(area.right_m[0] + margin_m, area.right_m[1] - margin_m)),
        )

    def where(self, one: Actor, after_s: float) -> tuple[float, float]:
        """Return where an actor is, (along, right) in the frame of the camera's street.

        Args:
            one: the actor.
            after_s: seconds after the begin, while it is there.
        """
        at = self.at(after_s)
        way, origin = self.city.streets.direction(self.camera.edge), self.city.streets.point(self.camera.edge, 0.0, 0.0)
        x = float(np.interp(at, one.at_us, one.x_m)) - origin[0]
        y = float(np.interp(at, one.at_us, one.y_m)) - origin[1]
        return x * way[0] + y * way[1], x * way[1] - y * way[0]
