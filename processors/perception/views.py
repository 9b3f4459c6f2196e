"""The views of a picture that are inferred: the whole, and the registry's regions of interest. Pure."""

from collections.abc import Sequence

from processors.perception.letterbox import View
from schemas.messages import Camera

#: A region smaller than this shows nothing that the whole view lacks.
LEAST_SIDE_PX = 16


def views_of(camera: Camera | None, width_px: int, height_px: int) -> Sequence[View]:
    """Return the whole view and the camera's regions, scaled from the size they were drawn in to the picture's.

    Regions are cut at the picture's edge and rounded to even pixels; what is left smaller than 16 pixels is dropped.
    """
    out = [View(0, 0, width_px, height_px, whole=True)]
    if camera is None or camera.width_px <= 0 or camera.height_px <= 0:
        return out
    scale_x, scale_y = width_px / camera.width_px, height_px / camera.height_px
    for region in camera.analysis.regions:
        left = max(0, int(region.x_px * scale_x)) // 2 * 2
        top = max(0, int(region.y_px * scale_y)) // 2 * 2
        right = min(width_px, round((region.x_px + region.width_px) * scale_x)) // 2 * 2
        bottom = min(height_px, round((region.y_px + region.height_px) * scale_y)) // 2 * 2
        if right - left >= LEAST_SIDE_PX and bottom - top >= LEAST_SIDE_PX:
            out.append(View(left, top, right - left, bottom - top, whole=False))
    return out
