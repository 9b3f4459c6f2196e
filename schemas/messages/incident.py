"""Incident: One step of an incident: opened, updated or closed. An officer decides what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.messages.evidence import Evidence
from schemas.messages.incident_phase import IncidentPhase
from schemas.messages.owner import Owner
from schemas.messages.severity import Severity


@dataclass(frozen=True, slots=True)
class Incident:
    """One step of an incident: opened, updated or closed. An officer decides what follows.

    Attributes:
        incident_id: Identifier, derived from kind, camera, epoch, zone and first second.
        revision: Step of this incident, from 1, contiguous.
        phase: Opened, updated or closed.
        kind: Which rule found it: crowd, stopped_vehicle, loitering, ...
        severity: How urgent.
        camera_id: Identifier of the camera.
        site_id: Site of the camera.
        district: District of the camera.
        owner: Who runs the camera.
        epoch_us: The connection, microseconds since the Unix epoch.
        zone_id: Zone it happened in.
        track_ids: Tracks involved.
        started_at_us: When the condition began, microseconds since the Unix epoch.
        opened_at_us: Event time at which the rule was sure, microseconds since the Unix epoch.
        updated_at_us: Event time of this step, microseconds since the Unix epoch.
        closed_at_us: When it ended; null while open.
        close_reason: Why it was closed: ended, gone, camera_lost, superseded.
        peak: Largest value of the rule's measure so far.
        measures: What was measured in this step, named with units.
        limits: The limits it was held against, named with units.
        summary: One sentence for people.
        evidence: Where the pictures are.
        registry_version: Version of the camera's registry entry used; 0: the camera is not registered.
        calibration_version: Version of the calibration used; 0: none.
        model_version: Version and content hash of the detection model.
        rule_version: Version of the rule.
        frames_created_at_ms: Kafka CreateTime of the frames message that led to this step, milliseconds
            since the Unix epoch.
        tracks_partition: Partition of the tracks message that led to this step.
        tracks_offset: Offset of the tracks message that led to this step.
    """

    incident_id: str
    revision: int
    phase: IncidentPhase
    kind: str
    severity: Severity
    camera_id: str
    site_id: str
    district: str
    owner: Owner
    epoch_us: int
    zone_id: str | None
    track_ids: Sequence[str]
    started_at_us: int
    opened_at_us: int
    updated_at_us: int
    closed_at_us: int | None
    close_reason: str | None
    peak: float
    measures: Mapping[str, float]
    limits: Mapping[str, float]
    summary: str
    evidence: Sequence[Evidence]
    registry_version: int
    calibration_version: int
    model_version: str
    rule_version: str
    frames_created_at_ms: int
    tracks_partition: int
    tracks_offset: int
