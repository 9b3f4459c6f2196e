"""Vehicles of the shipped footage: cut out by the real detector, to put drawn plates on and to look for plates on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.noise.clips import CLIPS, path_of, pictures
from infra.noise.model_session import ModelSession
from infra.noise.real_detector import MODEL
from processors.perception.merge import MergeLimits, merge
from processors.perception.picture import rgb_of, sample_of
from processors.perception.settings import PerceptionSettings
from processors.perception.views import views_of

#: Clips with vehicles; of the frames that the noise study takes, every so many.
NAMES: Final = ("street", "road", "queue")
STEP: Final = 8
LEAST_WIDTH_PX: Final = 56.0
SCORE_FLOOR_RATIO: Final = 0.4
#: Cut out with so much around it, shares of its sides.
MARGIN_RATIO: Final = 0.12
#: Width by height of a vehicle that is likely to be seen from front or rear.
FACING: Final = (0.9, 1.7)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle of real footage.

    Attributes:
        clip: where it is.
        rgb: uint8 [h, w, 3]: it, with a margin around.
        width_px: of its box.
        facing: it may be seen from front or rear.
    """

    clip: str
    rgb: NDArray[np.uint8]
    width_px: float
    facing: bool


def vehicles() -> Sequence[Vehicle]:
    """Return vehicles that lie in the picture with their margin, clip by clip.

    Raises:
        NoiseStudyError: Triton's environment or a clip is missing.
    """
    out = []
    settings = PerceptionSettings()
    limits = MergeLimits((2, 5, 7), SCORE_FLOOR_RATIO, settings.merge_iou_ratio, settings.most_boxes)
    with ModelSession("detector", MODEL) as session:
        for name in NAMES:
            path = path_of(CLIPS[name], None)
            assert path is not None, f"{CLIPS[name].file} is part of the repository"
            for number, (_, picture) in enumerate(pictures(CLIPS[name], path)):
                if number % STEP:
                    continue
                size = (picture.width, picture.height)
                sample = sample_of(picture, 0, views_of(None, *size), settings.side_px)
                boxes = merge([(box, session.infer(canvas)) for box, canvas in sample.canvases], size, limits)
                rgb = np.asarray(rgb_of(picture))
                out += [one for row in boxes.xyxy_px.tolist() if (one := _cut(name, rgb, row)) is not None]
    return out


def _cut(clip: str, rgb: NDArray[np.uint8], xyxy_px: Sequence[float]) -> Vehicle | None:
    """Return a vehicle with its margin; None where it is small or at the picture's edge."""
    left, top, right, bottom = xyxy_px
    wide, high = right - left, bottom - top
    edges = (
        round(left - wide * MARGIN_RATIO),
        round(top - high * MARGIN_RATIO),
        round(right + wide * MARGIN_RATIO),
        round(bottom + high * MARGIN_RATIO),
    )
    inside = edges[0] >= 0 and edges[1] >= 0 and edges[2] <= rgb.shape[1] and edges[3] <= rgb.shape[0]
    if wide < LEAST_WIDTH_PX or not inside:
        return None
    cut = rgb[edges[1] : edges[3], edges[0] : edges[2]].copy()
    return Vehicle(clip, cut, wide, FACING[0] < wide / high < FACING[1])


def box_in(rgb: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """Return where the vehicle's box lies in a cut-out, however it was scaled since."""
    inset = MARGIN_RATIO / (1 + 2 * MARGIN_RATIO)
    width, height = rgb.shape[1], rgb.shape[0]
    return (width * inset, height * inset, width * (1 - inset), height * (1 - inset))
