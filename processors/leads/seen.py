"""Seen: one sighting as the stage keeps it while another may follow."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from processors.leads.settings import LeadsSettings
from processors.rules.sight import Sight
from schemas.messages import Evidence, Sighting


class Seen(NamedTuple):
    """One sighting.

    Attributes:
        camera_id: the camera.
        epoch_us: its connection.
        track_id: the track.
        at_us: when, microseconds since the Unix epoch.
        error_s: how far that time may be off, seconds.
        latitude_deg, longitude_deg: where the camera is, WGS 84, degrees.
        vehicle_class: COCO-80 class id.
        sight: where the picture is.
    """

    camera_id: str
    epoch_us: int
    track_id: str
    at_us: int
    error_s: float
    latitude_deg: float
    longitude_deg: float
    vehicle_class: int
    sight: Sight

    @classmethod
    def of(cls, sighting: Sighting, settings: LeadsSettings) -> "Seen":
        """Return what is kept of a sighting."""
        e = sighting.evidence
        picture = Sight(
            e.epoch_us, e.sequence, e.frames_partition, e.frames_offset, e.at_us, list(e.track_ids),
            list(e.boxes_xyxy_px),
        )  # fmt: skip
        return cls(
            sighting.camera_id,
            sighting.epoch_us,
            sighting.track_id,
            sighting.seen_at_us,
            settings.clock_error_s(sighting.clock_source),
            sighting.latitude_deg,
            sighting.longitude_deg,
            sighting.vehicle_class,
            picture,
        )

    @property
    def identity(self) -> tuple[str, int, str]:
        """What tells a sighting from every other."""
        return self.camera_id, self.epoch_us, self.track_id

    def evidence(self, role: str) -> Evidence:
        """Return where its picture is."""
        return self.sight.evidence(role, self.camera_id)

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [*self[:-1], self.sight.pack()]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Seen":
        """Return a sighting from plain data, as JSON gives it."""
        camera_id, epoch_us, track_id, at_us, error_s, latitude_deg, longitude_deg, vehicle_class, sight = plain
        return cls(
            camera_id, epoch_us, track_id, at_us, error_s, latitude_deg, longitude_deg, vehicle_class, Sight(*sight)
        )
