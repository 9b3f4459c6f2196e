"""Truth messages: what was staged, and where each camera of the site has it in its picture. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.actor import Actor, cut
from producers.simulator.cameras import polygon_px
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.events.staged import Staged
from producers.simulator.motions import COCO, joined
from producers.simulator.outlook import Area
from producers.simulator.plates import plate_of
from producers.simulator.sight import Sight
from schemas.messages import Truth

#: An event is looked at so many times between its begin and its end.
LOOKS: Final = 16
#: A camera sees it if it has it in its picture in this share of them.
LEAST_SHARE: Final = 0.25
#: And at least this share of an actor shows.
LEAST_VISIBLE: Final = 0.2

Region = tuple[CityCamera, float, float, float, float, int, int]


def truth_of(
    city: City,
    camera: CityCamera,
    of_site: Sequence[CityCamera],
    sight: Sight,
    name: str,
    staged: Staged,
    actors: Sequence[Actor],
) -> Truth:
    """Return the truth message of what was staged before a camera.

    Args:
        city: the city.
        camera: before which it was staged.
        of_site: the site's cameras.
        sight: theirs.
        name: of the event before its camera.
        staged: what is true.
        actors: who took part.
    """
    regions = _regions(city, camera, of_site, sight, staged, actors)
    x, y = city.streets.point(camera.edge, staged.along_m, staged.right_m)
    vehicle = next((one for one in actors if one.actor == staged.vehicle), None)
    return Truth(
        truth_id=f"{city.seed}-{camera.camera_id}-{name}",
        seed=city.seed,
        family=staged.family,
        kind=staged.kind,
        is_hard_negative=bool(staged.negative_of),
        negative_of=list(staged.negative_of),
        scenario=staged.scenario,
        site_id=camera.entry.site_id,
        district=camera.entry.district,
        started_at_us=staged.started_us,
        due_at_us=staged.due_us,
        ended_at_us=staged.ended_us,
        x_m=round(x, 2),
        y_m=round(y, 2),
        actor_ids=list(staged.actors),
        vehicle_class=None if vehicle is None else int(COCO[vehicle.kind]),
        plate=None if vehicle is None else plate_of(vehicle.actor),
        measured=staged.measured,
        limit=staged.limit,
        unit=staged.unit,
        article=staged.article,
        camera_ids=[r[0].camera_id for r in regions],
        view_zone_id=[_zone_at(r[0], staged) if r[0].edge == camera.edge else "" for r in regions],
        view_x1_px=[r[1] for r in regions],
        view_y1_px=[r[2] for r in regions],
        view_x2_px=[r[3] for r in regions],
        view_y2_px=[r[4] for r in regions],
        view_from_us=[r[5] for r in regions],
        view_to_us=[r[6] for r in regions],
        notes=staged.notes,
    )


def _regions(
    city: City,
    camera: CityCamera,
    of_site: Sequence[CityCamera],
    sight: Sight,
    staged: Staged,
    actors: Sequence[Actor],
) -> Sequence[Region]:
    """Return who sees it where and when: the event's own camera first, then those that see it longest."""
    own = _area_region(city, camera, staged)
    if not actors:
        return [own]
    moments = np.linspace(staged.started_us, max(staged.ended_us - 1, staged.started_us), LOOKS).astype(np.int64)
    taking_part = joined([one.motions() for one in actors if one.actor in set(staged.actors)])
    there = joined([cut(taking_part, int(t), int(t) + 1) for t in np.unique(moments)])
    frame_camera = np.repeat(np.arange(len(of_site)), LOOKS)
    seen = sight.look(frame_camera, np.tile(moments, len(of_site)), there)
    found: list[tuple[int, Region]] = []
    for place, one in enumerate(of_site):
        begin, end = int(seen.first[place * LOOKS]), int(seen.first[(place + 1) * LOOKS])
        shows = np.nonzero(seen.visible_ratio[begin:end] >= LEAST_VISIBLE)[0] + begin
        looks = np.unique(np.searchsorted(seen.first[place * LOOKS : (place + 1) * LOOKS], shows, "right") - 1)
        if len(looks) < (1 if one is camera else LEAST_SHARE * LOOKS):
            continue
        boxes = seen.xyxy_px[shows]
        low, high = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
        region = (one, *low, *high, int(moments[looks[0]]), int(moments[looks[-1]]))
        if one is camera and staged.spot is not None:
            region = _together(region, own)
        found.append((LOOKS + 1 if one is camera else len(looks), region))
    if not any(region[0] is camera for _, region in found):
        found.append((LOOKS + 1, own))
    found.sort(key=lambda pair: (-pair[0], pair[1][0].number))
    return [region for _, region in found]


def _together(people: Region, spot: Region) -> Region:
    """Return the region of actors and of what they leave: it stays in view when they have gone."""
    one, *box, from_us, _ = people
    low = [min(a, b) for a, b in zip(box[:2], spot[1:3], strict=True)]
    high = [max(a, b) for a, b in zip(box[2:], spot[3:5], strict=True)]
    return one, low[0], low[1], high[0], high[1], from_us, spot[6]


def _area_region(city: City, camera: CityCamera, staged: Staged) -> Region:
    """Return the region of an event without actors: what it takes up, else the camera's first area."""
    if staged.spot is not None:
        points = _block_px(city, camera, staged.spot, staged.height_m)
    else:
        corners = polygon_px(next(iter(camera.areas.values())), camera.view, city.streets, camera.edge)
        points = np.array(corners or [[0.0, 0.0]]).round(2)
    low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return camera, low[0], low[1], high[0], high[1], staged.started_us, staged.ended_us


def _block_px(city: City, camera: CityCamera, spot: Area, height_m: float) -> NDArray[np.float64]:
    """Return the corners of a block over a piece of ground before a camera, float64 [8, 2], inside the picture."""
    view = camera.view
    ground = [city.streets.point(camera.edge, along, right) for along, right in spot.corners()]
    block = np.array([(x - view.x_m, y - view.y_m, z - view.height_m) for z in (0.0, height_m) for x, y in ground])
    right, down, ahead = view.axes() @ block.T
    depth = np.maximum(ahead, 1.0)
    u = np.clip(view.focal_px * right / depth + view.width_px / 2, 0.0, view.width_px)
    v = np.clip(view.focal_px * down / depth + view.height_px / 2, 0.0, view.height_px)
    return np.asarray(np.column_stack([u, v]).round(2))


def _zone_at(camera: CityCamera, staged: Staged) -> str:
    """Return the zone of a camera's entry in which an event began; empty: none."""
    drawn = {zone.zone_id for zone in camera.entry.zones}
    for name, area in camera.areas.items():
        inside = (
            area.along_m[0] - 1.0 <= staged.along_m <= area.along_m[1] + 1.0
            and area.right_m[0] - 1.0 <= staged.right_m <= area.right_m[1] + 1.0
        )
        if inside and name in drawn:
            return name
    return ""
