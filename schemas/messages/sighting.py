"""Sighting: A motor vehicle whose plate one camera read with confidence, once a track."""

from dataclasses import dataclass

from schemas.messages.clock_source import ClockSource
from schemas.messages.evidence import Evidence
from schemas.messages.owner import Owner


@dataclass(frozen=True, slots=True)
class Sighting:
    """A motor vehicle whose plate one camera read with confidence, once a track. Persons have none.

    Attributes:
        vehicle_key: HMAC-SHA-256 of the plate under the period's key, hex.
        key_period: Retention period whose key was used.
        plate_encrypted: Plate under AES-GCM: 12-byte nonce, ciphertext, tag.
        camera_id: Identifier of the camera.
        site_id: Site of the camera.
        district: District of the camera.
        owner: Who runs the camera.
        latitude_deg: WGS 84 latitude of the camera, degrees.
        longitude_deg: WGS 84 longitude of the camera, degrees.
        epoch_us: The connection, microseconds since the Unix epoch.
        track_id: The vehicle's track.
        vehicle_class: COCO-80 class id.
        seen_at_us: When the picture was taken, microseconds since the Unix epoch.
        clock_source: Where the capture times came from.
        evidence: Where the picture is.
        registry_version: Version of the camera's registry entry used.
        model_version: Version and content hash of the detection model.
        frames_created_at_ms: Kafka CreateTime of the frames message that led to this, milliseconds since the
            Unix epoch.
        tracks_partition: Partition of the tracks message that led to this.
        tracks_offset: Offset of the tracks message that led to this.
    """

    vehicle_key: str
    key_period: str
    plate_encrypted: bytes
    camera_id: str
    site_id: str
    district: str
    owner: Owner
    latitude_deg: float
    longitude_deg: float
    epoch_us: int
    track_id: str
    vehicle_class: int
    seen_at_us: int
    clock_source: ClockSource
    evidence: Evidence
    registry_version: int
    model_version: str
    frames_created_at_ms: int
    tracks_partition: int
    tracks_offset: int
