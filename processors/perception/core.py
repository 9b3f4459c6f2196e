"""Frames in, Detections out: exactly one for each.

The core holds live decoders and encoded groups beside its state, but only to be quick: what they would give is always
to be had from the groups themselves, read back from the GOP's first one, so results are the same without them.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from time import monotonic, perf_counter
from typing import Any

import av
import av.error
import numpy as np
from prometheus_client import CollectorRegistry

from processors.perception import decoder as decoding
from processors.perception.decoder import Decoded, GopDecoder
from processors.perception.detector import Detector, Model
from processors.perception.frame_times import FrameTimes, frame_times
from processors.perception.gop_store import GopReader, GopStore
from processors.perception.heads.head import heads_of
from processors.perception.heads.watch import follow, look_at, pictured, signals_of
from processors.perception.merge import Boxes, MergeLimits, kind_of, merge
from processors.perception.metrics import PerceptionMetrics
from processors.perception.picture import Sample, sample_of
from processors.perception.plates.plate_models import PlateModels
from processors.perception.plates.plate_reader import PlateReader
from processors.perception.policy import UNREGISTERED, Plan, after_sizes, moved, plan
from processors.perception.scene import CELL_PX, WIDTH_PX, changed_ratio, scene_of
from processors.perception.settings import PerceptionSettings
from processors.perception.signals import SignalSource
from processors.perception.state import MOST_BOXES, CameraState, GopStart, SeenBox
from processors.perception.views import views_of
from processors.stage_core import KeyBatch, KeyResult, Output, Record, Registry, ServiceUnavailableError
from schemas.city_time import day_of
from schemas.messages import Camera, DecodeStatus, Detections, Frames, PlateRead, Scene, SignalState

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a group that hangs on one keyframe.

    Attributes:
        gop: where the keyframe lies; None: there is none.
        begin, end: packets of the group, decoding order; the end is not in it.
    """

    gop: GopStart | None
    begin: int
    end: int


@dataclass(slots=True)
class Outcome:
    """What decoding a group gave.

    Attributes:
        samples: in presentation order.
        fed: packets of the group that were decoded.
        broken: why the group's last GOP cannot be decoded further; None: it can.
    """

    samples: list[Sample]
    fed: int
    broken: DecodeStatus | None


class PerceptionCore:
    """Implements StageCore.

    Args:
        detector: the model.
        gops: reads GOPs back.
        signals: where signal phases come from.
        settings: how it works.
        registry: where metrics are collected; None: nowhere.
        plate_models: find and read plates; None: no plates are read.
        clock: seconds that only go forward, for the pauses between tries while a plate model is away.
    """

    name = "perception"
    source = "frames"
    version = "1"

    def __init__(
        self,
        detector: Detector,
        gops: GopReader,
        signals: SignalSource,
        settings: PerceptionSettings,
        registry: CollectorRegistry | None = None,
        plate_models: PlateModels | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._detector = detector
        self._gops = gops
        self._signals = signals
        self._settings = settings
        self._store = GopStore(settings.gop_store_bytes)
        self._live: OrderedDict[str, GopDecoder] = OrderedDict()
        self._threads = ThreadPoolExecutor(settings.decode_threads, "decode")
        self.metrics = PerceptionMetrics(registry or CollectorRegistry())
        self._plates = PlateReader(plate_models, settings, self.metrics, self._threads, clock)

    # The stage's contract

    def stamp(self, message: Frames) -> tuple[int, int]:
        """Return (epoch_us, sequence)."""
        return message.epoch_us, message.sequence

    def needs(self, message: Frames) -> tuple[str, int] | None:
        """Frames name no registry version: the newest entry is used, and named in the detections."""
        del message
        return None

    def initial(self, key: str) -> CameraState:
        """Return the state of a camera not seen before."""
        del key
        return CameraState()

    def to_bytes(self, state: CameraState) -> bytes:
        """Serialise a state."""
        return state.to_bytes()

    def from_bytes(self, key: str, data: bytes) -> CameraState:
        """Restore a state; see CameraState.from_bytes."""
        del key
        return CameraState.from_bytes(data)

    async def advance(
        self, batch: Sequence[KeyBatch[Frames, CameraState]], registry: Registry
    ) -> Sequence[KeyResult[CameraState]]:
        """Perceive a batch: cameras side by side, each camera's groups in order."""
        model = await self._detector.model()
        if model.side_px != self._settings.side_px:
            raise ValueError(
                f"model {model.name} takes {model.side_px} px, VIGIL_PERCEPTION_SIDE_PX is {self._settings.side_px}"
            )
        tasks = [asyncio.ensure_future(self._camera(of_key, registry, model)) for of_key in batch]
        try:
            done = await asyncio.gather(*tasks, return_exceptions=True)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        failures = [one for one in done if isinstance(one, BaseException)]
        for failure in failures:
            if isinstance(failure, ServiceUnavailableError):
                raise failure
        if failures:
            raise failures[0]
        return [one for one in done if isinstance(one, KeyResult)]

    def close(self) -> None:
        """Stop the decoding threads and drop decoders."""
        self._threads.shutdown(wait=True)
        self._live.clear()

    # One camera

    async def _camera(
        self, of_key: KeyBatch[Frames, CameraState], registry: Registry, model: Model
    ) -> KeyResult[CameraState]:
        state = of_key.state
        outputs = []
        for record in of_key.records:
            camera = registry.latest(of_key.key)
            state, detections = await self._group(record, state, camera, model)
            outputs.append(Output("detections", of_key.key, detections, same_partition=True))
        return KeyResult(state, outputs)

    async def _group(
        self, record: Record[Frames], state: CameraState, camera: Camera | None, model: Model
    ) -> tuple[CameraState, Detections]:
        frames = record.message
        state = _continued(state, frames)
        times = frame_times(frames)
        segments = _segments(record, state)
        too_large = frames.width_px * frames.height_px > self._settings.most_pixels
        if too_large:
            log.error(
                "camera %s: group %d/%d is %dx%d; pictures above %d pixels are not decoded"
                " (VIGIL_PERCEPTION_MOST_PIXELS)",
                frames.camera_id,
                frames.epoch_us,
                frames.sequence,
                frames.width_px,
                frames.height_px,
                self._settings.most_pixels,
            )
        decodable = [False] * len(frames.packets)
        if not too_large:
            for segment in segments:
                _mark(decodable, segment, state, times, frames)
        analysis = UNREGISTERED if camera is None else camera.analysis
        if camera is not None and not camera.enabled:
            chosen = Plan(active=False, surge=False, samples=())
        else:
            chosen = plan(frames, times, decodable, state, analysis, self._settings)
        signals = asyncio.ensure_future(self._signals_of(camera, record))
        try:
            async with self._plates.room(camera):
                outcome = await self._decode(record, state, camera, segments, chosen)
                boxes = await self._infer(outcome.samples, camera, model)
                whole = [one.frame for one in outcome.samples]
                plates, seen_by = await self._plates.read(whole, boxes, model, day_of(frames.captured_at_us))
                outcome.samples = [replace(sample, frame=None) for sample in outcome.samples]
            in_force = await signals
        except BaseException:
            signals.cancel()
            raise
        begins = any(packet.is_keyframe for packet in frames.packets)
        self._store.put(frames, begins_gop=begins)
        status = _status(chosen, outcome, segments, state, decodable, too_large=too_large)
        after, scene = self._after(record, state, segments, chosen, outcome, times, boxes)
        heads = heads_of(camera, frames.width_px, frames.height_px)
        shown = [(times.at_us[sample.packet], sample.heads) for sample in outcome.samples]
        after = replace(after, heads=follow(state.heads, heads, shown))
        seen = pictured(after.heads, heads, frames.captured_at_us)
        self._count(status, frames, chosen, outcome)
        detections = _detections(
            record,
            camera=camera,
            model=seen_by,
            times=times,
            outcome=outcome,
            boxes=boxes,
            plates=plates,
            scene=scene,
            status=status,
            signals=signals_of(in_force, seen, frames.captured_at_us),
        )
        return after, detections

    async def _signals_of(self, camera: Camera | None, record: Record[Frames]) -> Sequence[SignalState] | None:
        if camera is None or camera.junction_id is None:
            return None
        return await self._signals.in_force(camera.junction_id, record.message.captured_at_us, record.created_at_ms)

    # Decoding

    async def _decode(
        self,
        record: Record[Frames],
        state: CameraState,
        camera: Camera | None,
        segments: Sequence[Segment],
        chosen: Plan,
    ) -> Outcome:
        frames = record.message
        live = self._live.pop(frames.camera_id, None)
        pictures = self._plates.pictures(chosen.samples, camera)
        found: dict[int, Sample] = {}
        fed = 0
        broken = state.broken if segments and segments[-1].begin == 0 and segments[-1].gop == state.gop else None
        for segment in segments:
            targets = [index for index in chosen.samples if segment.begin <= index < segment.end]
            if not targets or segment.gop is None:
                continue
            at_work, prior = await self._ready(record, segment, live)
            if prior is None:
                log.warning(
                    "camera %s: the GOP that group %d/%d continues is gone; nothing is decoded up to the next keyframe",
                    frames.camera_id,
                    frames.epoch_us,
                    frames.sequence,
                )
                decoded = Decoded(broken=True)
                reason = DecodeStatus.GOP_GONE
            else:
                reason = DecodeStatus.UNDECODABLE
                job = partial(self._run, at_work, prior, frames, segment, targets, camera, pictures)
                loop = asyncio.get_running_loop()
                live, decoded = await loop.run_in_executor(self._threads, job)
                self.metrics.decoded.inc(decoded.fed + sum(len(group.packets) for group in prior))
            found |= decoded.samples
            fed += decoded.fed
            if decoded.broken:
                live = None
                if decoded.error:
                    log.warning("camera %s: not decodable: %s", frames.camera_id, decoded.error)
            if segment is segments[-1]:
                broken = reason if decoded.broken else None
        self._keep(frames, live, segments, chosen)
        return Outcome([found[index] for index in chosen.samples if index in found], fed, broken)

    async def _ready(
        self, record: Record[Frames], segment: Segment, live: GopDecoder | None
    ) -> tuple[GopDecoder | None, Sequence[Frames] | None]:
        """Return the decoder to go on with (None: open one) and the groups to feed it first (None: gone)."""
        frames, gop = record.message, segment.gop
        assert gop is not None
        fits = (
            live is not None
            and not live.spent
            and live.epoch_us == frames.epoch_us
            and live.start == (gop.sequence, gop.packet)
            and live.next <= (frames.sequence, segment.begin)
        )
        at_work = live if fits else None
        begin = gop.sequence if at_work is None else at_work.next[0]
        prior = self._store.get(frames.camera_id, frames.epoch_us, begin, frames.sequence)
        if prior is not None:
            return at_work, prior
        self.metrics.gops_read.inc()
        return None, await self._gops.read(frames.camera_id, gop, frames, record.offset)

    def _run(
        self,
        at_work: GopDecoder | None,
        prior: Sequence[Frames],
        frames: Frames,
        segment: Segment,
        targets: Sequence[int],
        camera: Camera | None,
        pictures: Collection[int],
    ) -> tuple[GopDecoder | None, Decoded]:
        """Decode a segment's targets; blocking, in a decoding thread."""
        assert segment.gop is not None
        settings = self._settings

        def take(picture: av.VideoFrame, packet: int) -> Sample:
            sample = sample_of(picture, packet, views_of(camera, picture.width, picture.height), settings.side_px)
            sample = replace(sample, heads=look_at(picture, heads_of(camera, picture.width, picture.height)))
            return replace(sample, frame=picture) if packet in pictures else sample

        try:
            if at_work is None:
                start = (segment.gop.sequence, segment.gop.packet)
                at_work = decoding.open_decoder(frames, start, settings.most_pixels)
            return at_work, decoding.run(at_work, prior, frames, segment.end, targets, take)
        except av.error.FFmpegError as error:  # the decoder cannot be opened, or its picture not scaled
            return None, Decoded(broken=True, error=str(error))

    def _keep(self, frames: Frames, live: GopDecoder | None, segments: Sequence[Segment], chosen: Plan) -> None:
        """Keep a decoder that the next group is likely to go on with."""
        gop = segments[-1].gop if segments else None
        if live is None or live.spent or gop is None or live.start != (gop.sequence, gop.packet) or not chosen.active:
            return
        self._live[frames.camera_id] = live
        if len(self._live) > self._settings.live_decoders:
            self._live.popitem(last=False)

    # Inference

    async def _infer(self, samples: Sequence[Sample], camera: Camera | None, model: Model) -> Sequence[Boxes]:
        del model
        if not samples:
            return ()
        settings = self._settings
        began = perf_counter()
        views = [(sample, box, canvas) for sample in samples for box, canvas in sample.canvases]
        answers = await _all([self._detector.infer(canvas) for _, _, canvas in views])
        self.metrics.inferences.inc(len(views))
        self.metrics.infer_s.observe(perf_counter() - began)
        floor = settings.score_floor_ratio if camera is None else camera.analysis.score_floor_ratio
        limits = MergeLimits(settings.classes, floor, settings.merge_iou_ratio, settings.most_boxes)
        out = []
        for sample in samples:
            found = [(box, answer) for (of, box, _), answer in zip(views, answers, strict=True) if of is sample]
            out.append(merge(found, (sample.width_px, sample.height_px), limits))
        return out

    # What is remembered

    def _after(
        self,
        record: Record[Frames],
        state: CameraState,
        segments: Sequence[Segment],
        chosen: Plan,
        outcome: Outcome,
        times: FrameTimes,
        boxes: Sequence[Boxes],
    ) -> tuple[CameraState, Scene | None]:
        """Return the state after a group, and its scene."""
        frames, settings = record.message, self._settings
        signs_us = frames.captured_at_us + frames.duration_us if chosen.surge else None
        grey, seen = state.grey, state.boxes
        motions = []
        for sample, found in zip(outcome.samples, boxes, strict=True):
            cells = sample.look.cells
            before = np.frombuffer(grey, np.uint8)
            motion = changed_ratio(cells, before.reshape(cells.shape)) if before.size == cells.size else 0.0
            now = _seen(found, settings.moved_score_ratio)
            if motion >= settings.motion_floor_ratio or moved(now, seen, settings.moved_iou_ratio):
                signs_us = max(signs_us or 0, times.at_us[sample.packet])
            motions.append(motion)
            grey, seen = cells.tobytes(), now
        looks = [sample.look for sample in outcome.samples]
        scene = scene_of(looks, motions) if looks else None
        active_until_us = state.active_until_us
        if signs_us is not None:
            active_until_us = max(active_until_us, signs_us + settings.hold_ms * 1000)
        last = outcome.samples[-1].packet if outcome.samples else None
        after = replace(
            after_sizes(state, frames),
            sequence=frames.sequence,
            gop=segments[-1].gop if segments else state.gop,
            broken=outcome.broken,
            sampled_at_us=state.sampled_at_us if last is None else times.at_us[last],
            active_until_us=active_until_us,
            grey=grey,
            grey_width=WIDTH_PX // CELL_PX if grey else 0,
            boxes=seen,
        )
        return after, scene

    def _count(self, status: DecodeStatus, frames: Frames, chosen: Plan, outcome: Outcome) -> None:
        self.metrics.groups.labels(status).inc()
        self.metrics.packets.inc(len(frames.packets))
        self.metrics.samples.inc(len(outcome.samples))
        self.metrics.active.inc(chosen.active)


async def _all(coroutines: Sequence[Any]) -> list[Any]:
    """Await all; where one fails, cancel the others and wait for them, so that nothing runs on unattended."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _continued(state: CameraState, frames: Frames) -> CameraState:
    """Return the state as this group finds it: a new epoch begins anew, a missing group ends the GOP."""
    if state.epoch_us != frames.epoch_us:
        return CameraState(epoch_us=frames.epoch_us, sequence=frames.sequence - 1)
    if frames.sequence != state.sequence + 1:
        return replace(state, gop=None, broken=None)
    return state


def _segments(record: Record[Frames], state: CameraState) -> Sequence[Segment]:
    """Split a group at its keyframes; what comes before the first hangs on the GOP of the group before."""
    frames = record.message
    keys = [index for index, packet in enumerate(frames.packets) if packet.is_keyframe]
    out = []
    first = keys[0] if keys else len(frames.packets)
    if first > 0:
        out.append(Segment(state.gop, 0, first))
    for index, end in pairwise([*keys, len(frames.packets)]):
        out.append(Segment(GopStart(record.partition, record.offset, frames.sequence, index), index, end))
    return out


def _mark(decodable: list[bool], segment: Segment, state: CameraState, times: FrameTimes, frames: Frames) -> None:
    """Mark the packets of a segment that can be decoded from its keyframe on.

    Pictures shown before their keyframe (leading pictures of an open GOP) need the GOP before, which a decoder that
    begins with the keyframe does not have.
    """
    if segment.gop is None:
        return
    own = segment.gop.sequence == frames.sequence
    if not own and state.broken is not None:
        return
    for index in range(segment.begin, segment.end):
        decodable[index] = not own or times.at_us[index] >= times.at_us[segment.begin]


def _status(
    chosen: Plan,
    outcome: Outcome,
    segments: Sequence[Segment],
    state: CameraState,
    decodable: Sequence[bool],
    *,
    too_large: bool,
) -> DecodeStatus:
    if outcome.samples:
        return DecodeStatus.DECODED
    if too_large:
        return DecodeStatus.UNDECODABLE
    if chosen.samples:
        return outcome.broken or DecodeStatus.UNDECODABLE
    if segments and not any(decodable):
        return DecodeStatus.NO_KEYFRAME if segments[-1].gop is None else state.broken or DecodeStatus.UNDECODABLE
    return DecodeStatus.NOT_SAMPLED


def _seen(boxes: Boxes, score_ratio: float) -> tuple[SeenBox, ...]:
    """Return the boxes that later samples are compared with, as 32-bit numbers: what a restored state holds."""
    out: list[SeenBox] = []
    for xyxy, score, class_id in zip(boxes.xyxy_px, boxes.scores, boxes.class_ids, strict=True):
        if score >= score_ratio and len(out) < MOST_BOXES:
            left, top, right, bottom = (float(np.float32(value)) for value in xyxy)
            out.append(SeenBox(kind_of(int(class_id)), (left, top, right, bottom)))
    return tuple(out)


def _detections(
    record: Record[Frames],
    *,
    camera: Camera | None,
    model: Model,
    times: FrameTimes,
    outcome: Outcome,
    boxes: Sequence[Boxes],
    plates: Sequence[PlateRead],
    scene: Scene | None,
    status: DecodeStatus,
    signals: Sequence[SignalState] | None,
) -> Detections:
    frames = record.message
    packets = [sample.packet for sample in outcome.samples]
    xyxy = [row for found in boxes for row in found.xyxy_px.tolist()]
    first = outcome.samples[0] if outcome.samples else None
    return Detections(
        camera_id=frames.camera_id,
        epoch_us=frames.epoch_us,
        sequence=frames.sequence,
        captured_at_us=frames.captured_at_us,
        duration_us=frames.duration_us,
        clock_source=frames.clock_source,
        frames_partition=record.partition,
        frames_offset=record.offset,
        frames_created_at_ms=record.created_at_ms,
        registry_version=0 if camera is None else camera.version,
        model_name=model.name,
        model_version=model.version,
        width_px=frames.width_px if first is None else first.width_px,
        height_px=frames.height_px if first is None else first.height_px,
        decode_status=status,
        packets=len(frames.packets),
        frames_decoded=outcome.fed,
        sample_at_us=[times.at_us[index] for index in packets],
        sample_packet=[times.rank[index] for index in packets],
        box_sample=[number for number, found in enumerate(boxes) for _ in found.scores],
        box_x1_px=[row[0] for row in xyxy],
        box_y1_px=[row[1] for row in xyxy],
        box_x2_px=[row[2] for row in xyxy],
        box_y2_px=[row[3] for row in xyxy],
        box_score=[score for found in boxes for score in found.scores.tolist()],
        box_class=[class_id for found in boxes for class_id in found.class_ids.tolist()],
        plates=plates,
        scene=scene,
        signals_known=signals is not None,
        signals=signals or (),
    )
