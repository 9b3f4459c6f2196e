"""Spot: a place where a vehicle stands, as stopped_vehicle follows it; Traffic: the vehicles of one camera."""

from dataclasses import dataclass

from processors.rules.sight import Sight


@dataclass(slots=True)
class Spot:
    """A place where a vehicle stands, or is just passing.

    Attributes:
        subject: name of the place, from the zone, the vehicle's first track and when it came.
        zone_id: its zone.
        track_id: the vehicle's present track.
        tracks: its tracks, the first first.
        since_us: when the vehicle came to stand.
        seen_us: when it was last seen there.
        hits: seconds in which it was seen there.
        own: seconds in which its present track was seen there.
        off: seconds in a row in which its present track was seen elsewhere.
        absent_us: time looked at since it was last seen, microseconds.
        known: whether it has stood too long.
        box: where it came to stand, the registry's pixels.
        onset: pictures of that.
    """

    subject: str
    zone_id: str
    track_id: str
    tracks: list[str]
    since_us: int
    seen_us: int
    hits: int
    own: int
    off: int
    absent_us: int
    known: bool
    box: list[float]
    onset: Sight


@dataclass(slots=True)
class Traffic:
    """The vehicles of one camera.

    Attributes:
        spots: places where a vehicle stands.
        passing: vehicles seen once at their place, by track: box (the registry's pixels) and pictures.
    """

    spots: list[Spot]
    passing: dict[str, tuple[list[float], Sight]]
