"""Where it happens: sites, their districts, owners and cameras, from traffic.toml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.draws import Draws, choose, ladder, share
from producers.simulator.history.heavy_tail import heavy_tailed

#: Codes of an owner.
OWNERS = ("PUBLIC", "PRIVATE")


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The city's S sites and C cameras; a site's cameras have consecutive numbers.

    Attributes:
        site_ids: (S,) identifiers.
        districts: names.
        camera_ids: (C,) identifiers.
        site_district: (S,) int64, number of the district.
        site_owner: (S,) int64, 0 public, 1 private.
        first_camera: (S,) int64, number of its first camera.
        camera_site: (C,) int64, number of its site.
        camera_limit_kmh: (C,) int64, speed limit in view.
        by_rank: for each owner the sites' numbers, the busiest first.
        private: draw below which a violation is at a private site.
        enforcement: cameras of a site that take part in enforcement.
        head: of the heavy tail of sites.
    """

    site_ids: Sequence[str]
    districts: Sequence[str]
    camera_ids: Sequence[str]
    site_district: NDArray[np.int64]
    site_owner: NDArray[np.int64]
    first_camera: NDArray[np.int64]
    camera_site: NDArray[np.int64]
    camera_limit_kmh: NDArray[np.int64]
    by_rank: Sequence[NDArray[np.int64]]
    private: int
    enforcement: int
    head: int

    @classmethod
    def from_toml(cls, data: Mapping[str, Any], draws: Draws) -> "Places":
        """Lay the city out, from [places] of traffic.toml.

        Raises:
            ValueError: fewer cameras than the sites' enforcement needs.
        """
        public, private, cameras = data["public_sites"], data["private_sites"], data["cameras"]
        sites = public + private
        enforcement = data["enforcement_cameras_per_site"]
        if cameras < sites * enforcement:
            raise ValueError(f"{cameras} cameras at {sites} sites; expected at least {enforcement} a site")
        numbers = np.arange(sites)
        first_camera = numbers * cameras // sites
        owner = (numbers >= public).astype(np.int64)
        order = np.argsort(draws.wide("rank of site", numbers), kind="stable")
        camera_numbers = np.arange(cameras)
        limits = data["limits_kmh"]
        chosen = choose(draws.draw("limit of camera", camera_numbers), ladder(list(limits.values())))
        return cls(
            site_ids=[f"S-{number + 1:04d}" for number in range(sites)],
            districts=list(data["districts"]),
            camera_ids=[f"ALA-{number + 1:05d}" for number in range(cameras)],
            site_district=choose(draws.draw("district of site", numbers), ladder(list(data["districts"].values()))),
            site_owner=owner,
            first_camera=first_camera,
            camera_site=np.searchsorted(first_camera, camera_numbers, side="right").astype(np.int64) - 1,
            camera_limit_kmh=np.array([int(limit) for limit in limits], np.int64)[chosen],
            by_rank=[order[owner[order] == code] for code in (0, 1)],
            private=share(data["private_ratio"]),
            enforcement=enforcement,
            head=data["head"],
        )

    @property
    def enforcement_ids(self) -> Sequence[str]:
        """(S * enforcement,) identifiers of the cameras that take part in enforcement, site by site."""
        firsts = self.first_camera.tolist()
        return [self.camera_ids[first + inner] for first in firsts for inner in range(self.enforcement)]

    def cameras_of(self, draws: Draws, stream: str, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (N,) the camera that saw each offence: few sites, and few cameras of a site, see most."""
        private = draws.draw(f"{stream}: owner", numbers) < self.private
        rank = draws.draw(f"{stream}: site", numbers)
        site = np.where(
            private,
            self.by_rank[1][heavy_tailed(rank, len(self.by_rank[1]), self.head)],
            self.by_rank[0][heavy_tailed(rank, len(self.by_rank[0]), self.head)],
        )
        inner = heavy_tailed(draws.draw(f"{stream}: camera", numbers), self.enforcement, 1)
        return self.first_camera[site] + inner
