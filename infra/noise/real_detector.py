"""The real detector on a clip: perception's own letterbox, model and merge, frame by frame."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from infra.noise.clips import Clip, pictures
from infra.noise.matching import FoundBoxes
from infra.noise.model_session import SIDE_PX, ModelSession
from infra.settings import ROOT
from processors.perception.merge import MergeLimits, merge
from processors.perception.picture import sample_of
from processors.perception.settings import PerceptionSettings
from processors.perception.views import views_of

MODEL: Final = ROOT / "infra/triton/models/detector/1/model.onnx"


def detect(
    clip: Clip, path: Path, session: ModelSession, say: Callable[[str], None]
) -> tuple[FoundBoxes, int, tuple[int, int]]:
    """Return what perception's detector finds at its default score floor, the number of frames, and their size.

    Args:
        clip: the clip.
        path: where it lies.
        session: the shipped detector.
        say: takes lines of progress.
    """
    settings = PerceptionSettings()
    limits = MergeLimits(settings.classes, settings.score_floor_ratio, settings.merge_iou_ratio, settings.most_boxes)
    rows, count, size = [np.zeros((0, 7))], 0, (0, 0)
    for _, picture in pictures(clip, path):
        size = (picture.width, picture.height)
        sample = sample_of(picture, 0, views_of(None, *size), SIDE_PX)
        boxes = merge([(box, session.infer(canvas)) for box, canvas in sample.canvases], size, limits)
        frame = np.full(len(boxes.scores), count)
        rows.append(np.column_stack([frame, boxes.xyxy_px, boxes.scores, boxes.class_ids]))
        count += 1
        if count % 100 == 0:
            say(f"{clip.name}: {count} frames")
    every = np.concatenate(rows)
    return (
        FoundBoxes(every[:, 0].astype(np.int64), every[:, 1:5], every[:, 5], every[:, 6].astype(np.int64)),
        count,
        size,
    )
