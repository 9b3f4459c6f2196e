"""Lead: What a city's tables, or two cameras, say against a vehicle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.messages.evidence import Evidence
from schemas.messages.lead_kind import LeadKind
from schemas.messages.owner import Owner


@dataclass(frozen=True, slots=True)
class Lead:
    """What a city's tables, or two cameras, say against a vehicle. Never a fine: an officer looks into it.

    Attributes:
        lead_id: Identifier, derived from kind, vehicle and local day: one of each.
        kind: What is said against the vehicle.
        vehicle_key: HMAC-SHA-256 of the plate under the period's key, hex.
        key_period: Retention period whose key was used.
        plate_encrypted: Plate under AES-GCM: 12-byte nonce, ciphertext, tag.
        camera_id: Identifier of the camera.
        site_id: Site of the camera.
        district: District of the camera.
        owner: Who runs the camera.
        epoch_us: The connection, microseconds since the Unix epoch.
        track_id: The vehicle's track.
        vehicle_class: COCO-80 class id.
        seen_at_us: When the vehicle was seen, microseconds since the Unix epoch.
        article: Article that may apply; null where none is the camera's.
        amount_kzt: What the law has for a first offence of this owner class, tenge; null without an article.
        owner_class: Registered class of the owner; null where the vehicle is in no table.
        known_at_us: When the table was drawn that was looked at, microseconds since the Unix epoch; null: none
            was.
        make: Registered make; empty where the vehicle is in no table.
        colour: Registered colour; likewise.
        measures: Further measurements, named with units.
        summary: One sentence for people; without the plate.
        evidence: Where the pictures are.
        registry_version: Version of the camera's registry entry used.
        model_version: Version and content hash of the detection model.
        rule_version: Version of the rule.
        frames_created_at_ms: Kafka CreateTime of the frames message that led to this, milliseconds since the
            Unix epoch.
        sightings_partition: Partition of the sighting that led to this.
        sightings_offset: Offset of the sighting that led to this.
    """

    lead_id: str
    kind: LeadKind
    vehicle_key: str
    key_period: str
    plate_encrypted: bytes
    camera_id: str
    site_id: str
    district: str
    owner: Owner
    epoch_us: int
    track_id: str
    vehicle_class: int
    seen_at_us: int
    article: str | None
    amount_kzt: int | None
    owner_class: str | None
    known_at_us: int | None
    make: str
    colour: str
    measures: Mapping[str, float]
    summary: str
    evidence: Sequence[Evidence]
    registry_version: int
    model_version: str
    rule_version: str
    frames_created_at_ms: int
    sightings_partition: int
    sightings_offset: int
