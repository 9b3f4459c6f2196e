"""What cameras film in this exercise: the shipped clips, played from their start, one group a second."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from infra.demo import footage
from producers.frames_writer import frames_of
from producers.grouping import Group, Grouper, GroupLimits
from producers.settings import ProducerSettings
from producers.source import Address, Source
from schemas.messages import ClockSource, DecodeStatus, Detections, Frames

#: By camera, in turn. In road each second has a keyframe, in queue every second or third, in plaza one of 25: some of
#: its windows lie further from their keyframe than the sink looks back, and its stills cost seconds of decoding.
CLIPS: Final = ("road.mp4", "queue.mp4", "plaza.mp4", "road.mp4", "queue.mp4", "road.mp4")
#: The finding's vehicle and somebody who stands by: x1, y1, x2, y2 as shares of the picture's width and height.
SUBJECT: Final = (0.31, 0.33, 0.50, 0.54)
BYSTANDER: Final = (0.69, 0.25, 0.78, 0.58)
#: COCO-80 classes of the two.
CAR, PERSON = 2, 0


@cache
def clip_groups(name: str) -> Sequence[Group]:
    """Return the groups of a shipped clip, as the producer makes them."""
    path = Path(str(footage.__file__)).with_name(name).resolve()
    out: list[Group] = []
    with Source(Address(path.as_uri(), None, declared_start=True), ProducerSettings("", "")) as source:
        grouper = Grouper(source.format, GroupLimits())
        for packet in source.packets():
            out += [g for g in grouper.add(packet._replace(data=bytes(packet.data))) if isinstance(g, Group)]
        out += grouper.flush()
    return out


def film(camera_id: str, clip: str, epoch_us: int, seconds: int) -> list[Frames]:
    """Return a camera's frames messages.

    Args:
        camera_id: the camera.
        clip: one of CLIPS.
        epoch_us: when it begins, microseconds since the Unix epoch.
        seconds: how many groups, at most; a clip may have fewer.
    """
    out = []
    at_us = epoch_us
    for group in clip_groups(clip)[:seconds]:
        out.append(frames_of(camera_id, epoch_us, at_us, ClockSource.FILE, group))
        at_us += group.duration_us
    return out


def box(frames: Frames, share: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return a box in whole pixels of a camera's picture."""
    w, h = frames.width_px, frames.height_px
    return (
        float(round(share[0] * w)),
        float(round(share[1] * h)),
        float(round(share[2] * w)),
        float(round(share[3] * h)),
    )


def detections_of(frames: Frames, partition: int, offset: int, created_at_ms: int) -> Detections:
    """Return what a detector would have found: the vehicle and the bystander in two sampled frames."""
    boxes = (box(frames, SUBJECT), box(frames, BYSTANDER)) * 2
    return Detections(
        camera_id=frames.camera_id,
        epoch_us=frames.epoch_us,
        sequence=frames.sequence,
        captured_at_us=frames.captured_at_us,
        duration_us=frames.duration_us,
        clock_source=frames.clock_source,
        frames_partition=partition,
        frames_offset=offset,
        frames_created_at_ms=created_at_ms,
        registry_version=1,
        model_name="exercise",
        model_version="exercise/1",
        width_px=frames.width_px,
        height_px=frames.height_px,
        decode_status=DecodeStatus.DECODED,
        packets=len(frames.packets),
        frames_decoded=2,
        sample_at_us=[frames.captured_at_us, frames.captured_at_us + frames.duration_us // 2],
        sample_packet=[0, len(frames.packets) // 2],
        box_sample=[0, 0, 1, 1],
        box_x1_px=[b[0] for b in boxes],
        box_y1_px=[b[1] for b in boxes],
        box_x2_px=[b[2] for b in boxes],
        box_y2_px=[b[3] for b in boxes],
        box_score=[0.9, 0.8, 0.9, 0.8],
        box_class=[CAR, PERSON, CAR, PERSON],
        plates=[],
        scene=None,
        signals_known=False,
        signals=[],
    )
