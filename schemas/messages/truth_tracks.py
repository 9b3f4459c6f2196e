"""TruthTracks: The true objects in the sampled frames of one camera-second; written by the test city."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TruthTracks:
    """The true objects in the sampled frames of one camera-second, seen or hidden; written by the test city.

    Attributes:
        camera_id: Identifier of the camera.
        epoch_us: The connection this second belongs to, microseconds since the Unix epoch.
        sequence: Number of the frames group within the epoch.
        captured_at_us: Capture time of the group's first packet, microseconds since the Unix epoch.
        seed: Seed of the city's run.
        sample_at_us: Capture time of each sampled frame, microseconds since the Unix epoch, ascending.
        box_sample: For each true box: index of its sampled frame.
        box_actor: For each true box: the object, the same in every camera.
        box_class: For each true box: COCO-80 class id.
        box_x1_px: For each true box: left edge within the picture, pixels.
        box_y1_px: For each true box: top edge, pixels.
        box_x2_px: For each true box: right edge, pixels.
        box_y2_px: For each true box: bottom edge, pixels.
        box_visible_ratio: For each true box: share of the whole object's box that is in the picture and
            not behind nearer objects, 0 to 1.
        box_x_m: For each true box: ground position x in the camera's ground frame, metres.
        box_y_m: For each true box: ground position y, metres.
        box_speed_kmh: For each true box: true speed, km/h.
        box_heading_deg: For each true box: direction of travel on the ground, degrees clockwise from
            the camera's +y.
        box_plate: For each true box: index into plates; -1: a vehicle without plate in view, or no
            vehicle.
        plates: Plates of the vehicles in view, invented.
    """

    camera_id: str
    epoch_us: int
    sequence: int
    captured_at_us: int
    seed: int
    sample_at_us: Sequence[int]
    box_sample: Sequence[int]
    box_actor: Sequence[int]
    box_class: Sequence[int]
    box_x1_px: Sequence[float]
    box_y1_px: Sequence[float]
    box_x2_px: Sequence[float]
    box_y2_px: Sequence[float]
    box_visible_ratio: Sequence[float]
    box_x_m: Sequence[float]
    box_y_m: Sequence[float]
    box_speed_kmh: Sequence[float]
    box_heading_deg: Sequence[float]
    box_plate: Sequence[int]
    plates: Sequence[str]
