"""Camera: One version of a camera's registry entry. Kept for ever: a fine needs the version it was made with."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.analysis import Analysis
from schemas.messages.calibration import Calibration
from schemas.messages.owner import Owner
from schemas.messages.rule_setting import RuleSetting
from schemas.messages.zone import Zone


@dataclass(frozen=True, slots=True)
class Camera:
    """One version of a camera's registry entry. Kept for ever: a fine needs the version it was made with.

    Attributes:
        camera_id: Identifier of the camera.
        version: Version of this entry, from 1, contiguous per camera.
        name: Name for people.
        site_id: The site (junction, yard, square) it stands at.
        district: District of the city.
        owner: Who runs it.
        latitude_deg: WGS 84 latitude, degrees.
        longitude_deg: WGS 84 longitude, degrees.
        height_m: Height of the lens above ground, metres.
        heading_deg: Direction of view, degrees clockwise from north.
        source_uri: Where the stream is read (rtsp, http, https or file), never with credentials.
        source_start_us: Declared start of a file source, microseconds since the Unix epoch; null for live
            sources.
        enabled: False takes the camera out of service.
        width_px: Image width that zones and regions are drawn in, pixels.
        height_px: Image height that zones and regions are drawn in, pixels.
        calibration: Ground-plane calibration; null: positions and speeds are unknown.
        zones: Regions of the view.
        speed_limit_kmh: Speed limit in view, km/h; a zone's own limit goes before it.
        junction_id: Signal-controlled junction in view.
        capabilities: What the camera may be used for: incidents, speed, plates, ...
        analysis: How densely it is analysed.
        rules: Rules and their parameters.
        updated_at_us: When this version was made, microseconds since the Unix epoch.
    """

    camera_id: str
    version: int
    name: str
    site_id: str
    district: str
    owner: Owner
    latitude_deg: float
    longitude_deg: float
    height_m: float | None
    heading_deg: float | None
    source_uri: str
    source_start_us: int | None
    enabled: bool
    width_px: int
    height_px: int
    calibration: Calibration | None
    zones: Sequence[Zone]
    speed_limit_kmh: float | None
    junction_id: str | None
    capabilities: Sequence[str]
    analysis: Analysis
    rules: Sequence[RuleSetting]
    updated_at_us: int
