"""What a violation rule finds: one offence of one track, measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.messages import Evidence


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured offence.

    Attributes:
        track_id: the vehicle's track.
        vehicle_class: COCO-80 class id.
        zone_id: zone it happened in.
        occurred_at_us: when it was measured, microseconds since the Unix epoch.
        started_at_us: when the condition began.
        measured: the measured quantity.
        measured_error: its standard uncertainty, same unit.
        limit: what it is held against, same unit.
        unit: unit of the three.
        confidence_factor: coverage factor k of the decision.
        excess: how far measured - k * error lies beyond the limit: what articles are chosen by.
        measures: further measurements, named with units.
        summary: one sentence for people.
        evidence: where the pictures are.
    """

    track_id: str
    vehicle_class: int
    zone_id: str | None
    occurred_at_us: int
    started_at_us: int
    measured: float
    measured_error: float
    limit: float
    unit: str
    confidence_factor: float
    excess: float
    measures: Mapping[str, float]
    summary: str
    evidence: Sequence[Evidence]
