"""Passage: A vehicle with a read plate that crossed one end of a section of controlled average speed."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.clock_source import ClockSource
from schemas.messages.evidence import Evidence
from schemas.messages.owner import Owner
from schemas.messages.plate_candidate import PlateCandidate
from schemas.messages.section_end import SectionEnd


@dataclass(frozen=True, slots=True)
class Passage:
    """A vehicle with a read plate that crossed one end of a section of controlled average speed. Persons have none.

    Attributes:
        section_id: Number of the section of controlled average speed, as the zones' limit `section` has it.
        end: Which of its two ends this is.
        camera_id: Identifier of the camera.
        site_id: Site of the camera.
        district: District of the camera.
        owner: Who runs the camera.
        zone_id: The zone crossed.
        epoch_us: The connection, microseconds since the Unix epoch.
        track_id: The vehicle's track.
        vehicle_class: COCO-80 class id.
        crossed_at_us: When it crossed the line of the zone, microseconds since the Unix epoch.
        crossed_error_s: Standard uncertainty of that time by the track's positions alone, seconds.
        place_error_m: Standard uncertainty of where the crossing was, along the road, metres.
        speed_kmh: Speed at the crossing, km/h.
        section_length_m: Length of the section, metres.
        section_limit_kmh: Speed limit of the section, km/h.
        candidates: Readings of its plate, the best first.
        reads: Readings behind them.
        clock_source: Where the capture times came from.
        evidence: Where the picture of the crossing is.
        registry_version: Version of the camera's registry entry used.
        calibration_version: Version of the calibration used.
        calibration_method: How that calibration was obtained.
        model_version: Version and content hash of the detection model.
        frames_created_at_ms: Kafka CreateTime of the frames message that led to this, milliseconds since the
            Unix epoch.
        tracks_partition: Partition of the tracks message that led to this.
        tracks_offset: Offset of the tracks message that led to this.
    """

    section_id: str
    end: SectionEnd
    camera_id: str
    site_id: str
    district: str
    owner: Owner
    zone_id: str
    epoch_us: int
    track_id: str
    vehicle_class: int
    crossed_at_us: int
    crossed_error_s: float
    place_error_m: float
    speed_kmh: float
    section_length_m: float
    section_limit_kmh: float
    candidates: Sequence[PlateCandidate]
    reads: int
    clock_source: ClockSource
    evidence: Evidence
    registry_version: int
    calibration_version: int
    calibration_method: str
    model_version: str
    frames_created_at_ms: int
    tracks_partition: int
    tracks_offset: int
