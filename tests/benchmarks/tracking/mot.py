"""MOT text files as detections messages, and what the tracker makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from infra.evaluation.identified import Array, Identified
from processors.stage_core import KeyBatch, Record
from processors.tracking.core import TrackingCore
from processors.tracking.state import CameraTracks
from schemas.messages import Camera, ClockSource, DecodeStatus, Detections, PlateRead, Tracks

T = TypeVar("T")
#: Boxes of each frame: float64 [n, 5], x1, y1, x2, y2, score.
Boxes = Mapping[int, Array]

EPOCH_US = 1_700_000_000_000_000
PICTURE_PX = (640, 480)


class NoRegistry:
    """A registry without cameras."""

    def latest(self, camera_id: str) -> Camera | None:
        """Return None."""
        del camera_id
        return None

    def version(self, camera_id: str, version: int) -> Camera | None:
        """Return None."""
        del camera_id, version
        return None


def read_mot(path: Path) -> Identified:
    """Read a MOT file (frame, identity, left, top, width, height, ...)."""
    rows = np.loadtxt(path, delimiter=",", usecols=range(6), ndmin=2)
    out = {}
    for frame in np.unique(rows[:, 0]).astype(int).tolist():
        own = rows[rows[:, 0] == frame]
        boxes = np.column_stack([own[:, 2], own[:, 3], own[:, 2] + own[:, 4], own[:, 3] + own[:, 5]])
        out[frame] = own[:, 1].astype(np.int64), boxes
    return out


def without_identities(read: Identified, score: float = 0.9) -> Boxes:
    """Return the boxes as a detector would give them, all with one score."""
    return {frame: np.column_stack([boxes, np.full(len(boxes), score)]) for frame, (_, boxes) in read.items()}


def subsampled(frames: Mapping[int, T], step: int, phase: int = 0) -> Mapping[int, T]:
    """Return every step-th frame, from frame phase + 1 on."""
    return {frame: value for frame, value in frames.items() if (frame - 1) % step == phase}


def message(
    camera_id: str,
    sequence: int,
    at_us: Sequence[int],
    boxes: Sequence[Array],
    *,
    epoch_us: int = EPOCH_US,
    classes: Sequence[Sequence[int]] | None = None,
    registry_version: int = 0,
    picture_px: tuple[int, int] = PICTURE_PX,
    plates: Sequence[PlateRead] = (),
) -> Detections:
    """Return a detections message of one second.

    Args:
        camera_id: the camera.
        sequence: number of the group.
        at_us: time of each sampled frame.
        boxes: for each sampled frame float64 [n, 5], x1, y1, x2, y2, score.
        epoch_us: the connection.
        classes: COCO class of each box of each frame; default: persons.
        registry_version: version of the registry entry.
        picture_px: width and height.
        plates: plate reads.
    """
    every = np.concatenate([np.zeros((0, 5)), *boxes])
    x1, y1, x2, y2, score = every.T.tolist()
    return Detections(
        camera_id=camera_id,
        epoch_us=epoch_us,
        sequence=sequence,
        captured_at_us=epoch_us + sequence * 1_000_000,
        duration_us=1_000_000,
        clock_source=ClockSource.FILE,
        frames_partition=0,
        frames_offset=sequence,
        frames_created_at_ms=epoch_us // 1000 + sequence * 1000,
        registry_version=registry_version,
        model_name="detector",
        model_version="1",
        width_px=picture_px[0],
        height_px=picture_px[1],
        decode_status=DecodeStatus.DECODED if at_us else DecodeStatus.NOT_SAMPLED,
        packets=25,
        frames_decoded=len(at_us),
        sample_at_us=list(at_us),
        sample_packet=[round((at - epoch_us) / 40_000) % 1_000_000 for at in at_us],
        box_sample=[sample for sample, own in enumerate(boxes) for _ in own],
        box_x1_px=x1,
        box_y1_px=y1,
        box_x2_px=x2,
        box_y2_px=y2,
        box_score=score,
        box_class=[c for own in classes for c in own] if classes is not None else [0] * len(every),
        plates=plates,
        scene=None,
        signals_known=False,
        signals=[],
    )


def messages(camera_id: str, frames: Boxes, fps: float = 25.0, class_id: int = 0) -> list[Detections]:
    """Return a clip's boxes, all of one COCO class, as one message a second."""
    seconds: dict[int, list[tuple[int, Array]]] = {}
    for frame, boxes in frames.items():
        at_us = round((frame - 1) * 1e6 / fps)
        seconds.setdefault(at_us // 1_000_000, []).append((EPOCH_US + at_us, boxes))
    return [
        message(
            camera_id,
            second,
            [at for at, _ in own],
            [boxes for _, boxes in own],
            classes=[[class_id] * len(boxes) for _, boxes in own],
        )
        for second, own in sorted(seconds.items())
    ]


def key_batch(key: str, state: CameraTracks, clip: Sequence[Detections]) -> KeyBatch[Detections, CameraTracks]:
    """Return a camera's messages as the harness hands them over."""
    records = [Record(one, 0, one.sequence, one.captured_at_us // 1000) for one in clip]
    return KeyBatch(key, state, records)


def track(core: TrackingCore, clip: Sequence[Detections]) -> list[Tracks]:
    """Return what the core makes of one camera's messages, all in one batch: for debugging and for the figures."""
    key = clip[0].camera_id
    (result,) = core.apply([key_batch(key, core.initial(key), clip)], NoRegistry())
    assert not result.refusals, result.refusals
    return [output.message for output in result.outputs]


def identified(tracks: Sequence[Tracks], fps: float = 25.0) -> Identified:
    """Return the boxes of tracks messages by frame, with a number for each identity."""
    numbers: dict[str, int] = {}
    gathered: dict[int, list[tuple[int, tuple[float, float, float, float]]]] = {}
    for frame, identity, box in track_boxes(tracks, fps):
        gathered.setdefault(frame, []).append((numbers.setdefault(identity, len(numbers)), box))
    return {
        frame: (np.array([number for number, _ in own]), np.array([box for _, box in own]))
        for frame, own in gathered.items()
    }


def track_boxes(
    tracks: Sequence[Tracks], fps: float = 25.0
) -> Iterator[tuple[int, str, tuple[float, float, float, float]]]:
    """Yield frame number, identity and box of every box in tracks messages."""
    for one in tracks:
        edges = zip(one.box_x1_px, one.box_y1_px, one.box_x2_px, one.box_y2_px, strict=True)
        for of, sample, box in zip(one.box_track, one.box_sample, edges, strict=True):
            frame = round((one.sample_at_us[sample] - one.epoch_us) * fps / 1e6) + 1
            yield frame, one.track_id[of], box
