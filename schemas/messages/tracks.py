"""Tracks: Positions and speeds of the objects seen in one second; exactly one a detections message."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.clock_source import ClockSource
from schemas.messages.decode_status import DecodeStatus
from schemas.messages.scene import Scene
from schemas.messages.signal_state import SignalState
from schemas.messages.voted_plate import VotedPlate


@dataclass(frozen=True, slots=True)
class Tracks:
    """Positions and speeds of the objects seen in one second; exactly one a detections message.

    Attributes:
        camera_id: Identifier of the camera.
        epoch_us: The connection this second belongs to, microseconds since the Unix epoch.
        sequence: Number of the frames group within the epoch.
        captured_at_us: Capture time of the group's first packet, microseconds since the Unix epoch.
        duration_us: Length of the group, microseconds.
        clock_source: Where the capture time came from.
        frames_partition: Partition of the frames message.
        frames_offset: Offset of the frames message.
        frames_created_at_ms: Kafka CreateTime of the frames message, milliseconds since the Unix epoch:
            latency is measured from it.
        detections_partition: Partition of the detections message.
        detections_offset: Offset of the detections message.
        registry_version: Version of the camera's registry entry used; 0: the camera is not registered.
        calibration_version: Version of the calibration used; 0: none.
        model_version: Version and content hash of the detection model.
        width_px: Picture width, pixels.
        height_px: Picture height, pixels.
        decode_status: What became of the group.
        sample_at_us: Capture time of each sampled frame, microseconds since the Unix epoch, ascending.
        track_id: For each confirmed track observed in this second: camera, epoch, first frame and ordinal.
        track_class: For each track: COCO-80 class id voted so far.
        track_score: For each track: mean score of its boxes in this second, 0 to 1.
        track_first_seen_us: For each track: time of its first box, microseconds since the Unix epoch.
        track_boxes: For each track: boxes it has had so far.
        track_x_m: For each track: last ground position east of the camera's ground origin (x), metres; null
            without calibration or beyond the horizon.
        track_y_m: For each track: last ground position (y), metres; null as above.
        track_speed_kmh: For each track: speed over the regression window, km/h; null until measurable.
        track_speed_error_kmh: For each track: standard uncertainty of the speed (regression and
            calibration), km/h.
        track_heading_deg: For each track: direction of travel on the ground, degrees clockwise from +y;
            null below 2 km/h or without calibration.
        box_track: For each box: index into the track arrays.
        box_sample: For each box: index of its sampled frame.
        box_x1_px: For each box: left edge, pixels.
        box_y1_px: For each box: top edge, pixels.
        box_x2_px: For each box: right edge, pixels.
        box_y2_px: For each box: bottom edge, pixels.
        box_x_m: For each box: ground position x of its foot point, metres; NaN beyond the horizon; the
            array is empty without calibration.
        box_y_m: For each box: ground position y, metres; likewise.
        plates: Plates voted so far on tracks of this second.
        scene: Scene measurements; null when no frame was sampled.
        signals_known: False: nobody told the signals in time, neither the junction's controller nor a signal head in
            the picture.
        signals: Signal groups in force at the start of the second.
    """

    camera_id: str
    epoch_us: int
    sequence: int
    captured_at_us: int
    duration_us: int
    clock_source: ClockSource
    frames_partition: int
    frames_offset: int
    frames_created_at_ms: int
    detections_partition: int
    detections_offset: int
    registry_version: int
    calibration_version: int
    model_version: str
    width_px: int
    height_px: int
    decode_status: DecodeStatus
    sample_at_us: Sequence[int]
    track_id: Sequence[str]
    track_class: Sequence[int]
    track_score: Sequence[float]
    track_first_seen_us: Sequence[int]
    track_boxes: Sequence[int]
    track_x_m: Sequence[float | None]
    track_y_m: Sequence[float | None]
    track_speed_kmh: Sequence[float | None]
    track_speed_error_kmh: Sequence[float | None]
    track_heading_deg: Sequence[float | None]
    box_track: Sequence[int]
    box_sample: Sequence[int]
    box_x1_px: Sequence[float]
    box_y1_px: Sequence[float]
    box_x2_px: Sequence[float]
    box_y2_px: Sequence[float]
    box_x_m: Sequence[float]
    box_y_m: Sequence[float]
    plates: Sequence[VotedPlate]
    scene: Scene | None
    signals_known: bool
    signals: Sequence[SignalState]
