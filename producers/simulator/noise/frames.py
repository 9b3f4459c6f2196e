"""TrueFrames and NoisyFrames: sampled frames of any cameras, as they are and as the detector has them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrueFrames:
    """F sampled frames with B true boxes.

    Attributes:
        camera_number: int64 [F], any number that stands for the camera in every run.
        tick: int64 [F], time of the frame x the noise file's analysis_fps, rounded down (see `ticks_of`).
        size_px: float64 [F, 2], width and height of the picture.
        zoom: float64 [F], resolution of the detector's views against that of the whole picture as one view: 1, or more
            where regions of interest are inferred by themselves.
        first: int64 [F+1]; the boxes of frame f are first[f]:first[f+1].
        object_id: int64 [B], the true object; the same over time and in every camera.
        class_index: int64 [B], place in COCO_IDS.
        xyxy_px: float64 [B, 4], pixels of the picture, cut at its edges.
        visible_ratio: float64 [B], share of the box that nothing nearer covers, 0 to 1.
    """

    camera_number: Ints
    tick: Ints
    size_px: Floats
    zoom: Floats
    first: Ints
    object_id: Ints
    class_index: Ints
    xyxy_px: Floats
    visible_ratio: Floats


@dataclass(frozen=True, slots=True)
class NoisyFrames:
    """What the detector gives of the same F frames: K boxes, in each frame the strongest first.

    Attributes:
        first: int64 [F+1]; the boxes of frame f are first[f]:first[f+1].
        source: int64 [K], place of the true box among the B (two of its boxes: one is a double), or -1: a false alarm.
        xyxy_px: float64 [K, 4], pixels of the picture, cut at its edges, to 0.01.
        score: float64 [K], 0 to 1, to 1e-4.
        class_id: int64 [K], COCO-80.
    """

    first: Ints
    source: Ints
    xyxy_px: Floats
    score: Floats
    class_id: Ints
