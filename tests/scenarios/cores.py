"""The product's stages as their cores, one after the other in this process, over the messages of the test city."""

import asyncio
from collections.abc import Sequence
from typing import Any

from processors.incidents.core import IncidentsCore
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


class Cores:
    """Tracking, incidents and violations of all cameras of a city.

    Attributes:
        incidents, violations: what they found so far.
    """

    def __init__(self, city: City) -> None:
        self._registry = CityRegistry(city)
        self._tracking = TrackingCore()
        self._rules: tuple[Any, ...] = (IncidentsCore(), ViolationsCore())
        ids = [camera.camera_id for camera in city.cameras]
        self._tracked = {name: self._tracking.initial(name) for name in ids}
        self._states: list[dict[str, Any]] = [{name: core.initial(name) for name in ids} for core in self._rules]
        self._number = 0
        self.incidents: list[Any] = []
        self.violations: list[Any] = []

    def second(self, messages: Sequence[CityMessage]) -> None:
        """Take in one second of the city; a message that a core refuses is an error."""
        detections = [message for message in messages if message.topic == "detections"]
        batch = [KeyBatch(m.key, self._tracked[m.key], [Record(m.message, 0, self._number, 0)]) for m in detections]
        tracks = []
        for message, result in zip(detections, self._tracking.apply(batch, self._registry), strict=True):
            assert not result.refusals, result.refusals
            self._tracked[message.key] = result.state
            tracks.append((message.key, result.outputs[0].message))
        for core, states, found in zip(self._rules, self._states, (self.incidents, self.violations), strict=True):
            work: Any = [KeyBatch(key, states[key], [Record(one, 0, self._number, 0)]) for key, one in tracks]
            for (key, _), result in zip(tracks, asyncio.run(core.advance(work, self._registry)), strict=True):
                assert not result.refusals, result.refusals
                states[key] = result.state
                found += [output.message for output in result.outputs]
        self._number += 1
