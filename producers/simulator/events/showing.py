"""Events that pixels alone show: a place, a time and an effect on the picture, and no object that moves. Pure."""

from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Area
from producers.simulator.scene_change import SceneChange
from schemas.messages import TruthFamily


def spot_in(scene: Scene, area: Area, along_m: float, right_m: float) -> Area:
    """Return a piece of ground of a size at a random place of an area, no larger than the area."""
    (a, b), (left, right) = area.along_m, area.right_m
    long, wide = min(along_m, b - a), min(right_m, right - left)
    at = a + float(scene.random.random()) * (b - a - long)
    side = left + float(scene.random.random()) * (right - left - wide)
    return Area((at, at + long), (side, side + wide))


def around(along_m: float, right_m: float, wide_m: float) -> Area:
    """Return the square piece of ground around a point of the street's frame."""
    half = wide_m / 2
    return Area((along_m - half, along_m + half), (right_m - half, right_m + half))


def shows(
    scene: Scene,
    name: str,
    kind: str,
    spot: Area | None,
    *,
    height_m: float,
    lasts_s: float,
    due_s: float,
    change: SceneChange,
    measured: float,
    limit: float,
    unit: str,
    notes: str,
    negative_of: tuple[str, ...] = (),
    article: str | None = None,
) -> Staged:
    """Return what is true of an event that pixels alone show.

    Args:
        scene: before which camera and when.
        name: of the scenario.
        kind: of the incident.
        spot: ground that it takes up, frame of the camera's street; None: all of the camera's first area.
        height_m: how high it rises.
        lasts_s: how long it lasts.
        due_s: after so long it is one by the kind's definition.
        change: what it does to the picture.
        measured: as in Staged, and so the rest.
        limit: of the kind's definition.
        unit: of both.
        notes: in words.
        negative_of: kinds that it must not be taken for.
        article: where it has one.
    """
    along, right = (scene.area if spot is None else spot).middle
    end_us = scene.at(lasts_s)
    return Staged(
        family=TruthFamily.INCIDENT,
        kind=kind,
        scenario=name,
        negative_of=negative_of,
        started_us=scene.begin_us,
        due_us=scene.begin_us if negative_of else scene.at(due_s),
        ended_us=end_us,
        free_us=end_us,
        along_m=along,
        right_m=right,
        actors=(),
        measured=measured,
        limit=limit,
        unit=unit,
        article=article,
        notes=notes,
        spot=spot,
        height_m=height_m,
        change=change,
    )
