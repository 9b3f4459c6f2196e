"""Digested registry entries, kept by camera and version."""

from processors.rules.place import Place
from processors.stage_core import Registry

#: Entries kept; a stage's share of a cell has fewer cameras.
MOST_PLACES = 8192


class Places:
    """Looks registry entries up and digests each version once."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, int], Place] = {}

    def get(self, registry: Registry, camera_id: str, version: int) -> Place | None:
        """Return a camera's place as of a version, or None where it is not registered (version 0)."""
        key = (camera_id, version)
        place = self._places.get(key)
        if place is None:
            camera = registry.version(camera_id, version) if version else None
            if camera is None:
                return None
            if len(self._places) >= MOST_PLACES:
                self._places.clear()
            place = self._places[key] = Place.of(camera)
        return place
