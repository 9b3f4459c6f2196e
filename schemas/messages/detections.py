"""Detections: Objects detected in the sampled frames of one frames group; exactly one a frames message."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.clock_source import ClockSource
from schemas.messages.decode_status import DecodeStatus
from schemas.messages.plate_read import PlateRead
from schemas.messages.scene import Scene
from schemas.messages.signal_state import SignalState


@dataclass(frozen=True, slots=True)
class Detections:
    """Objects detected in the sampled frames of one frames group; exactly one a frames message.

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
        registry_version: Version of the camera's registry entry used; 0: the camera is not registered.
        model_name: Name of the detection model.
        model_version: Version and content hash of the detection model.
        width_px: Picture width, pixels.
        height_px: Picture height, pixels.
        decode_status: What became of the group.
        packets: Packets in the group.
        frames_decoded: Frames decoded of it.
        sample_at_us: Capture time of each sampled frame, microseconds since the Unix epoch, ascending.
        sample_packet: Index of each sampled frame's packet in the group's presentation order.
        box_sample: For each box: index of its sampled frame.
        box_x1_px: For each box: left edge, pixels of the picture.
        box_y1_px: For each box: top edge, pixels.
        box_x2_px: For each box: right edge, pixels.
        box_y2_px: For each box: bottom edge, pixels.
        box_score: For each box: score, 0 to 1.
        box_class: For each box: COCO-80 class id.
        plates: Plates read on boxes.
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
    registry_version: int
    model_name: str
    model_version: str
    width_px: int
    height_px: int
    decode_status: DecodeStatus
    packets: int
    frames_decoded: int
    sample_at_us: Sequence[int]
    sample_packet: Sequence[int]
    box_sample: Sequence[int]
    box_x1_px: Sequence[float]
    box_y1_px: Sequence[float]
    box_x2_px: Sequence[float]
    box_y2_px: Sequence[float]
    box_score: Sequence[float]
    box_class: Sequence[int]
    plates: Sequence[PlateRead]
    scene: Scene | None
    signals_known: bool
    signals: Sequence[SignalState]
