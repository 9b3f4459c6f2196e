"""A camera's registry entry as rules read it: zones as arrays, limits and parameters resolved."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from processors.rules.geometry import Array, polygon_area
from schemas.messages import Camera


@dataclass(frozen=True, slots=True)
class ZonePlace:
    """One zone.

    Attributes:
        zone_id: identifier within the camera.
        kind: roadway, lane, sidewalk, crossing, square, no_stopping, no_loitering, ...
        polygon: float64[m, 2], pixels of the registry's picture size.
        heading_deg: permitted direction of travel, degrees clockwise from +y; None: any.
        limits: the zone's own limits, named with units.
        area_m2: area on the ground; None without calibration and area_m2 limit.
    """

    zone_id: str
    kind: str
    polygon: Array
    heading_deg: float | None
    limits: Mapping[str, float]
    area_m2: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """One version of a camera's entry.

    Attributes:
        camera: the entry itself.
        zones: its zones.
        disabled: kinds of rules switched off on this camera.
        params: parameters of rules by kind, where they differ from the defaults.
    """

    camera: Camera
    zones: tuple[ZonePlace, ...]
    disabled: frozenset[str]
    params: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, camera: Camera) -> "Place":
        """Digest a registry entry."""
        zones = []
        for zone in camera.zones:
            polygon = np.asarray(zone.polygon_px, np.float64).reshape(-1, 2)
            area = zone.limits.get("area_m2")
            if area is None and camera.calibration is not None and len(polygon) >= 3:
                area = _ground_area(camera, polygon)
            zones.append(ZonePlace(zone.zone_id, zone.kind, polygon, zone.heading_deg, dict(zone.limits), area))
        return cls(
            camera,
            tuple(zones),
            frozenset(rule.kind for rule in camera.rules if not rule.enabled),
            {rule.kind: dict(rule.params) for rule in camera.rules},
        )

    def param(self, kind: str, name: str, default: float, zone: ZonePlace | None = None) -> float:
        """Return a parameter: the zone's limit goes before the camera's rule setting, that before the default."""
        if zone is not None and name in zone.limits:
            return zone.limits[name]
        return self.params.get(kind, {}).get(name, default)


def _ground_area(camera: Camera, polygon: Array) -> float | None:
    if camera.calibration is None:
        return None
    matrix = np.asarray(camera.calibration.homography, np.float64).reshape(3, 3)
    scale = np.array([camera.calibration.width_px / camera.width_px, camera.calibration.height_px / camera.height_px])
    ground = np.column_stack([polygon * scale, np.ones(len(polygon))]) @ matrix.T
    if np.any(ground[:, 2] <= 0):  # a corner lies beyond the horizon
        return None
    return polygon_area(ground[:, :2] / ground[:, 2:])
