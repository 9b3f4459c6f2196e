"""Zone: A named region of a camera's view with what holds in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """A named region of a camera's view with what holds in it.

    Attributes:
        zone_id: Identifier, unique within the camera.
        kind: What the region is: roadway, lane, sidewalk, crossing, square, no_stopping, no_loitering,
            ignore.
        polygon_px: Corners x0, y0, x1, y1, ... in pixels of the registry's width_px x height_px.
        heading_deg: Permitted direction of travel on the ground plane, degrees clockwise from the +y axis
            of the camera's ground frame; null: any.
        limits: Limits of the rules in this zone, named with their unit, e.g. max_people, dwell_s,
            speed_limit_kmh, area_m2.
    """

    zone_id: str
    kind: str
    polygon_px: Sequence[float]
    heading_deg: float | None
    limits: Mapping[str, float]
