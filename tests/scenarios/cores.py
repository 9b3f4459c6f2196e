"""The product's stages as their cores, one after the other in this process, over the messages of the test city."""

import asyncio
from collections.abc import Sequence
from typing import Any

from infra.keys.period_key import PeriodKey
from processors.incidents.core import IncidentsCore
from processors.sightings.core import SightingsCore
from processors.stage_core import KeyBatch, Record
from processors.tracking.core import TrackingCore
from processors.violations.core import ViolationsCore
from producers.simulator.city import City
from producers.simulator.city_message import CityMessage
from schemas.messages import Camera


class CityRegistry:
    """The city's cameras as a stage sees its registry."""

    def __init__(self, city: City) -> None:
        self._entries = {camera.camera_id: camera.entry for camera in city.cameras}

    def latest(self, camera_id: str) -> Camera | None:
        """Return a camera's entry."""
        return self._entries.get(camera_id)

    def version(self, camera_id: str, version: int) -> Camera | None:
        """Return a version of a camera's entry."""
        entry = self._entries.get(camera_id)
        return entry if entry is not None and entry.version == version else None


class Seal:
    """Seals plates under one key."""

    key = PeriodKey("2026-q2", bytes(32))

    def seal(self, plate: str, track_id: str, at_us: int) -> tuple[str, str, bytes]:
        """Return the sealed plate."""
        del at_us
        return (self.key.vehicle_key(plate), self.key.period, self.key.seal(plate, track_id))


class Cores:
    """Tracking, incidents, violations and sightings of all cameras of a city.

    Attributes:
        incidents, violations, sightings: what they found so far.
        plates: true plates of the vehicles that were in view.
    """

    def __init__(self, city: City) -> None:
        self._registry = CityRegistry(city)
        self._tracking = TrackingCore()
        self._rules: tuple[Any, ...] = (IncidentsCore(), ViolationsCore(), SightingsCore(Seal()))
        ids = [camera.camera_id for camera in city.cameras]
        self._tracked = {name: self._tracking.initial(name) for name in ids}
        self._states: list[dict[str, Any]] = [{name: core.initial(name) for name in ids} for core in self._rules]
        self._number = 0
        self.incidents: list[Any] = []
        self.violations: list[Any] = []
        self.sightings: list[Any] = []
        self.plates: set[str] = set()

    def second(self, messages: Sequence[CityMessage]) -> None:
        """Take in one second of the city; a message that a core refuses is an error."""
        detections = [message for message in messages if message.topic == "detections"]
        batch = [KeyBatch(m.key, self._tracked[m.key], [Record(m.message, 0, self._number, 0)]) for m in detections]
        tracks = []
        for message, result in zip(detections, self._tracking.apply(batch, self._registry), strict=True):
            assert not result.refusals, result.refusals
            self._tracked[message.key] = result.state
            tracks.append((message.key, result.outputs[0].message))
        for message in messages:
            if message.topic == "truth-tracks":
                self.plates.update(message.message.plates)
        lists = (self.incidents, self.violations, self.sightings)
        for core, states, found in zip(self._rules, self._states, lists, strict=True):
            work: Any = [KeyBatch(key, states[key], [Record(one, 0, self._number, 0)]) for key, one in tracks]
            for (key, _), result in zip(tracks, asyncio.run(core.advance(work, self._registry)), strict=True):
                assert not result.refusals, result.refusals
                states[key] = result.state
                found += [output.message for output in result.outputs]
        self._number += 1
