"""City: the test city as it is built from a seed: streets, sites, signals, cameras. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from producers.simulator.cameras import place_camera
from producers.simulator.city_camera import CityCamera
from producers.simulator.outlook import PRIVATE, PUBLIC
from producers.simulator.signals import Programme, programme_of
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
    """

    seed: int
    streets: Streets
    sites: Sequence[Site]
    cameras: Sequence[CityCamera]
    programmes: Mapping[int, Programme]


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
    placed: list[CityCamera] = []
    for site in sites:
        pattern = PRIVATE if site.owner is Owner.PRIVATE else PUBLIC
        of_site = cameras * (site.number + 1) // count - cameras * site.number // count
        for n in range(of_site):
            outlook = pattern[n % len(pattern)]
            placed.append(place_camera(seed, len(placed), n, site, streets, outlook))
    nodes = [node for node in range(len(streets.node_x_m)) if streets.signalled[node]]
    return City(seed, streets, sites, placed, {node: programme_of(seed, node) for node in nodes})
