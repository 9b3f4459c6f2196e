"""Which frames of a group are sampled, and whether the scene counts as active. Pure.

A decision rests on the state and the group alone, so it is the same however groups are batched. Within one group all
samples are chosen before any is looked at; what they show counts from the next group on.

Signs of motion, cheapest first: non-key packets that are larger than they were (an encoder spends bits on change); the
share of the picture that changed between two samples; boxes that lie where none of their kind lay in the last sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from processors.perception.frame_times import FrameTimes
from processors.perception.settings import PerceptionSettings
from processors.perception.state import CameraState, SeenBox
from schemas.messages import Analysis, Frames

#: Analysis of a camera that the registry does not know.
UNREGISTERED: Final = Analysis(enforcement=False, idle_fps=0.0, active_fps=4.0, score_floor_ratio=0.3, regions=())
#: The running mean of packet sizes follows a fall within a few groups and a rise within about a minute, so that a scene
#: that wakes up stands out and one that stays busy becomes the new normal.
FALL_SHARE: Final = 0.25
RISE_SHARE: Final = 1 / 64
#: Sizes below this are headers and skipped blocks: twice as many of them are no motion.
LEAST_PACKET_BYTES: Final = 150.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with one group.

    Attributes:
        active: the scene counted as active.
        surge: its packet sizes are a sign of motion.
        samples: indices of the packets to sample, in decoding order, sorted by presentation.
    """

    active: bool
    surge: bool
    samples: Sequence[int]


def mean_packet_bytes(frames: Frames) -> float | None:
    """Return the mean size of a group's non-key packets, bytes; None: it has none (MJPEG, or keyframes alone)."""
    sizes = [len(packet.data) for packet in frames.packets if not packet.is_keyframe]
    return sum(sizes) / len(sizes) if sizes else None


def plan(
    frames: Frames,
    times: FrameTimes,
    decodable: Sequence[bool],
    state: CameraState,
    analysis: Analysis,
    settings: PerceptionSettings,
) -> Plan:
    """Choose the frames to sample.

    Args:
        frames: the group.
        times: its presentation times.
        decodable: for each packet whether its GOP can be decoded.
        state: of the camera, after the group before.
        analysis: the camera's rates.
        settings: thresholds.
    """
    mean = mean_packet_bytes(frames)
    surge = (
        mean is not None
        and state.packet_bytes > 0
        and mean > settings.size_surge_ratio * max(state.packet_bytes, LEAST_PACKET_BYTES)
    )
    active = analysis.enforcement or surge or frames.captured_at_us < state.active_until_us
    fps = analysis.active_fps if active else analysis.idle_fps
    last_us = state.sampled_at_us
    samples: list[int] = []
    for index in times.order:
        if not decodable[index] or len(samples) >= settings.most_samples:
            continue
        at_us = times.at_us[index]
        if fps > 0:
            due = last_us < 0 or slot(at_us, frames.epoch_us, fps) > slot(last_us, frames.epoch_us, fps)
        else:
            due = frames.packets[index].is_keyframe and (last_us < 0 or at_us - last_us >= settings.idle_gap_ms * 1000)
        if due and at_us > last_us:
            samples.append(index)
            last_us = at_us
    return Plan(active, surge, samples)


def slot(at_us: int, epoch_us: int, fps: float) -> int:
    """Return the number of the grid interval that an instant lies in; the grid begins with the epoch.

    The first frame of each interval is sampled, so samples are at most 1/fps apart plus a frame, whatever the stream's
    own rate and wherever groups begin.
    """
    return (at_us - epoch_us) * round(fps * 1000) // 1_000_000_000


def after_sizes(state: CameraState, frames: Frames) -> CameraState:
    """Return the state with the running mean of packet sizes moved by one group."""
    mean = mean_packet_bytes(frames)
    if mean is None:
        return state
    before = state.packet_bytes
    share = 1.0 if before == 0 else FALL_SHARE if mean < before else RISE_SHARE
    return replace(state, packet_bytes=before + share * (mean - before))


def moved(now: Sequence[SeenBox], before: Sequence[SeenBox], iou_ratio: float) -> bool:
    """Return whether a box lies where none of its kind lay: something came or went on."""
    return any(all(box.kind != old.kind or iou(box.xyxy_px, old.xyxy_px) < iou_ratio for old in before) for box in now)


def iou(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Return the intersection over union of two boxes (xyxy), 0 to 1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    inter = width * height
    return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter)
