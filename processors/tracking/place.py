"""Place: what tracking needs of a camera's registry entry, for pictures of one size, ready for the kernel."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from processors.tracking.ground import DegenerateHomographyError, oriented_homography
from schemas.messages import Camera

#: Kind of the zones whose boxes are dropped.
IGNORE: Final = "ignore"


@dataclass(frozen=True, slots=True)
class Place:
    """A camera's view.

    Attributes:
        row: float64 bytes, kernel.PLACE numbers: homography, 1 where it is usable, position error, scale error.
        calibration_version: version of the calibration used; 0: none.
        has_ground: positions can be had.
        zones: float64 bytes of each ignored zone's corners x, y, pixels of the picture.
        problems: what cannot be used, as sentences.
    """

    row: bytes
    calibration_version: int
    has_ground: bool
    zones: tuple[bytes, ...]
    problems: tuple[str, ...]


def _row(
    homography: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None, position_m: float, scale: float
) -> bytes:
    row = np.zeros(12)
    if homography is not None:
        row[:9] = homography.ravel()
        row[9:] = 1.0, position_m, scale
    return row.tobytes()


#: The place of a camera that is not registered: tracked in the picture only.
NOWHERE: Final = Place(_row(None, 0.0, 0.0), 0, False, (), ())


def place_of(camera: Camera, width_px: int, height_px: int) -> Place:
    """Return the place of a registry entry for pictures of a size; what is unusable is left out and named."""
    problems: list[str] = []
    homography = None
    position_m = scale = 0.0
    calibration = camera.calibration
    if calibration is not None:
        name = f"camera {camera.camera_id}: calibration v{calibration.version} of registry v{camera.version}"
        position_m, scale = calibration.position_error_m, calibration.scale_error_ratio
        try:
            if not (0.0 <= position_m < np.inf and 0.0 <= scale < np.inf):
                raise DegenerateHomographyError(  # noqa: TRY301  told like the matrix's own faults
                    f"position_error_m is {position_m} and scale_error_ratio {scale}; expected finite numbers from 0 on"
                )
            homography = oriented_homography(
                calibration.homography, (calibration.width_px, calibration.height_px), (width_px, height_px)
            )
        except DegenerateHomographyError as error:
            problems.append(f"{name} is not used, positions and speeds stay unknown: {error}; calibrate it again")
    zones: list[bytes] = []
    for zone in camera.zones:
        if zone.kind != IGNORE:
            continue
        corners = np.array(zone.polygon_px, dtype=np.float64)
        if corners.size < 6 or corners.size % 2 or not np.all(np.isfinite(corners)):
            problems.append(
                f"camera {camera.camera_id}: zone {zone.zone_id} of registry v{camera.version} is not used: polygon of"
                f" {corners.size} numbers; expected x and y of three corners or more, finite"
            )
            continue
        if min(camera.width_px, camera.height_px) < 1:
            problems.append(
                f"camera {camera.camera_id}: zone {zone.zone_id} of registry v{camera.version} is not used: drawn in"
                f" {camera.width_px}x{camera.height_px} px"
            )
            continue
        corners = corners.reshape(-1, 2) * (width_px / camera.width_px, height_px / camera.height_px)
        zones.append(np.ascontiguousarray(corners).tobytes())
    usable = calibration is not None and homography is not None
    return Place(
        row=_row(homography, position_m, scale),
        calibration_version=calibration.version if calibration is not None and usable else 0,
        has_ground=usable,
        zones=tuple(zones),
        problems=tuple(problems),
    )
