"""A run of the test city through the stages' own cores, in this process: no Kafka, no ClickHouse.

It is as exact as the stages are (the same cores in the same order on the same messages) and fast; it leaves out the
stack: codec, topics, restarts, the sink. `vigil evaluate` runs the real processes; this is for tests and for tuning.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from infra.evaluation.messages import Gathering
from infra.evaluation.observations import Observations
from processors.incidents.core import IncidentsCore
from processors.passages.core import PassagesCore
from processors.sections.core import SectionsCore
from processors.stage_core import KeyBatch, Record
from processors.tracking.core import TrackingCore
from processors.violations.core import ViolationsCore
from processors.violations.exempt_vehicles import ExemptVehicles
from producers.simulator.city import City
from producers.simulator.city_message import CityMessage
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.plates import exempt_vehicles_csv
from producers.simulator.shard import RunPlan, Shard
from producers.simulator.traffic.conveyor import Conveyor
from schemas.messages import Camera

#: Hears topic, offset and message.
Listen = Callable[[str, int, Any], None]
#: Seconds that go through the cores at once.
BATCH_S: Final = 30


@dataclass(slots=True)
class Entries:
    """The registry, as the cores see it."""

    latest_of: dict[str, Camera] = field(default_factory=dict)

    def add(self, entry: Camera) -> None:
        """Take an entry; the city has one version of each camera."""
        self.latest_of[entry.camera_id] = entry

    def latest(self, camera_id: str) -> Camera | None:
        """Return a camera's entry, or None."""
        return self.latest_of.get(camera_id)

    def version(self, camera_id: str, version: int) -> Camera | None:
        """Return a version of a camera's entry, or None."""
        entry = self.latest_of.get(camera_id)
        return entry if entry is not None and entry.version == version else None


class Chain:
    """Tracking, incidents, violations, passages and sections, one after the other, with their states by camera.

    Args:
        listen: hears every message with its topic and its offset there; each topic has one partition, 0.
    """

    def __init__(self, listen: Listen | None = None) -> None:
        self._listen = listen
        self.entries = Entries()
        self.gathering = Gathering()
        self._tracking = TrackingCore()
        exempt = ExemptVehicles.from_csv(exempt_vehicles_csv())
        self._rules: Sequence[Any] = (IncidentsCore(), ViolationsCore(exempt=exempt))
        self._passages = PassagesCore()
        self._sections = SectionsCore(exempt=exempt)
        self._states: dict[tuple[str, str], Any] = {}
        self._waiting: list[CityMessage] = []
        self._offsets: dict[str, int] = {}

    def take(self, message: CityMessage) -> None:
        """Take a message of the city."""
        if message.topic == "detections":
            self._waiting.append(message)
            return
        self._record(message.topic, message.message, message.at_us)
        if message.topic == "cameras":
            self.entries.add(message.message)
        else:
            self.gathering.take(message.message)

    async def advance(self) -> None:
        """Let what waits go through the cores."""
        detections: dict[str, list[Record[Any]]] = {}
        for message in self._waiting:
            record = self._record(message.topic, message.message, message.at_us)
            detections.setdefault(message.key, []).append(record)
        self._waiting.clear()
        tracks: dict[str, list[Record[Any]]] = {}
        for key, one in await self._stage(self._tracking, detections):
            self.gathering.take(one)
            tracks.setdefault(key, []).append(self._record("tracks", one, one.captured_at_us))
        ends = {
            record.offset: record.message.captured_at_us + record.message.duration_us
            for own in tracks.values()
            for record in own
        }
        for core in self._rules:
            for _, one in await self._stage(core, tracks):
                self._record(core.name, one, 1000 * one.frames_created_at_ms)
                self.gathering.take(one, ends.get(one.tracks_offset, 0))
        passages: dict[str, list[Record[Any]]] = {}
        for _, one in await self._stage(self._passages, tracks):
            passages.setdefault(one.section_id, []).append(
                self._record("passages", one, 1000 * one.frames_created_at_ms)
            )
        for _, one in await self._stage(self._sections, passages):
            self._record("violations", one, 1000 * one.frames_created_at_ms)
            self.gathering.take(one, ends.get(one.tracks_offset, 0))

    async def _stage(self, core: Any, records: Mapping[str, Sequence[Record[Any]]]) -> list[tuple[str, Any]]:
        """Return a stage's outputs with the key of what led to them."""
        batch = []
        for key, own in sorted(records.items()):
            state = self._states.get((core.name, key))
            batch.append(KeyBatch(key, core.initial(key) if state is None else state, own))
        out = []
        for work, result in zip(batch, await core.advance(batch, self.entries), strict=True):
            if result.refusals:
                raise ValueError(f"{core.name} refused a message of {work.key}: {result.refusals[0].error}")
            self._states[core.name, work.key] = result.state
            out += [(work.key, output.message) for output in result.outputs]
        return out

    def _record(self, topic: str, message: Any, at_us: int) -> Record[Any]:
        offset = self._offsets[topic] = self._offsets.get(topic, -1) + 1
        if self._listen is not None:
            self._listen(topic, offset, message)
        return Record(message, 0, offset, at_us // 1000)


def observe(
    registry: Iterable[CityMessage],
    seconds: Iterable[Iterable[CityMessage]],
    say: Callable[[int], None] | None = None,
    listen: Listen | None = None,
) -> Observations:
    """Return what the product finds in a city.

    Args:
        registry: the cameras' entries.
        seconds: the city's messages, second by second.
        say: takes the number of seconds done, once a batch.
        listen: hears every message, see Chain.

    Raises:
        ValueError: a core refused a message: the city gives what the product does not take.
    """
    return asyncio.run(_observe(registry, seconds, say, listen))


def observe_city(city: City, plan: RunPlan, noise: NoiseModel, listen: Listen | None = None) -> Observations:
    """Return what the product finds in a city whose traffic is the conveyor's, in one shard.

    Args:
        city: the city.
        plan: its run.
        noise: what the detector does to the truth.
        listen: hears every message, see Chain.
    """
    shard = Shard(city, [site.number for site in city.sites], plan, noise)
    conveyor = Conveyor(city, plan.start_us)
    shard.begin(conveyor.second())
    seconds = (list(shard.second(conveyor.second())) for _ in range(plan.seconds))
    return observe(shard.registry(), seconds, listen=listen)


async def _observe(
    registry: Iterable[CityMessage],
    seconds: Iterable[Iterable[CityMessage]],
    say: Callable[[int], None] | None,
    listen: Listen | None,
) -> Observations:
    chain = Chain(listen)
    for message in registry:
        chain.take(message)
    number = 0
    for number, second in enumerate(seconds, 1):
        for message in second:
            chain.take(message)
        if number % BATCH_S == 0:
            await chain.advance()
            if say is not None:
                say(number)
    await chain.advance()
    return chain.gathering.observations()
