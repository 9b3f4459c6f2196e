"""IncidentPhase: Step of an incident's life."""

from enum import StrEnum


class IncidentPhase(StrEnum):
    """Step of an incident's life."""

    OPEN = "OPEN"
    UPDATE = "UPDATE"
    CLOSE = "CLOSE"
