"""City: the test city as it is built from a seed: streets, sites, signals, cameras. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from producers.simulator.cameras import place_camera
from producers.simulator.city_camera import CityCamera
from producers.simulator.level_crossing import LevelCrossing, level_crossing
from producers.simulator.outlook import Outlook, outlook_of
from producers.simulator.sections import Section, find_sections, with_sections
from producers.simulator.signals import Programme, programme_of
from producers.simulator.signposts import with_turn_signs
from producers.simulator.sites import Site, place_sites, site_count
from producers.simulator.streets import Streets, build_streets
from schemas.messages import Owner

#: Largest city: Almaty's 45,200 cameras and the 6,000 that are planned.
MOST_CAMERAS: Final = 51_200


@dataclass(frozen=True, slots=True)
class City:
    """A city.

    Attributes:
        seed: all of it follows from this and the number of cameras.
        streets: the network.
        sites: its sites.
        cameras: its cameras, by number.
        programmes: of the signal-controlled junctions, by node.
        turns: of the other junctions: who drives and who gives way to people on the crossing and to the cross street,
            as a programme that nobody shows.
        crossings: level crossings, by the number of the camera before them.
        sections: stretches of road between two speed cameras, by the number of the second.
    """

    seed: int
    streets: Streets
    sites: Sequence[Site]
    cameras: Sequence[CityCamera]
    programmes: Mapping[int, Programme]
    turns: Mapping[int, Programme]
    crossings: Mapping[int, LevelCrossing]
    sections: Mapping[int, Section]

    def programme_at(self, node: int) -> Programme:
        """Return when who may pass a junction, shown by signals or not."""
        return self.programmes[node] if node in self.programmes else self.turns[node]


def build_city(seed: int, cameras: int) -> City:
    """Build the city of a seed.

    Raises:
        ValueError: no camera, or more than MOST_CAMERAS.
    """
    if not 1 <= cameras <= MOST_CAMERAS:
        raise ValueError(f"{cameras} cameras; expected 1 to {MOST_CAMERAS}")
    count = site_count(cameras)
    columns = max(3, -(-int((1.3 * count) ** 0.5 * 1.12 * 1000) // 1000))
    rows = max(3, -(-int(1.3 * count * 1000 / columns) // 1000))
    streets = build_streets(seed, columns, rows)
    sites = place_sites(seed, streets, count)
    streets = with_turn_signs(seed, streets, sites)
    placed: list[CityCamera] = []
    for site in sites:
        of_site = cameras * (site.number + 1) // count - cameras * site.number // count
        for n in range(of_site):
            outlook = outlook_of(site.number, n, private=site.owner is Owner.PRIVATE)
            placed.append(place_camera(seed, len(placed), n, site, streets, outlook))
    sections = find_sections(streets, placed)
    programmes = [programme_of(seed, node) for node in range(len(streets.node_x_m))]
    return City(
        seed=seed,
        streets=streets,
        sites=sites,
        cameras=with_sections(streets, placed, sections),
        programmes={node: one for node, one in enumerate(programmes) if streets.signalled[node]},
        turns={node: one for node, one in enumerate(programmes) if not streets.signalled[node]},
        crossings={one.number: level_crossing(seed, one.number) for one in placed if one.outlook is Outlook.RAIL},
        sections={section.exit_camera: section for section in sections},
    )
