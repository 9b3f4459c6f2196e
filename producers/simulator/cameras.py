"""Places cameras at a site: each outlook's stand, areas and zones, in the frame of the street it watches. Pure."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from producers.simulator.city_camera import CityCamera
from producers.simulator.junction_lanes import LEFT, RIGHT, STRAIGHT, leads
from producers.simulator.lens import View, draw_error, stated_errors
from producers.simulator.level_crossing import (
    RAILS_M,
    RAILS_WIDE_M,
    LevelCrossing,
    access_right_m,
    crossing_name,
)
from producers.simulator.outlook import MOUNTS, Area, Mount, Outlook
from producers.simulator.seeds import generator
from producers.simulator.signals import GROUPS, group_of
from producers.simulator.sites import Site
from producers.simulator.streets import (
    CROSSING_AFTER_M,
    CROSSING_M,
    KERB_M,
    LANE_M,
    SIDEWALK_M,
    STOP_LINE_M,
    StreetClass,
    Streets,
)
from schemas.messages import Analysis, Calibration, Camera, RegionOfInterest, Zone

WIDTH_PX: Final = 1920
HEIGHT_PX: Final = 1080
#: People on a square from which it is a crowd, and how long a vehicle may stand at a stop line: above the longest red.
MOST_PEOPLE: Final = 20.0
STOP_LINE_DWELL_S: Final = 100.0
#: City Hall's place stands for the city's origin; WGS 84.
ORIGIN_DEG: Final = (43.15, 76.75)
METRES_PER_DEG: Final = 111_320.0

#: Where along its street what lies off the road is looked for, share of the street's length.
OFF_ROAD_BAND: Final = {Outlook.ENTRANCE: 0.03, Outlook.SQUARE: 0.35, Outlook.WASTE: 0.70}
#: The first three cameras of one outlook at a street watch places so far from each other, metres.
APART_M: Final = 28.0

#: Exits of yards before speed cameras of plain streets: where from the far end of what is watched, their width, and how
#: far in they are watched, metres.
YARD_M: Final = 30.0
YARD_WIDE_M: Final = 8.0
YARD_DEEP_M: Final = 10.0
#: A junction is watched to so far beyond the stop line, metres: an approach's camera sees no further below it.
JUNCTION_M: Final = 12.8

Stand = tuple[float, float, Mapping[str, Area]]


def place_camera(seed: int, number: int, of_site: int, site: Site, streets: Streets, outlook: Outlook) -> CityCamera:
    """Place one camera.

    Args:
        seed: of the city.
        number: the camera's place in the city.
        of_site: the camera's place in its site.
        site: its site.
        streets: the network.
        outlook: what it looks at.
    """
    random = generator(seed, "camera", number)
    mount = MOUNTS[outlook]
    turn = of_site // len(site.edges)
    # each turn around the site begins one street further, so that one outlook does not return to its street at once
    edge = site.edges[(of_site + turn) % len(site.edges)]
    along, right, areas = _stand(outlook, streets, edge, turn, float(random.random()))
    x, y = streets.point(edge, along, right)
    heading = (streets.heading_deg(edge) + (180.0 if mount.upstream else 0.0) + random.uniform(-1.0, 1.0)) % 360.0
    view = View(
        x_m=round(x, 2),
        y_m=round(y, 2),
        height_m=round(mount.height_m + random.uniform(-0.5, 0.5), 2),
        heading_deg=round(heading, 2),
        tilt_deg=round(mount.tilt_deg + random.uniform(-0.3, 0.3), 2),
        focal_px=round(mount.focal_px * random.uniform(0.98, 1.02), 1),
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
    )
    error = draw_error(random, mount.quality)
    zones = [zone for name, area in areas.items() if (zone := _zone(name, area, view, streets, edge, outlook))]
    entry = Camera(
        camera_id=f"K-{number:05d}",
        version=1,
        name=f"{outlook.value.capitalize()} camera {of_site + 1} of {site.site_id}",
        site_id=site.site_id,
        district=site.district,
        owner=site.owner,
        latitude_deg=round(ORIGIN_DEG[0] + view.y_m / METRES_PER_DEG, 6),
        longitude_deg=round(ORIGIN_DEG[1] + view.x_m / (METRES_PER_DEG * math.cos(math.radians(ORIGIN_DEG[0]))), 6),
        height_m=view.height_m,
        heading_deg=view.heading_deg,
        source_uri=f"rtsp://127.0.0.1:8554/city/K-{number:05d}",
        source_start_us=None,
        enabled=True,
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        calibration=_calibration(error.applied(view), view, mount),
        zones=zones,
        speed_limit_kmh=float(streets.edge_limit_kmh[edge]) if mount.upstream else None,
        junction_id=_controller(outlook, number, site),
        capabilities=["incidents", "speed"] if outlook is Outlook.SPEED else ["incidents"],
        analysis=Analysis(
            enforcement=outlook in ENFORCING,
            idle_fps=mount.fps,
            active_fps=mount.fps,
            score_floor_ratio=0.3,
            regions=_regions(mount),
        ),
        rules=(),
        updated_at_us=0,
    )
    return CityCamera(number, site.number, outlook, edge, view, error, areas, float(mount.tiles), entry)


def _controller(outlook: Outlook, number: int, site: Site) -> str | None:
    """Return the name of the controller whose signals a camera has in view."""
    if outlook is Outlook.RAIL:
        return crossing_name(number)
    return site.junction_id if outlook is Outlook.APPROACH else None


def _stand(outlook: Outlook, streets: Streets, edge: int, turn: int, place: float) -> Stand:
    """Return where a camera stands (along, right) and what it watches.

    Args:
        outlook: what it looks at.
        streets: the network.
        edge: the street.
        turn: how many cameras of its site stand at this street already.
        place: 0 to 1, moves it within what its outlook leaves open.
    """
    length = streets.length_m(edge)
    lanes = float(streets.edge_lanes[edge])
    road = lanes * LANE_M
    walk = streets.sidewalk_right_m(edge)
    inside = walk + 0.5 * SIDEWALK_M + 2.0
    # cameras of one kind at one street stand apart
    shift = 7.0 * (turn % 8)
    roadway = (0.0, road + KERB_M)
    if outlook is Outlook.APPROACH:
        line = length - STOP_LINE_M
        areas = {"approach": Area((line - 45.0, line), (0.0, road)), **junction_areas(line, road, int(lanes))}
        sign = streets.turn_signs.get(edge)
        aside = 0.0 if sign is None else TOWARDS_TURN_RATIO * (road if sign.side == RIGHT else -road)
        return length + 12.0 + 0.5 * (turn % 8), 0.5 * road + aside, areas
    if outlook is Outlook.CROSSING:
        line = length - STOP_LINE_M
        areas = {"crossing": crossing_area(line, road), "approach": Area((line - 25.0, line), (0.0, road))}
        return length + 4.0 + 0.5 * (turn % 8), 0.5 * road, areas
    if outlook is Outlook.SPEED:
        at = (0.62 + 0.12 * place) * length - shift * 0.5
        mount = MOUNTS[outlook]
        areas = {"carriageway": Area((at - mount.far_m, at - mount.near_m), roadway)}
        if streets.edge_class[edge] == StreetClass.STREET:
            mouth = areas["carriageway"].along_m[0] + YARD_M
            areas["yard-exit"] = Area((mouth, mouth + YARD_WIDE_M), (roadway[1], roadway[1] + YARD_DEEP_M))
        if streets.bus_lane[edge]:
            areas["bus-lane"] = Area(areas["carriageway"].along_m, (road - LANE_M, road))
        if streets.edge_class[edge] == StreetClass.RING:
            areas["shoulder"] = Area(areas["carriageway"].along_m, (road, road + KERB_M))
        return at, 0.5 * road, areas
    if outlook is Outlook.RAIL:
        line = (0.45 + 0.05 * place) * length
        rails = Area((line, line + RAILS_M + RAILS_WIDE_M), access_right_m(inside, turn))
        return line + 40.0, rails.middle[1], {"rail-crossing": rails}
    if outlook is Outlook.STOP:
        at = (0.50 + 0.10 * place) * length + shift * 0.5
        bay = Area((at - 46.0, at - 24.0), (road, road + KERB_M))
        return (
            at,
            road + KERB_M + 1.0,
            {
                "carriageway": Area((at - 62.0, at - 20.0), (0.0, road)),
                "bus-stop": bay,
                "sidewalk": Area(bay.along_m, (road + KERB_M, road + KERB_M + SIDEWALK_M)),
            },
        )
    # entrances, squares and waste sites lie apart, so that what is staged at one does not happen at another
    begin = (OFF_ROAD_BAND[outlook] + 0.03 * place) * length + APART_M * (turn % 3) + 5.0 * (turn // 3 % 5)
    if outlook is Outlook.SQUARE:
        square = Area((begin + 12.0, begin + 36.0), (inside, inside + 16.0))
        return begin, inside + 8.0, {"square": square}
    if outlook is Outlook.ENTRANCE:
        door = Area((begin + 8.5, begin + 16.5), (inside, inside + 4.5))
        return begin, inside + 2.0, {"entrance": door}
    containers = Area((begin + 14.0, begin + 26.0), (inside, inside + 4.0))
    ahead = Area((begin + 13.0, begin + 30.0), (inside + 4.0, inside + 9.0))
    return begin, inside + 4.0, {"access": ahead, "containers": containers}


#: Where a sign forbids a turn the camera hangs this share of the road nearer to that side: whoever turns from the
#: outermost lane has left the picture of one above the road's middle before they are a lane's width aside. All lanes
#: stay in view to 10 m beyond the line.
TOWARDS_TURN_RATIO: Final = 0.3
#: Outlooks whose cameras propose violations.
ENFORCING: Final = frozenset(
    {Outlook.SPEED, Outlook.APPROACH, Outlook.CROSSING, Outlook.STOP, Outlook.WASTE, Outlook.RAIL}
)
#: Kind of zone that each area is drawn as.
KIND_OF: Final = {
    "carriageway": "roadway",
    "approach": "roadway",
    "bus-stop": "no_stopping",
    "square": "square",
    "entrance": "no_loitering",
    "access": "no_stopping",
    "containers": "waste_site",
    "crossing": "crossing",
    "sidewalk": "sidewalk",
    "stop-line": "stop_line",
    "bus-lane": "bus_lane",
    "yard-exit": "no_entry",
    "shoulder": "shoulder",
    "junction": "junction",
    "rail-crossing": "rail_crossing",
}
#: Kinds of zone that have a permitted direction.
DIRECTED: Final = frozenset({"roadway", "bus_lane", "turn_lane", "stop_line", "shoulder", "rail_crossing"})
#: Areas of the lanes before a stop line begin so; their number, from the right, follows.
LANE: Final = "lane-"


def crossing_area(line_m: float, road_m: float) -> Area:
    """Return the crossing beyond a stop line: the half of it on which traffic comes towards the junction."""
    begin = line_m + CROSSING_AFTER_M
    return Area((begin, begin + CROSSING_M), (0.0, road_m + KERB_M))


def junction_areas(line_m: float, road_m: float, lanes: int) -> dict[str, Area]:
    """Return the stop line, the crossing and the lanes before a junction."""
    turning = {
        f"{LANE}{n}": Area((line_m - 30.0, line_m), (road_m - (n + 1) * LANE_M, road_m - n * LANE_M))
        for n in range(lanes)
    }
    return {
        "stop-line": Area((line_m, line_m + CROSSING_AFTER_M), (0.0, road_m)),
        "crossing": crossing_area(line_m, road_m),
        "junction": Area((line_m + CROSSING_AFTER_M + CROSSING_M, line_m + JUNCTION_M), (0.0, road_m)),
        **turning,
    }


def _zone(name: str, area: Area, view: View, streets: Streets, edge: int, outlook: Outlook) -> Zone | None:
    """Return an area as a zone of the picture; None where nothing of it is in the picture."""
    kind = "turn_lane" if name.startswith(LANE) else KIND_OF[name]
    polygon = polygon_px(area, view, streets, edge)
    if len(polygon) < 3:
        return None
    heading = round(streets.heading_deg(edge), 1) if kind in DIRECTED else None
    if kind == "no_entry":
        # Whoever comes out of a yard drives across the sidewalk, to the left of the street's direction.
        heading = round((streets.heading_deg(edge) - 90.0) % 360.0, 1)
    limits = _limits(name, streets, edge)
    if outlook is Outlook.APPROACH and kind == "crossing":
        # two frames a second tell too little of who passes before whom
        limits = {**limits, "pedestrian_priority": 0.0}
    return Zone(name, kind, [round(float(c), 1) for corner in polygon for c in corner], heading, limits)


def _limits(name: str, streets: Streets, edge: int) -> dict[str, float]:
    """Return what holds in a zone."""
    if name == "approach":
        # In a queue at two frames a second tracks go over to a neighbour: not to be told from travel against it.
        return {"dwell_s": STOP_LINE_DWELL_S, "wrong_way": 0.0}
    if name == "rail-crossing":
        return {f"signal_group.{LevelCrossing.groups[0]}": 1.0, "rails_m": RAILS_M}
    if name == "square":
        return {"max_people": MOST_PEOPLE}
    if name == "crossing" and not streets.signalled[streets.edge_to[edge]]:
        return {"unsignalled": 1.0}
    if name == "carriageway":
        ban = streets.truck_ban_h(edge)
        lorries = {} if ban is None else {"truck_ban_from_h": ban[0], "truck_ban_to_h": ban[1]}
        solid = float(streets.solid_line(edge))
        return {**lorries, "u_turn": solid, "oncoming": solid}
    if name in {"stop-line", "junction"}:
        sign = streets.turn_signs.get(edge) if name == "stop-line" else None
        signs = {} if sign is None else sign.limits()
        if not streets.signalled[streets.edge_to[edge]]:
            return signs
        return {f"signal_group.{GROUPS[group_of(*streets.direction(edge))]}": 1.0, **signs}
    if name.startswith(LANE):
        lane = int(name.removeprefix(LANE))
        there = leads(streets, edge, lane)
        return {"lane": float(lane), **{side: float(side in there) for side in (LEFT, STRAIGHT, RIGHT)}}
    return {}


def polygon_px(area: Area, view: View, streets: Streets, edge: int) -> Sequence[Sequence[float]]:
    """Return what of an area is in the picture, as corners; empty where nothing is.

    Sutherland and Hodgman's clipping (CACM 17, 1974) against the picture's four sides, after the part of the ground
    that is less than two metres before the lens is cut off.
    """
    points = np.array([streets.point(edge, along, right) for along, right in area.corners()]) - (view.x_m, view.y_m)
    seen = np.column_stack([points, np.ones(len(points))]) @ view.ground_to_image().T
    corners = [list(row) for row in seen]
    w, h = float(view.width_px), float(view.height_px)
    sides = ((1.0, 0.0, 0.0, 0.0), (-1.0, 0.0, w, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, -1.0, h, 0.0))
    for a, b, c, d in ((0.0, 0.0, 1.0, -2.0), *sides):
        corners = _clipped(corners, a, b, c, d)
    return [[min(max(u / d, 0.0), w), min(max(v / d, 0.0), h)] for u, v, d in corners]


def _clipped(corners: list[list[float]], a: float, b: float, c: float, d: float) -> list[list[float]]:
    """Keep the part where a u + b v + c w + d >= 0 of a polygon in homogeneous coordinates (u, v, w)."""
    out: list[list[float]] = []
    for i, here in enumerate(corners):
        before = corners[i - 1]
        value, last = (a * p[0] + b * p[1] + c * p[2] + d for p in (here, before))
        if (value >= 0) != (last >= 0):
            share = last / (last - value)
            out.append([p + share * (q - p) for p, q in zip(before, here, strict=True)])
        if value >= 0:
            out.append(here)
    return out


@cache
def _stated(mount: Mount) -> tuple[float, float]:
    """Return the errors that a survey of such a mount states: position_error_m, scale_error_ratio."""
    nominal = View(0.0, 0.0, mount.height_m, 0.0, mount.tilt_deg, mount.focal_px, WIDTH_PX, HEIGHT_PX)
    return stated_errors(nominal, mount.near_m, mount.far_m, mount.quality)


def _calibration(surveyed: View, view: View, mount: Mount) -> Calibration:
    position, scale = _stated(mount)
    return Calibration(
        version=1,
        method="survey of pose and lens (simulated, with errors of the stated size)",
        homography=surveyed.homography(),
        width_px=view.width_px,
        height_px=view.height_px,
        position_error_m=round(position, 3),
        scale_error_ratio=round(scale, 4),
    )


def _regions(mount: Mount) -> Sequence[RegionOfInterest]:
    """Return crops side by side whose widths make the zoom, around the lower two thirds of the picture."""
    if mount.tiles == 1:
        return ()
    width = WIDTH_PX // mount.tiles
    return [RegionOfInterest(n * width, HEIGHT_PX // 4, width, HEIGHT_PX * 3 // 4) for n in range(mount.tiles)]
