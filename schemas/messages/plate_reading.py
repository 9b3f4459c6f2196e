"""PlateReading: A track's voted plate, for rules that join cameras. The plate travels encrypted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlateReading:
    """A track's voted plate, for rules that join cameras. The plate travels encrypted.

    Attributes:
        vehicle_key: HMAC-SHA-256 of the plate under the period's key, hex.
        key_period: Retention period whose key was used.
        plate_encrypted: Plate under AES-GCM: 12-byte nonce, ciphertext, tag.
        camera_id: Identifier of the camera.
        epoch_us: The connection, microseconds since the Unix epoch.
        track_id: The track.
        seen_at_us: Time of the best reading, microseconds since the Unix epoch.
        x_m: Ground position x, metres.
        y_m: Ground position y, metres.
        probability_ratio: Probability of the voted text, 0 to 1.
        candidates_encrypted: Ranked candidates under AES-GCM.
        tracks_partition: Partition of the tracks message.
        tracks_offset: Offset of the tracks message.
    """

    vehicle_key: str
    key_period: str
    plate_encrypted: bytes
    camera_id: str
    epoch_us: int
    track_id: str
    seen_at_us: int
    x_m: float | None
    y_m: float | None
    probability_ratio: float
    candidates_encrypted: bytes
    tracks_partition: int
    tracks_offset: int
