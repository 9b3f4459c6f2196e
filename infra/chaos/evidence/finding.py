"""The exercise's findings: a vehicle that was too fast, a vehicle that stands."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from infra.chaos.evidence.film import CAR
from infra.chaos.evidence.plan import Event
from schemas.messages import Evidence, Incident, IncidentPhase, Owner, Severity, Violation

MODEL: Final = "exercise/1"


def finding(event: Event, named: Sequence[Evidence], created_at_ms: int) -> Violation | Incident:
    """Return an event's message.

    Args:
        event: from the plan.
        named: the seconds that it names.
        created_at_ms: CreateTime of the last one's frames.
    """
    make = _violation if event.revision is None else _incident
    return make(event, named, created_at_ms)


def _common(event: Event, named: Sequence[Evidence], created_at_ms: int) -> Mapping[str, Any]:
    return {
        "camera_id": named[0].camera_id,
        "site_id": "S-1",
        "district": "Almaly",
        "owner": Owner.PUBLIC,
        "epoch_us": named[0].epoch_us,
        "zone_id": None,
        "started_at_us": named[0].at_us,
        "measures": {"event": float(event.number)},
        "evidence": named,
        "registry_version": 1,
        "calibration_version": 1,
        "model_version": MODEL,
        "frames_created_at_ms": created_at_ms,
        "tracks_partition": 0,
        "tracks_offset": event.number,
    }


def _violation(event: Event, named: Sequence[Evidence], created_at_ms: int) -> Violation:
    return Violation(
        **_common(event, named, created_at_ms),
        violation_id=f"speeding-{event.number:020x}",
        kind="speeding",
        track_id=named[0].track_ids[0],
        vehicle_class=CAR,
        occurred_at_us=named[-1].at_us,
        measured=83.2,
        measured_error=1.4,
        limit=60.0,
        unit="km/h",
        confidence_factor=2.0,
        articles=[],
        exculpations=[],
        vehicle_key=named[0].track_ids[0],
        key_period=None,
        plate_encrypted=None,
        summary="83 km/h where 60 are allowed",
        rule_version="speeding/exercise",
    )


def _incident(event: Event, named: Sequence[Evidence], created_at_ms: int) -> Incident:
    assert event.revision is not None
    return Incident(
        **_common(event, named, created_at_ms),
        incident_id=f"stopped_vehicle-{event.incident:020x}",
        revision=event.revision,
        phase=IncidentPhase.OPEN if event.revision == 1 else IncidentPhase.UPDATE,
        kind="stopped_vehicle",
        severity=Severity.LOW,
        track_ids=list(named[0].track_ids),
        opened_at_us=named[0].at_us,
        updated_at_us=named[-1].at_us,
        closed_at_us=None,
        close_reason=None,
        peak=12.0,
        limits={},
        summary="A vehicle has stood for 12 s",
        rule_version="stopped_vehicle/exercise",
    )
