"""CityCamera: a camera of the test city: its true view, what the survey got wrong, and the areas it watches."""

from collections.abc import Mapping
from dataclasses import dataclass

from producers.simulator.lens import SurveyError, View
from producers.simulator.outlook import Area, Outlook
from schemas.messages import Camera


@dataclass(frozen=True, slots=True)
class CityCamera:
    """One camera.

    Attributes:
        number: its place among the city's cameras, from 0.
        site: its site's place among the city's sites.
        outlook: what it looks at.
        edge: the street it stands at.
        view: where it stands and how it sees, truly.
        error: what its survey got wrong.
        areas: what it watches, by zone name.
        zoom: resolution of the detector's views against that of the whole picture as one.
        entry: its registry entry, with the survey's calibration.
    """

    number: int
    site: int
    outlook: Outlook
    edge: int
    view: View
    error: SurveyError
    areas: Mapping[str, Area]
    zoom: float
    entry: Camera

    @property
    def camera_id(self) -> str:
        """Identifier of the camera."""
        return self.entry.camera_id

    @property
    def fps(self) -> float:
        """Frames analysed a second."""
        return self.entry.analysis.active_fps
