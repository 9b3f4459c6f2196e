"""Violation: A proposed traffic violation. Nothing is fined unless an officer confirms it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.messages.article import Article
from schemas.messages.evidence import Evidence
from schemas.messages.exculpation import Exculpation
from schemas.messages.owner import Owner
from schemas.messages.phase_source import PhaseSource


@dataclass(frozen=True, slots=True)
class Violation:
    """A proposed traffic violation. Nothing is fined unless an officer confirms it.

    Attributes:
        violation_id: Identifier, derived from kind, camera, epoch and track.
        kind: Which rule found it: speeding, wrong_way, ...
        camera_id: Identifier of the camera.
        site_id: Site of the camera.
        district: District of the camera.
        owner: Who runs the camera.
        epoch_us: The connection, microseconds since the Unix epoch.
        zone_id: Zone it happened in.
        track_id: The vehicle's track.
        vehicle_class: COCO-80 class id.
        occurred_at_us: When it was measured, microseconds since the Unix epoch.
        started_at_us: When the condition began, microseconds since the Unix epoch.
        measured: The measured quantity.
        measured_error: Its standard uncertainty, same unit.
        limit: The limit it was held against, same unit.
        unit: Unit of the three, e.g. km/h.
        confidence_factor: Coverage factor k: measured - k * measured_error lies beyond the limit.
        measures: Further measurements, named with units.
        articles: Articles that may apply.
        exculpations: Grounds that were checked.
        vehicle_key: HMAC of the plate, or the track where it is unread.
        key_period: Retention period of the key; null where the plate is unread.
        plate_encrypted: Plate under AES-GCM; null where unread.
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
        signal_source: Who told the signal's phase that it rests on; null: it rests on none.
    """

    violation_id: str
    kind: str
    camera_id: str
    site_id: str
    district: str
    owner: Owner
    epoch_us: int
    zone_id: str | None
    track_id: str
    vehicle_class: int
    occurred_at_us: int
    started_at_us: int
    measured: float
    measured_error: float
    limit: float
    unit: str
    confidence_factor: float
    measures: Mapping[str, float]
    articles: Sequence[Article]
    exculpations: Sequence[Exculpation]
    vehicle_key: str
    key_period: str | None
    plate_encrypted: bytes | None
    summary: str
    evidence: Sequence[Evidence]
    registry_version: int
    calibration_version: int
    model_version: str
    rule_version: str
    frames_created_at_ms: int
    tracks_partition: int
    tracks_offset: int
    signal_source: PhaseSource | None = None
