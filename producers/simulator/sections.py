"""Section control: stretches of road between two speed cameras of one carriageway, one street apart. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from producers.simulator.city_camera import CityCamera
from producers.simulator.outlook import MOUNTS, Outlook
from producers.simulator.streets import Streets
from schemas.messages import Zone

#: The area of a speed camera, by name, in which a section begins or ends.
AREA: Final = "carriageway"


@dataclass(frozen=True, slots=True)
class Section:
    """One section.

    Attributes:
        number: from 1.
        entry_camera, exit_camera: numbers of its cameras.
        entry_m: where the first camera's gantry is along its street.
        exit_m: where the second's is along the street that follows straight on.
        length_m: along the road from gantry to gantry: as far as from any place before the one to the same before the
            other, for both measure in one distance ahead of them.
        limit_kmh: that holds in it.
    """

    number: int
    entry_camera: int
    exit_camera: int
    entry_m: float
    exit_m: float
    length_m: float
    limit_kmh: float


def straight_on(streets: Streets, edge: int) -> int | None:
    """Return the street that goes on straight beyond an edge's end; None: there is none."""
    dx, dy = streets.direction(edge)
    for other in (streets.edge_from == streets.edge_to[edge]).nonzero()[0].tolist():
        ex, ey = streets.direction(other)
        if dx * ex + dy * ey > 0.99:
            return int(other)
    return None


def find_sections(streets: Streets, cameras: Sequence[CityCamera]) -> Sequence[Section]:
    """Return a section for each two streets in line that both have a gantry: the first one's last, the second's first.

    So no speed camera looks at the road between the two.
    """
    gantries: dict[int, list[tuple[float, int]]] = {}
    for camera in cameras:
        if camera.outlook is Outlook.SPEED:
            at_m = camera.areas[AREA].along_m[1] + MOUNTS[Outlook.SPEED].near_m
            gantries.setdefault(camera.edge, []).append((round(at_m, 2), camera.number))
    out: list[Section] = []
    for edge in sorted(gantries):
        following = straight_on(streets, edge)
        if following is None or following not in gantries:
            continue
        entry_m, entry = max(gantries[edge])
        exit_m, last = min(gantries[following])
        length = round(streets.length_m(edge) - entry_m + exit_m, 2)
        limit = min(float(streets.edge_limit_kmh[e]) for e in (edge, following))
        out.append(Section(len(out) + 1, entry, last, entry_m, exit_m, length, limit))
    return out


def with_sections(streets: Streets, cameras: Sequence[CityCamera], sections: Sequence[Section]) -> Sequence[CityCamera]:
    """Return the cameras with their sections in their registry entries: a zone each, on the carriageway's polygon."""
    out = list(cameras)
    for section in sections:
        limits = {
            "section": float(section.number),
            "section_length_m": section.length_m,
            "section_limit_kmh": section.limit_kmh,
        }
        for kind, number in (("section_start", section.entry_camera), ("section_end", section.exit_camera)):
            camera = out[number]
            drawn = next((zone for zone in camera.entry.zones if zone.zone_id == AREA), None)
            if drawn is None:
                continue
            heading = round(streets.heading_deg(camera.edge), 1)
            zone = Zone(kind.replace("_", "-"), kind, drawn.polygon_px, heading, limits)
            out[number] = replace(camera, entry=replace(camera.entry, zones=[*camera.entry.zones, zone]))
    return out
