"""Places: the digested registry entries that a stage works with at the moment."""

import logging

from processors.rules.place import Place
from processors.stage_core import Registry

#: Places kept; above the city's cameras, so that a worker that carries all of them digests each version once.
MOST_PLACES = 65_536

log = logging.getLogger(__name__)


class Places:
    """Keeps the place of each camera's version last asked for."""

    def __init__(self) -> None:
        self._of: dict[str, Place] = {}

    def get(self, registry: Registry, camera_id: str, version: int) -> Place | None:
        """Return a camera's place as of a registry version, or None where it is not registered.

        What cannot be used in an entry is logged once, when it is digested.
        """
        place = self._of.get(camera_id)
        if place is not None and place.camera.version == version:
            return place
        camera = registry.version(camera_id, version) if version > 0 else None
        if camera is None:
            return None
        if len(self._of) >= MOST_PLACES:
            self._of.clear()
        place = self._of[camera_id] = Place(camera)
        for problem in place.problems:
            log.warning("%s", problem)
        return place
