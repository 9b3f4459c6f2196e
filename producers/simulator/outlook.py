"""Outlook: what a camera is there to look at. Each decides where its camera stands, and which areas it watches."""

from dataclasses import dataclass
from enum import StrEnum


class Outlook(StrEnum):
    """What a camera looks at."""

    SPEED = "speed"
    APPROACH = "approach"
    STOP = "stop"
    SQUARE = "square"
    ENTRANCE = "entrance"
    WASTE = "waste"
    CROSSING = "crossing"
    RAIL = "rail"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on the ground in the frame of a street: along its direction and right of its middle line, metres.

    Attributes:
        along_m: begin and end, from the edge's start.
        right_m: left and right border.
    """

    along_m: tuple[float, float]
    right_m: tuple[float, float]

    @property
    def middle(self) -> tuple[float, float]:
        """The middle, along and right."""
        return sum(self.along_m) / 2, sum(self.right_m) / 2

    @property
    def m2(self) -> float:
        """The area, square metres."""
        return (self.along_m[1] - self.along_m[0]) * (self.right_m[1] - self.right_m[0])

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Return its corners (along, right) in order around it."""
        (a, b), (left, right) = self.along_m, self.right_m
        return (a, left), (b, left), (b, right), (a, right)


@dataclass(frozen=True, slots=True)
class Mount:
    """How a camera of an outlook stands and is set.

    Attributes:
        height_m: lens above ground.
        tilt_deg: axis below the horizon.
        focal_px: focal length.
        near_m, far_m: range ahead in which it measures.
        fps: frames analysed a second.
        tiles: columns of regions that are inferred at their own resolution; 1: the whole picture alone.
        quality: of its survey (lens.draw_error).
        upstream: looks against the edge's direction.
    """

    height_m: float
    tilt_deg: float
    focal_px: float
    near_m: float
    far_m: float
    fps: float
    tiles: int
    quality: float
    upstream: bool


#: Set so that what an outlook is for lies in the picture, and a car (1.5 m) or person (1.7 m) at far_m is at least 20
#: pixels high on the detector's canvas, below which the shipped detector misses most.
MOUNTS = {
    Outlook.SPEED: Mount(8.0, 11.0, 3600.0, 25.0, 100.0, 5.0, 3, 0.5, upstream=True),
    Outlook.APPROACH: Mount(7.0, 12.0, 2400.0, 24.0, 80.0, 2.0, 2, 1.5, upstream=True),
    Outlook.STOP: Mount(6.0, 13.0, 2000.0, 18.0, 70.0, 2.0, 2, 1.5, upstream=True),
    Outlook.SQUARE: Mount(8.0, 22.0, 1300.0, 9.0, 40.0, 1.0, 2, 2.0, upstream=False),
    Outlook.ENTRANCE: Mount(4.5, 19.0, 1500.0, 6.0, 25.0, 2.0, 1, 2.0, upstream=False),
    Outlook.WASTE: Mount(6.0, 16.0, 1600.0, 10.0, 40.0, 1.0, 2, 2.0, upstream=False),
    Outlook.CROSSING: Mount(6.0, 18.0, 1500.0, 10.0, 45.0, 5.0, 2, 1.5, upstream=True),
    Outlook.RAIL: Mount(7.0, 11.0, 2600.0, 18.0, 80.0, 5.0, 2, 1.0, upstream=True),
}
#: What the cameras of a site look at, in turn; public sites begin with one of these rows and take the others next.
PUBLIC = (
    (Outlook.SPEED, Outlook.SQUARE, Outlook.APPROACH, Outlook.STOP, Outlook.SPEED),
    (Outlook.SPEED, Outlook.SQUARE, Outlook.APPROACH, Outlook.CROSSING, Outlook.SPEED),
    (Outlook.SPEED, Outlook.RAIL, Outlook.APPROACH, Outlook.STOP, Outlook.SPEED),
    (Outlook.SPEED, Outlook.SQUARE, Outlook.APPROACH, Outlook.CROSSING, Outlook.SPEED),
)
PRIVATE = (Outlook.ENTRANCE, Outlook.WASTE, Outlook.ENTRANCE, Outlook.SQUARE, Outlook.WASTE)


def outlook_of(site: int, of_site: int, *, private: bool) -> Outlook:
    """Return what a camera looks at.

    Args:
        site: its site's number.
        of_site: its place in the site.
        private: the site is a private establishment.
    """
    row, place = divmod(of_site, len(PRIVATE))
    return PRIVATE[place] if private else PUBLIC[(site + row) % len(PUBLIC)][place]
