"""Shard: the cameras of some sites, second by second: motions in, messages out. Pure.

What a camera gives depends on the seed, the camera and what moves before it, never on which other cameras share its
shard: so any split of the city over processes gives the same messages.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from typing import Final

import numpy as np

from producers.simulator.actor import Actor, Cast
from producers.simulator.camera_datums import CameraDatums
from producers.simulator.camera_messages import CameraMessages
from producers.simulator.camera_seconds import CameraSeconds
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import SECOND_US
from producers.simulator.city_message import CityMessage
from producers.simulator.events.director import Director
from producers.simulator.events.staged import Staged
from producers.simulator.events.waiting_scenes import WaitingScenes
from producers.simulator.motions import NOTHING, Motions, joined
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.noise.noise_tables import NoiseTables
from producers.simulator.phases import told
from producers.simulator.rail_traffic import RailTraffic
from producers.simulator.sight import Sight
from producers.simulator.sites import junction_id
from producers.simulator.truth import truth_of
from producers.simulator.walkers import Walkers
from schemas.messages import Truth

#: Actors are put on the stage so long before they appear.
AHEAD_US: Final = 2 * SECOND_US


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A run of the city.

    Attributes:
        start_us: its first second, microseconds since the Unix epoch; a whole second.
        seconds: how many.
        gap_s: mean time between two events before a camera.
    """

    start_us: int
    seconds: int
    gap_s: float

    @property
    def until_us(self) -> int:
        """Its end."""
        return self.start_us + self.seconds * SECOND_US


class Shard:
    """Some sites of a city in a run.

    Args:
        city: the city.
        sites: numbers of the sites.
        plan: the run.
        noise: what the detector does to the truth.
        writer: makes messages of a second's arrays: CameraDatums, or CameraMessages for who wants to read them.
    """

    def __init__(
        self,
        city: City,
        sites: Sequence[int],
        plan: RunPlan,
        noise: NoiseModel,
        writer: type[CameraDatums] | type[CameraMessages] = CameraMessages,
    ) -> None:
        chosen = set(sites)
        self._city = city
        self._plan = plan
        self._cameras = [camera for camera in city.cameras if camera.site in chosen]
        self._place = {camera.number: place for place, camera in enumerate(self._cameras)}
        around = neighbours(city, chosen)
        self._staged = [camera for camera in city.cameras if camera.site in around]
        self._nodes = sorted(site.node for site in city.sites if site.number in chosen and site.node in city.programmes)
        self._crossings = [city.crossings[c.number] for c in self._cameras if c.number in city.crossings]
        by_site: dict[int, list[CityCamera]] = {}
        for camera in self._cameras:
            by_site.setdefault(camera.site, []).append(camera)
        self._by_site: Mapping[int, Sequence[CityCamera]] = by_site
        self._site_sights: dict[int, Sight] = {}
        self._directors = [Director(city, camera, plan.start_us, plan.until_us, plan.gap_s) for camera in self._staged]
        self._walkers = [
            (RailTraffic if camera.number in city.crossings else Walkers)(city, camera, plan.start_us)
            for camera in self._staged
        ]
        self._due_us = np.full(len(self._staged), plan.start_us, np.int64)
        self._cast = Cast()
        self._truths: list[tuple[int, int, Truth]] = []
        self._waiting = WaitingScenes(city)
        self._order = count()
        self._next = 0
        self._seconds: CameraSeconds | None = None
        self._messages: CameraDatums | CameraMessages | None = None
        if self._cameras:
            self._seconds = CameraSeconds(self._cameras, city.seed, plan.start_us, NoiseTables.of(noise))
            version = noise.detector.model_version
            self._messages = writer(city, self._cameras, self._seconds.layout, version)
        self._motions = NOTHING
        self._moved = NOTHING

    @property
    def cameras(self) -> Sequence[CityCamera]:
        """Its cameras."""
        return self._cameras

    @property
    def moved(self) -> Motions:
        """What moved before its cameras in the second made last and the next: their seconds begin within the city's."""
        return self._moved

    def registry(self) -> Iterator[CityMessage]:
        """Yield the registry entries of its cameras."""
        for camera in self._cameras:
            at_us = self._plan.start_us
            yield CityMessage("cameras", camera.camera_id, at_us, replace(camera.entry, updated_at_us=at_us))

    def second(self, traffic: Motions) -> Iterator[CityMessage]:
        """Yield the messages of the next second.

        Args:
            traffic: what drives in the second after it; the first call needs `begin` before it.
        """
        number = self._next
        self._next += 1
        at_us = self._plan.start_us + number * SECOND_US
        if self._seconds is None or self._messages is None:
            return
        following = self._moving(traffic, at_us + SECOND_US)
        self._moved = both = joined([self._motions, following])
        self._motions = following
        yield from self._told(at_us // SECOND_US, first=number == 0)
        yield from self._messages.messages(self._seconds.second(number, both))
        last = number + 1 == self._plan.seconds
        while self._truths and (last or self._truths[0][0] < at_us + SECOND_US):
            ended_us, _, truth = heappop(self._truths)
            yield CityMessage("truth", truth.truth_id, ended_us, truth)

    def begin(self, traffic: Motions) -> None:
        """Take in what drives in the first second."""
        self._motions = self._moving(traffic, self._plan.start_us)

    def _moving(self, traffic: Motions, from_us: int) -> Motions:
        """Return all that moves before its cameras in a second."""
        if self._seconds is None:
            return NOTHING
        horizon_us = from_us + AHEAD_US
        for n in np.nonzero(self._due_us < horizon_us)[0].tolist():
            camera, director, walkers = self._staged[n], self._directors[n], self._walkers[n]
            self._cast.add(walkers.before(horizon_us))
            for number, staged, actors in director.staged_before(horizon_us):
                if not self._waiting.take(camera, number, staged, actors):
                    self._enter(camera, number, staged, actors)
            self._due_us[n] = min(director.next_us, walkers.next_us)
        for camera, number, staged, actors in self._waiting.before(horizon_us, traffic):
            self._enter(camera, number, staged, actors)
        own = self._cast.window(from_us, from_us + SECOND_US)
        return self._seconds.sight.relevant(joined([traffic, own]))

    def _enter(self, camera: CityCamera, number: int, staged: Staged, actors: Sequence[Actor]) -> None:
        """Put a scene on the stage, and tell its truth when it has ended."""
        assert self._seconds is not None
        self._cast.add(actors)
        if camera.site not in self._by_site:
            return
        of_site, sight = self._by_site[camera.site], self._sight_of(camera.site)
        for part, one in enumerate((staged, *staged.also)):
            name = f"{number:05d}" + (f".{part}" if part else "")
            truth = truth_of(self._city, camera, of_site, sight, name, one, actors)
            heappush(self._truths, (one.ended_us, next(self._order), truth))
        if staged.change is not None:
            place = self._place[camera.number]
            self._seconds.changes.add(place, staged.change, staged.started_us, staged.ended_us)

    def _sight_of(self, site: int) -> Sight:
        found = self._site_sights.get(site)
        if found is None:
            found = self._site_sights[site] = Sight(self._by_site[site])
        return found

    def _told(self, at_s: int, *, first: bool) -> Iterator[CityMessage]:
        for node in self._nodes:
            name = junction_id(node)
            for phase in told(name, self._city.programmes[node], at_s, first=first):
                yield CityMessage("signal-phases", name, phase.observed_at_us, phase)
        for crossing in self._crossings:
            for phase in told(crossing.crossing_id, crossing, at_s, first=first):
                yield CityMessage("signal-phases", phase.junction_id, phase.observed_at_us, phase)


def neighbours(city: City, sites: Collection[int]) -> set[int]:
    """Return the sites at the other ends of the streets that lead to some sites, and these themselves.

    A street's two directions belong to the sites at its two ends: cameras of either see what is staged at the other.
    """
    streets = city.streets
    site_at = {site.node: site.number for site in city.sites}
    ends = {int(streets.edge_from[edge]) for number in sites for edge in city.sites[number].edges}
    return set(sites) | {site_at[node] for node in ends if node in site_at}


def shares_of(city: City, processes: int) -> Sequence[Sequence[int]]:
    """Return the sites of each of so many processes: none is split, cameras are spread evenly, neighbours together."""
    weights = np.bincount([camera.site for camera in city.cameras], minlength=len(city.sites))
    order = sorted(range(len(city.sites)), key=lambda number: city.sites[number].node)
    before = np.concatenate([[0], np.cumsum(weights[order])])[:-1]
    shares: list[list[int]] = [[] for _ in range(processes)]
    for number, cameras_before in zip(order, before.tolist(), strict=True):
        shares[cameras_before * processes // len(city.cameras)].append(number)
    return [sorted(share) for share in shares]
