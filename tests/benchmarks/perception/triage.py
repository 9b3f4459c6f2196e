"""What perception's decode policy saves against decoding and inferring every frame, and which tracks it loses.

    python -m tests.benchmarks.perception.triage

Both sides are the perception core with the demo's registry on the first half minute of each of the demo's clips,
grouped by the real producers, and both infer on one Triton of the benchmark's own. The peer differs in the cameras'
analysis alone: every frame is sampled. CPU is this process's (decoding, scaling, policy, gRPC) and Triton's with its
model instances, user and system; tracking is not in it. Starting Triton and grouping the clips are not either.

The tracks of both sides come from the tracking core with the same settings. Of the peer's confirmed tracks those count
that it saw for at least a second: that is a camera-second, and at 24 frames a second two false boxes in a row already
make a confirmed track. Such a track is found if a confirmed track of ours overlaps it, IoU 0.5 or more, in a frame that
both looked at; a track that lived wholly between two of our samples counts as lost. `triage_recall_by_half` is
stricter: one and the same track of ours must overlap it in at least half of the frames that both looked at while it
lived. The detector and the tracker are the same on both sides, so neither figure says how good they are.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from infra.evaluation.overlap import iou
from processors.perception.core import PerceptionCore
from processors.perception.detector import Detector
from processors.perception.gop_store import NoGopReader
from processors.perception.settings import PerceptionSettings
from processors.perception.signals import NoSignals
from processors.stage_core import KeyBatch, Record
from processors.tracking.core import TrackingCore
from schemas.messages import Analysis, Camera, Detections, Frames
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_least, main
from tests.benchmarks.perception.footage import demo_footage
from tests.benchmarks.perception.own_triton import OwnTriton, own_triton

#: Of each clip; the four have 37 to 75 seconds, and the peer infers all their frames.
SECONDS: Final = 30
LEAST_TRACK_US: Final = 1_000_000
LEAST_IOU: Final = 0.5
#: One interval of the sampling grid for each millisecond: more than any camera's frames.
EVERY_FRAME_PER_S: Final = 1_000.0

Box = tuple[float, float, float, float]
#: Confirmed boxes of each track of one camera, by time in microseconds.
TracksByTime = Mapping[str, Mapping[int, Box]]


@dataclass(frozen=True, slots=True)
class Side:
    """What one side took and found.

    Attributes:
        cpu_s: seconds, user and system, Triton's included.
        samples: frames inferred.
        looked_us: for each camera the times of its sampled frames.
        tracks: for each camera its tracks.
    """

    cpu_s: float
    samples: int
    looked_us: Mapping[str, frozenset[int]]
    tracks: Mapping[str, TracksByTime]


@dataclass(frozen=True, slots=True)
class Recall:
    """How many of the peer's tracks were found.

    Attributes:
        tracks: of the peer that count.
        found: of them, in at least one common frame.
        by_half: of them, in at least half of the common frames by one and the same track.
    """

    tracks: int
    found: int
    by_half: int


def run(say: Say, seconds: int = SECONDS) -> list[Figure]:
    """Return the figures.

    Args:
        say: takes lines of progress.
        seconds: of each clip, from its start.

    Raises:
        BenchmarkError: the clips or Triton are not as they must be, or the peer has no tracks.
    """
    cameras, clips = demo_footage()
    cut = {camera: groups[:seconds] for camera, groups in clips.items()}
    say(f"{sum(len(groups) for groups in cut.values())} camera-seconds of {len(cut)} clips")
    with tempfile.TemporaryDirectory() as folder, own_triton(Path(folder)) as triton:
        every = {camera: replace(entry, analysis=every_frame(entry.analysis)) for camera, entry in cameras.items()}
        ours = asyncio.run(_perceive(triton, cameras, cut, PerceptionSettings()))
        say(f"with the policy: {ours.samples} frames, {ours.cpu_s:.1f} s CPU")
        full = asyncio.run(_perceive(triton, every, cut, PerceptionSettings(most_samples=10_000)))
        say(f"every frame: {full.samples} frames, {full.cpu_s:.1f} s CPU")
    recalls = {camera: recall(full.tracks[camera], ours.tracks[camera], ours.looked_us[camera]) for camera in cut}
    for camera, one in recalls.items():
        looked = len(full.looked_us[camera]), len(ours.looked_us[camera])
        say(f"{camera}: {one.found} of {one.tracks} tracks found, {looked[1]} of {looked[0]} frames inferred")
    tracks = sum(one.tracks for one in recalls.values())
    if tracks == 0:
        raise BenchmarkError(f"with every frame of {seconds} s of each clip no track lasted a second")
    peer = f"every frame of {seconds} s of each of {len(cut)} clips, Triton's CPU included"
    found, by_half = (sum(getattr(one, name) for one in recalls.values()) / tracks for name in ("found", "by_half"))
    return [
        Figure("triage_vs_full_decode", full.cpu_s / ours.cpu_s, "ratio", at_least(8), peer),
        Figure("triage_recall", found, "ratio", at_least(0.95), f"its {tracks} tracks of at least a second"),
        Figure("triage_recall_by_half", by_half, "ratio", None, "the same, by one track in half of the common frames"),
        Figure(
            "triage_frames_ratio", full.samples / ours.samples, "ratio", None, "frames inferred, the peer's to ours"
        ),
    ]


def every_frame(analysis: Analysis) -> Analysis:
    """Return a camera's analysis with the policy off."""
    return replace(analysis, enforcement=True, idle_fps=EVERY_FRAME_PER_S, active_fps=EVERY_FRAME_PER_S)


async def _perceive(
    triton: OwnTriton,
    cameras: Mapping[str, Camera],
    clips: Mapping[str, Sequence[Frames]],
    settings: PerceptionSettings,
) -> Side:
    detector = triton.detector(settings)
    try:
        await detector.infer(np.zeros((settings.side_px, settings.side_px, 3), np.uint8))  # connects
        served, own = triton.cpu_s(), time.process_time()
        detections = await perceive(detector, cameras, clips, settings)
        cpu_s = triton.cpu_s() - served + time.process_time() - own
    finally:
        await detector.close()
    looked = {camera: frozenset(at for one in own for at in one.sample_at_us) for camera, own in detections.items()}
    tracks = {camera: _track(cameras[camera], own) for camera, own in detections.items()}
    return Side(cpu_s, sum(len(times) for times in looked.values()), looked, tracks)


async def perceive(
    detector: Detector,
    cameras: Mapping[str, Camera],
    clips: Mapping[str, Sequence[Frames]],
    settings: PerceptionSettings,
) -> Mapping[str, Sequence[Detections]]:
    """Return the core's detections, one group of each camera a batch."""
    registry = _Cameras(cameras)
    core = PerceptionCore(detector, NoGopReader(), NoSignals(), settings)
    out: dict[str, list[Detections]] = {camera: [] for camera in clips}
    try:
        states = {camera: core.initial(camera) for camera in clips}
        for number in range(max(len(groups) for groups in clips.values())):
            batch = [
                KeyBatch(camera, states[camera], [Record(groups[number], 0, number, 0)])
                for camera, groups in clips.items()
                if number < len(groups)
            ]
            for work, result in zip(batch, await core.advance(batch, registry), strict=True):
                states[work.key] = result.state
                out[work.key] += [output.message for output in result.outputs]
    finally:
        core.close()
    return out


def _track(camera: Camera, detections: Sequence[Detections]) -> TracksByTime:
    core = TrackingCore()
    records = [Record(one, 0, one.sequence, one.frames_created_at_ms) for one in detections]
    batch = [KeyBatch(camera.camera_id, core.initial(camera.camera_id), records)]
    (result,) = core.apply(batch, _Cameras({camera.camera_id: camera}))
    if result.refusals:
        raise BenchmarkError(f"tracking refused a message of {camera.camera_id}: {result.refusals[0].error}")
    out: dict[str, dict[int, Box]] = {}
    for output in result.outputs:
        one = output.message
        edges = zip(one.box_x1_px, one.box_y1_px, one.box_x2_px, one.box_y2_px, strict=True)
        for of, sample, box in zip(one.box_track, one.box_sample, edges, strict=True):
            out.setdefault(one.track_id[of], {})[one.sample_at_us[sample]] = box
    return out


def recall(peer: TracksByTime, ours: TracksByTime, looked_us: frozenset[int]) -> Recall:
    """Compare one camera's tracks.

    Args:
        peer: tracks of the side that looked at every frame.
        ours: tracks of the other.
        looked_us: times of the frames that it looked at.
    """
    tracks = found = by_half = 0
    for boxes in peer.values():
        if max(boxes) - min(boxes) < LEAST_TRACK_US:
            continue
        tracks += 1
        common = sorted(looked_us & set(boxes))
        best = max((_overlaps(boxes, own, common) for own in ours.values()), default=0)
        found += best > 0
        by_half += best > 0 and 2 * best >= len(common)
    return Recall(tracks, found, by_half)


def _overlaps(one: Mapping[int, Box], other: Mapping[int, Box], common: Sequence[int]) -> int:
    """Return in how many of the common frames two tracks overlap."""
    both = [at for at in common if at in other]
    if not both:
        return 0
    pairs = zip((one[at] for at in both), (other[at] for at in both), strict=True)
    return sum(bool(iou(np.array([a]), np.array([b]))[0, 0] >= LEAST_IOU) for a, b in pairs)


class _Cameras:
    """A registry of the cameras given, each in the one version it has."""

    def __init__(self, cameras: Mapping[str, Camera]) -> None:
        self._cameras = cameras

    def latest(self, camera_id: str) -> Camera | None:
        """Return a camera's entry."""
        return self._cameras.get(camera_id)

    def version(self, camera_id: str, version: int) -> Camera | None:
        """Return a camera's entry if it is of this version."""
        camera = self.latest(camera_id)
        return camera if camera is not None and camera.version == version else None


if __name__ == "__main__":
    main(run)
