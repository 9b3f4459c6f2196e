"""Sites: junctions of the city and private establishments at them, each with its streets and its cameras."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from producers.simulator.districts import district_at
from producers.simulator.seeds import generator
from producers.simulator.streets import Streets
from schemas.messages import Owner

#: Public sites and private establishments at full size.
PUBLIC_SITES: Final = 616
PRIVATE_SITES: Final = 240
#: A smaller city has a site for so many cameras.
CAMERAS_PER_SITE: Final = 5


@dataclass(frozen=True, slots=True)
class Site:
    """One site.

    Attributes:
        number: its place among the city's sites, from 0.
        site_id: identifier.
        district: district it lies in.
        owner: who runs its cameras.
        node: its junction.
        junction_id: of the junction where it is signal-controlled, else None.
        edges: the streets that lead to its junction; no other site has them.
    """

    number: int
    site_id: str
    district: str
    owner: Owner
    node: int
    junction_id: str | None
    edges: Sequence[int]


def site_count(cameras: int) -> int:
    """Return how many sites a city of so many cameras has."""
    return min(PUBLIC_SITES + PRIVATE_SITES, -(-cameras // CAMERAS_PER_SITE))


def place_sites(seed: int, streets: Streets, count: int) -> Sequence[Site]:
    """Draw the junctions of `count` sites, each its own."""
    random = generator(seed, "sites")
    nodes = random.permutation(len(streets.node_x_m))
    # corners of the network have two streets alone: they come last
    degree = np.bincount(streets.edge_to, minlength=len(nodes))
    nodes = nodes[np.argsort(degree[nodes] < 3, kind="stable")][:count]
    private = np.zeros(count, np.bool_)
    private[: round(count * PRIVATE_SITES / (PUBLIC_SITES + PRIVATE_SITES))] = True
    private = random.permutation(private)
    width, height = float(streets.node_x_m.max()), float(streets.node_y_m.max())
    sites = []
    for number, node in enumerate(nodes.tolist()):
        x, y = float(streets.node_x_m[node]), float(streets.node_y_m[node])
        owner = Owner.PRIVATE if private[number] else Owner.PUBLIC
        sites.append(
            Site(
                number=number,
                site_id=f"{'est' if private[number] else 'site'}-{number:03d}",
                district=district_at(x / width, y / height),
                owner=owner,
                node=node,
                junction_id=junction_id(node) if streets.signalled[node] else None,
                edges=np.nonzero(streets.edge_to == node)[0].tolist(),
            )
        )
    return sites


def junction_id(node: int) -> str:
    """Return a junction's identifier."""
    return f"J-{node:04d}"
