"""The reference truth of a clip: truth/NAME.csv, one row a box of a sampled frame."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.noise.linking import LinkedObject
from infra.noise.model_session import NoiseStudyError

FOLDER: Final = Path(__file__).with_name("truth")
COLUMNS: Final = ("frame", "object", "class_id", "sure", "x1_px", "y1_px", "x2_px", "y2_px")


@dataclass(frozen=True, slots=True)
class ClipTruth:
    """A clip's objects in its sampled frames; rows are in the order of frames.

    Attributes:
        frame: int64 [B], ordinal of the sampled frame.
        object_id: int64 [B].
        class_id: int64 [B], COCO-80.
        sure: bool [B]; where not, something may be there: it is no truth, and no box on it is a false alarm.
        xyxy_px: float64 [B, 4], pixels of the picture, cut at its edges.
    """

    frame: NDArray[np.int64]
    object_id: NDArray[np.int64]
    class_id: NDArray[np.int64]
    sure: NDArray[np.bool_]
    xyxy_px: NDArray[np.float64]


def truth_of(objects: Sequence[LinkedObject]) -> ClipTruth:
    """Return linked objects as a clip's truth; empty boxes are left out."""
    rows = [
        (int(frame), number, one.class_id, one.sure, *box)
        for number, one in enumerate(objects)
        for frame, box in zip(one.frames, one.xyxy_px.tolist(), strict=True)
        if box[2] - box[0] >= 1.0 and box[3] - box[1] >= 1.0
    ]
    rows.sort(key=lambda row: row[:2])
    return _truth(np.array(rows, np.float64).reshape(-1, len(COLUMNS)))


def write_truth(name: str, truth: ClipTruth, folder: Path = FOLDER) -> Path:
    """Write a clip's truth; return the file."""
    path = folder / f"{name}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for n in range(len(truth.frame)):
            box = [f"{value:.1f}" for value in truth.xyxy_px[n]]
            out.writerow(
                [int(truth.frame[n]), int(truth.object_id[n]), int(truth.class_id[n]), int(truth.sure[n]), *box]
            )
    return path


def read_truth(name: str, folder: Path = FOLDER) -> ClipTruth:
    """Read a clip's truth.

    Raises:
        NoiseStudyError: the file is missing or has other columns.
    """
    path = folder / f"{name}.csv"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file)
            if tuple(head) != COLUMNS:
                raise NoiseStudyError(f"{path.name}: columns are {head}; expected {', '.join(COLUMNS)}")
            return _truth(np.array(rows, np.float64).reshape(-1, len(COLUMNS)))
    except OSError as error:
        raise NoiseStudyError(f"clip {name} has no reference truth ({error}); 'make noise-truth' makes it") from error


def _truth(rows: NDArray[np.float64]) -> ClipTruth:
    whole = rows[:, :4].astype(np.int64)
    return ClipTruth(whole[:, 0], whole[:, 1], whole[:, 2], whole[:, 3] > 0, rows[:, 4:])
