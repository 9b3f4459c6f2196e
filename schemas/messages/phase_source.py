"""PhaseSource: Who told a signal's phase."""

from enum import StrEnum


class PhaseSource(StrEnum):
    """Who told a signal's phase: the junction's controller, or the signal head in the camera's picture."""

    CONTROLLER = "CONTROLLER"
    PICTURE = "PICTURE"
