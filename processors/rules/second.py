"""One camera-second as rules read it: struct of arrays over its tracks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.rules.geometry import Array, Mask, points_in_polygon
from processors.rules.place import Place, ZonePlace
from schemas.messages import ClockSource, DecodeStatus, Signal, Tracks

#: COCO-80 class ids.
PERSON = 0
VEHICLES = (2, 3, 5, 7)  # car, motorcycle, bus, truck


@dataclass(frozen=True, slots=True)
class Second:
    """The tracks of one second.

    Attributes:
        tracks: the message itself.
        at_us: time of the last sampled frame, or the second's begin where none was sampled.
        sampled: True where at least one frame was looked at: without, nothing can be concluded.
        classes: int64[n], COCO-80 class ids.
        box_xyxy: float64[n, 4], each track's last box of the second, pixels of the picture.
        foot: float64[n, 2], bottom centre of that box, pixels of the registry's picture size.
        ground: float64[n, 2], metres; NaN where unknown.
        speed_kmh: float64[n]; NaN where unknown.
        speed_error_kmh: float64[n], standard uncertainty; NaN where unknown.
        heading_deg: float64[n]; NaN where unknown.
    """

    tracks: Tracks
    at_us: int
    sampled: bool
    classes: NDArray[np.int64]
    box_xyxy: Array
    foot: Array
    ground: Array
    speed_kmh: Array
    speed_error_kmh: Array
    heading_deg: Array

    @classmethod
    def of(cls, tracks: Tracks, place: Place) -> "Second":
        """Digest a message."""
        count = len(tracks.track_id)
        boxes = np.zeros((count, 4))
        if count:
            # boxes are in the order of their samples: the last one written for a track is its latest
            index = np.asarray(tracks.box_track, np.int64)
            all_boxes = np.column_stack(
                [
                    np.asarray(side, np.float64)
                    for side in (tracks.box_x1_px, tracks.box_y1_px, tracks.box_x2_px, tracks.box_y2_px)
                ]
            )
            order = np.argsort(np.asarray(tracks.box_sample, np.int64), kind="stable")
            boxes[index[order]] = all_boxes[order]
        scale = np.array(
            [place.camera.width_px / max(1, tracks.width_px), place.camera.height_px / max(1, tracks.height_px)]
        )
        foot = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]]) * scale
        return cls(
            tracks=tracks,
            at_us=int(tracks.sample_at_us[-1]) if len(tracks.sample_at_us) else tracks.captured_at_us,
            sampled=tracks.decode_status == DecodeStatus.DECODED and len(tracks.sample_at_us) > 0,
            classes=np.asarray(tracks.track_class, np.int64),
            box_xyxy=boxes,
            foot=foot,
            ground=np.column_stack([_optional(tracks.track_x_m), _optional(tracks.track_y_m)]).reshape(-1, 2),
            speed_kmh=_optional(tracks.track_speed_kmh),
            speed_error_kmh=_optional(tracks.track_speed_error_kmh),
            heading_deg=_optional(tracks.track_heading_deg),
        )

    def of_class(self, wanted: tuple[int, ...]) -> Mask:
        """Return bool[n]: which tracks are of one of the classes."""
        return np.isin(self.classes, wanted)

    def inside(self, zone: ZonePlace) -> Mask:
        """Return bool[n]: whose foot point lies in a zone."""
        return points_in_polygon(self.foot, zone.polygon)

    def held_by_signal(self) -> bool:
        """Tell whether a signal in view shows red: standing is then no offence and no incident."""
        return any(state.signal in {Signal.RED, Signal.RED_AMBER} for state in self.tracks.signals)

    @property
    def clock_trusted(self) -> bool:
        """False where capture times are arrival times only."""
        return self.tracks.clock_source != ClockSource.ARRIVAL


def _optional(values: object) -> Array:
    return np.array([np.nan if value is None else value for value in values], np.float64)  # type: ignore[attr-defined]
