"""What the real detector and the real tracker make of a film: boxes against truth, speeds against truth.

The film is decoded, sampled at the frames of depth 1, put through perception's views, model and merge, and the boxes
take the place of depth 1's in its detections; tracking and rules are the stages' own cores.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from infra.evaluation.implemented import implemented_kinds
from infra.evaluation.in_process import observe
from infra.evaluation.observations import score
from infra.evaluation.tracking_score import TrackingScore
from infra.noise.matching import FoundBoxes, Matched, match
from infra.noise.model_session import SIDE_PX, ModelSession
from infra.noise.real_detector import MODEL
from infra.noise.truth_file import ClipTruth
from processors.perception.merge import MergeLimits, merge
from processors.perception.picture import sample_of
from processors.perception.settings import PerceptionSettings
from processors.perception.views import views_of
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_message import CityMessage
from producers.simulator.pixels.take import Take
from schemas.messages import Detections, TruthTracks

#: A true box that shows less than this is no truth that a detector is held against; boxes on it are no false alarms.
LEAST_VISIBLE: Final = 0.5
#: Nor is one that is lower than this on the detector's canvas, pixels: one cell of the model's finest grid.
LEAST_CANVAS_PX: Final = 8.0


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Boxes of one class over all cameras.

    Attributes:
        name: the class.
        true_boxes: sure true boxes.
        recall: share of them found.
        labelled: share of those found that have this class's own label, not another of its kind.
        centre_sd_ratio, size_sd_ratio: errors of boxes, shares of the true size.
    """

    name: str
    true_boxes: int
    recall: float
    labelled: float
    centre_sd_ratio: float
    size_sd_ratio: float


@dataclass(frozen=True, slots=True)
class FilmScore:
    """The score of a film.

    Attributes:
        classes: by class.
        boxes: that the detector gave on no unsure object.
        precision: share of them that are a true object's.
        tracking: of the tracks and speeds.
        simulated: the same of depth 1's detections of the same seconds.
    """

    classes: Sequence[ClassScore]
    boxes: int
    precision: float
    tracking: TrackingScore
    simulated: TrackingScore


def score_film(taken: Take, folder: Path, say: Callable[[str], None]) -> FilmScore:
    """Score the films of a take.

    Args:
        taken: what is true.
        folder: of the films.
        say: takes lines of progress.

    Raises:
        NoiseStudyError: the model or Triton's environment is missing.
        OSError: a film cannot be read.
    """
    real: dict[tuple[str, int], Detections] = {}
    matched: list[Matched] = []
    depth1 = [one.message for second in taken.messages for one in second]
    with ModelSession("detector", MODEL) as session:
        for camera in taken.cameras:
            own = [m for m in depth1 if isinstance(m, Detections) and m.camera_id == camera.camera_id]
            found = _detect(camera, own, folder / f"{camera.camera_id}.mp4", session, say)
            real.update({(camera.camera_id, one.sequence): one for one in found})
            truths = [m for m in depth1 if isinstance(m, TruthTracks) and m.camera_id == camera.camera_id]
            matched.append(match(_truth(truths, camera), _found(found)))
    seconds = [[_replaced(one, real) for one in second] for second in taken.messages]
    hits = sum(int(one.found.sum()) for one in matched)
    wrong = sum(int(one.false_alarm.sum()) for one in matched)
    return FilmScore(
        classes=_classes(matched),
        boxes=hits + wrong,
        precision=hits / (hits + wrong) if hits + wrong else float("nan"),
        tracking=_tracking(seconds),
        simulated=_tracking(taken.messages),
    )


def _tracking(seconds: Sequence[Sequence[CityMessage]]) -> TrackingScore:
    """Return the score of what the stages' cores make of messages, second by second."""
    return score(observe(seconds[0], seconds[1:]), implemented_kinds(), one_piece_in=1).tracking.score()


def _detect(
    camera: CityCamera, expected: Sequence[Detections], path: Path, session: ModelSession, say: Callable[[str], None]
) -> Sequence[Detections]:
    """Return a film's seconds with the real detector's boxes."""
    settings = PerceptionSettings()
    floor = camera.entry.analysis.score_floor_ratio
    limits = MergeLimits(settings.classes, floor, settings.merge_iou_ratio, settings.most_boxes)
    size = (camera.view.width_px, camera.view.height_px)
    views = views_of(camera.entry, *size)
    rows: dict[int, list[tuple[int, Any]]] = {}
    with av.open(str(path)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            second, packet = divmod(number, expected[0].packets if expected else 1)
            if second >= len(expected) or packet not in expected[second].sample_packet:
                continue
            sample = sample_of(picture, packet, views, SIDE_PX)
            boxes = merge([(box, session.infer(canvas)) for box, canvas in sample.canvases], size, limits)
            place = list(expected[second].sample_packet).index(packet)
            rows.setdefault(second, []).append((place, boxes))
            if packet == 0 and second % 10 == 9:
                say(f"{camera.camera_id}: detector at {second + 1} of {len(expected)} s")
    return [_with_boxes(one, rows.get(n, [])) for n, one in enumerate(expected)]


def _with_boxes(message: Detections, rows: Sequence[tuple[int, Any]]) -> Detections:
    xyxy = np.concatenate([np.zeros((0, 4)), *(boxes.xyxy_px for _, boxes in rows)])
    return replace(
        message,
        box_sample=[place for place, boxes in rows for _ in range(len(boxes.scores))],
        box_x1_px=xyxy[:, 0].tolist(),
        box_y1_px=xyxy[:, 1].tolist(),
        box_x2_px=xyxy[:, 2].tolist(),
        box_y2_px=xyxy[:, 3].tolist(),
        box_score=[float(score) for _, boxes in rows for score in boxes.scores],
        box_class=[int(number) for _, boxes in rows for number in boxes.class_ids],
        plates=(),
    )


def _replaced(message: CityMessage, real: dict[tuple[str, int], Detections]) -> CityMessage:
    one = message.message
    return message._replace(message=real[one.camera_id, one.sequence]) if isinstance(one, Detections) else message


def _truth(truths: Sequence[TruthTracks], camera: CityCamera) -> ClipTruth:
    """Return a camera's true boxes; frames are numbered through its seconds."""
    rows = []
    scale = camera.zoom * SIDE_PX / camera.view.width_px
    for one in truths:
        for n, sample in enumerate(one.box_sample):
            box = (one.box_x1_px[n], one.box_y1_px[n], one.box_x2_px[n], one.box_y2_px[n])
            sure = one.box_visible_ratio[n] >= LEAST_VISIBLE and (box[3] - box[1]) * scale >= LEAST_CANVAS_PX
            rows.append((_frame(one.sequence, sample), one.box_actor[n], one.box_class[n], sure, *box))
    actors = {actor: number for number, actor in enumerate(sorted({row[1] for row in rows}))}
    table = np.array([(row[0], actors[row[1]], *row[2:]) for row in rows], np.float64).reshape(-1, 8)
    whole = table[:, :4].astype(np.int64)
    return ClipTruth(whole[:, 0], whole[:, 1], whole[:, 2], whole[:, 3] > 0, table[:, 4:])


def _found(messages: Sequence[Detections]) -> FoundBoxes:
    rows = [
        (_frame(one.sequence, sample), one.box_x1_px[n], one.box_y1_px[n], one.box_x2_px[n], one.box_y2_px[n],
         one.box_score[n], one.box_class[n])
        for one in messages
        for n, sample in enumerate(one.box_sample)
    ]  # fmt: skip
    table = np.array(rows, np.float64).reshape(-1, 7)
    return FoundBoxes(table[:, 0].astype(np.int64), table[:, 1:5], table[:, 5], table[:, 6].astype(np.int64))


def _frame(sequence: int, sample: int) -> int:
    """Return a number for a sampled frame: at most 100 a second."""
    return sequence * 100 + sample


def _classes(matched: Sequence[Matched]) -> Sequence[ClassScore]:
    names = {0: "person", 1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}
    classes = np.concatenate([one.truth.class_id for one in matched])
    found = np.concatenate([one.found for one in matched])
    label = np.concatenate([one.label for one in matched])
    error = np.concatenate([one.error for one in matched])
    out = []
    for number, name in names.items():
        own = classes == number
        hit = own & found
        none = float("nan")
        if own.any():
            out.append(
                ClassScore(
                    name=name,
                    true_boxes=int(own.sum()),
                    recall=float(found[own].mean()),
                    labelled=float((label[hit] == number).mean()) if hit.any() else none,
                    centre_sd_ratio=float(np.sqrt(error[hit, :2].var(axis=0).mean())) if hit.any() else none,
                    size_sd_ratio=float(np.sqrt(error[hit, 2:].var(axis=0).mean())) if hit.any() else none,
                )
            )
    return out
