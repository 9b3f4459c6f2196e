"""Exculpation: A ground that may excuse the finding, and what came of checking it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exculpation:
    """A ground that may excuse the finding, and what came of checking it.

    Attributes:
        ground: The ground, e.g. emergency_vehicle.
        outcome: cleared, flagged, or unknown.
        reason: In words.
    """

    ground: str
    outcome: str
    reason: str
