"""Detections for the tests of tracking: what each frame shows is written down, the arrays follow from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from processors.stage_core import KeyBatch, KeyResult, Record
from processors.tracking.core import TrackingCore
from processors.tracking.state import CameraTracks
from schemas.messages import Camera, ClockSource, DecodeStatus, Detections, Tracks
from tests.unit.processors.rules.street import EPOCH_US, Cameras

PERSON, CAR, BUS, TRUCK = 0, 2, 5, 7


@dataclass(frozen=True, slots=True)
class Box:
    """A detected box: centre of its lower edge and size, pixels."""

    x: float
    y: float
    width: float = 80.0
    height: float = 50.0
    score: float = 0.9
    class_id: int = CAR


Frame = Sequence[Box]


def group(sequence: int, frames: Sequence[Frame], **changes: Any) -> Detections:
    """Return the detections of second `sequence` of cam-1, its frames spread evenly over the second."""
    at = EPOCH_US + sequence * 1_000_000
    n = len(frames)
    boxes = [(s, box) for s, frame in enumerate(frames) for box in frame]
    base = Detections(
        camera_id="cam-1",
        epoch_us=EPOCH_US,
        sequence=sequence,
        captured_at_us=at,
        duration_us=1_000_000,
        clock_source=ClockSource.RTCP,
        frames_partition=1,
        frames_offset=7_000 + sequence,
        frames_created_at_ms=at // 1000,
        registry_version=0,
        model_name="m",
        model_version="m1",
        width_px=1000,
        height_px=1000,
        decode_status=DecodeStatus.DECODED if n else DecodeStatus.NOT_SAMPLED,
        packets=25,
        frames_decoded=n,
        sample_at_us=[at + s * 1_000_000 // n for s in range(n)],
        sample_packet=[s * 25 // n for s in range(n)],
        box_sample=[s for s, _ in boxes],
        box_x1_px=[b.x - b.width / 2 for _, b in boxes],
        box_y1_px=[b.y - b.height for _, b in boxes],
        box_x2_px=[b.x + b.width / 2 for _, b in boxes],
        box_y2_px=[b.y for _, b in boxes],
        box_score=[b.score for _, b in boxes],
        box_class=[b.class_id for _, b in boxes],
        plates=[],
        scene=None,
        signals_known=False,
        signals=[],
    )
    return replace(base, **changes)


def seconds(frames: Sequence[Frame], fps: int = 5) -> list[Detections]:
    """Return frames at a constant rate as whole camera-seconds from 0 on."""
    return [group(n, frames[n * fps : (n + 1) * fps]) for n in range(len(frames) // fps)]


def of_camera(camera_id: str, messages: Sequence[Detections]) -> list[Detections]:
    """Return the same messages as another camera's."""
    return [replace(message, camera_id=camera_id) for message in messages]


def run(
    messages: Mapping[str, Sequence[Detections]],
    states: Mapping[str, CameraTracks] | None = None,
    registry: Cameras | None = None,
    core: TrackingCore | None = None,
) -> dict[str, KeyResult[CameraTracks]]:
    """Apply one batch with these messages of each camera; return the results by camera."""
    core = core or TrackingCore()
    batch = [
        KeyBatch(
            key,
            (states or {}).get(key) or core.initial(key),
            [Record(m, 3, 500 + m.sequence, 0) for m in of_key],
        )
        for key, of_key in messages.items()
    ]
    results = core.apply(batch, registry or Cameras())
    return dict(zip(messages, results, strict=True))


def tracks_of(messages: Sequence[Detections], *cameras: Camera) -> list[Tracks]:
    """Return the tracks messages of cam-1 for its detections in one batch; none may be refused."""
    result = run({"cam-1": messages}, registry=Cameras(*cameras))["cam-1"]
    assert not result.refusals, result.refusals
    return [output.message for output in result.outputs]


def ids(messages: Sequence[Tracks]) -> list[list[str]]:
    """Return the tracks in each message, without camera and epoch."""
    return [[track.split("/", 2)[2] for track in message.track_id] for message in messages]
