"""TrackingScore: HOTA, IDF1 and the error of speeds over cameras. Pure.

HOTA and IDF1 are counted in pieces of PIECE_S of each camera and added up, since their matrices grow with the square of
the number of objects: an identity that goes on across a cut counts as two on both sides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.evaluation.assignment import Assignment
from infra.evaluation.camera_tracks import CameraTracks
from infra.evaluation.hota import Hota, HotaCounts, hota_counts, together
from infra.evaluation.identified import Identified
from infra.evaluation.idf1 import Idf1Counts, idf1_counts, idf1_together
from infra.evaluation.kind_score import COVERAGE_K

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PIECE_S: Final = 300.0
#: HOTA and IDF1 are counted on one piece in so many, evenly over cameras and time, in runs of more camera-days than
#: this: a frame costs them a millisecond.
EVERY_PIECE_DAYS: Final = 0.5
#: A speed is over the tracker's regression window (TrackingSettings.path_window_s), so it is held against the mean of
#: the true speed over the same time, both ends included.
WINDOW_S: Final = 2.0
#: Speeds of objects slower than this are not judged: no rule asks for them.
LEAST_KMH: Final = 5.0


@dataclass(frozen=True, slots=True)
class SpeedErrors:
    """Errors of stated speeds.

    Attributes:
        count: speeds judged.
        bias_kmh, sd_kmh: mean and standard deviation of stated - true.
        p95_kmh: 95 % of absolute errors are smaller.
        covered: share of true speeds within speed +- 1.96 stated standard uncertainties.
        stated_sd_kmh: median of the stated standard uncertainties.
    """

    count: int
    bias_kmh: float
    sd_kmh: float
    p95_kmh: float
    covered: float
    stated_sd_kmh: float


@dataclass(frozen=True, slots=True)
class TrackingScore:
    """The score over all cameras.

    Attributes:
        hota: HOTA, detection and association accuracy; None where no box was looked at.
        idf1: IDF1; likewise.
        true_boxes: true boxes that count.
        recall: share of them that a track has.
        precision: share of tracks' boxes that are a true object's.
        speed: errors of speeds; None where none was stated.
    """

    hota: Hota | None
    idf1: float | None
    true_boxes: int
    recall: float | None
    precision: float | None
    speed: SpeedErrors | None


@dataclass(slots=True)
class TrackingTally:
    """Counts of the cameras so far.

    Attributes:
        one_in: of so many pieces one is counted for HOTA and IDF1.
    """

    one_in: int = 1
    hota: list[HotaCounts] = field(default_factory=list)
    idf1: list[Idf1Counts] = field(default_factory=list)
    true_boxes: int = 0
    tracked: int = 0
    boxes: int = 0
    speeds: list[Floats] = field(default_factory=list)
    seen: int = 0

    def add(self, camera: CameraTracks, assignment: Assignment) -> None:
        """Count a camera."""
        self.true_boxes += int(assignment.asked.sum())
        self.boxes += int(assignment.counted.sum())
        self.tracked += int((assignment.counted & (assignment.of >= 0)).sum())
        for truth, found in pieces(camera, assignment):
            self.seen += 1
            if self.seen % self.one_in:
                continue
            self.hota.append(hota_counts(truth, found))
            self.idf1.append(idf1_counts(truth, found))
        self.speeds.append(speed_errors(camera, assignment))

    def score(self) -> TrackingScore:
        """Return the score."""
        rows = np.concatenate([np.zeros((0, 2)), *self.speeds])
        return TrackingScore(
            hota=together(self.hota) if self.hota else None,
            idf1=idf1_together(self.idf1) if self.idf1 else None,
            true_boxes=self.true_boxes,
            recall=self.tracked / self.true_boxes if self.true_boxes else None,
            precision=self.tracked / self.boxes if self.boxes else None,
            speed=_speed(rows) if len(rows) else None,
        )


def tally_for(camera_days: float) -> TrackingTally:
    """Return an empty tally for a run of so many camera-days."""
    return TrackingTally(one_in=max(1, round(camera_days / EVERY_PIECE_DAYS)))


def pieces(camera: CameraTracks, assignment: Assignment) -> Iterable[tuple[Identified, Identified]]:
    """Yield the boxes that count, piece by piece: truth, tracks; frames are their times."""
    asked, counted = assignment.asked, assignment.counted
    sides = [
        (camera.true_at_us[asked], camera.true_actor[asked], camera.true_xyxy_px[asked]),
        (camera.at_us[counted], camera.track[counted], camera.xyxy_px[counted]),
    ]
    every = np.unique(np.concatenate([side[0] for side in sides]) // int(PIECE_S * 1e6))
    for piece in every.tolist():
        truth, found = (_identified(*side, piece) for side in sides)
        yield truth, found


def _identified(at_us: Ints, identity: Ints, xyxy_px: Floats, piece: int) -> Identified:
    own = at_us // int(PIECE_S * 1e6) == piece
    at_us, identity, xyxy_px = at_us[own], identity[own], xyxy_px[own]
    order = np.argsort(at_us, kind="stable")
    times, first = np.unique(at_us[order], return_index=True)
    groups = np.split(order, first[1:]) if len(order) else []
    return {int(time): (identity[group], xyxy_px[group]) for time, group in zip(times, groups, strict=True)}


def speed_errors(camera: CameraTracks, assignment: Assignment) -> Floats:
    """Return float64 [n, 2]: stated - true speed and the stated standard uncertainty, km/h, of judged speeds."""
    order = np.lexsort((camera.true_at_us, camera.true_actor))
    actor, at_us, speed = camera.true_actor[order], camera.true_at_us[order], camera.true_speed_kmh[order]
    out = []
    for n in range(len(camera.speed_at_us)):
        of = assignment.actor_of.get(int(camera.speed_track[n]))
        if of is None:
            continue
        begin, end = np.searchsorted(actor, of), np.searchsorted(actor, of, "right")
        until = int(camera.speed_at_us[n])
        first = begin + np.searchsorted(at_us[begin:end], until - int(WINDOW_S * 1e6))
        last = begin + np.searchsorted(at_us[begin:end], until, "right")
        if last - first < 2:
            continue
        # the way driven over the time it took: at few frames a second the mean of the samples is not that
        times, speeds = at_us[first:last], speed[first:last]
        true_kmh = float(np.trapezoid(speeds, times) / (times[-1] - times[0]))
        if true_kmh >= LEAST_KMH:
            out.append((camera.speed_kmh[n] - true_kmh, camera.speed_error_kmh[n]))
    return np.array(out, np.float64).reshape(-1, 2)


def _speed(rows: Floats) -> SpeedErrors:
    error, stated = rows.T
    return SpeedErrors(
        count=len(rows),
        bias_kmh=float(error.mean()),
        sd_kmh=float(error.std()),
        p95_kmh=float(np.quantile(np.abs(error), 0.95)),
        covered=float((np.abs(error) <= COVERAGE_K * stated).mean()),
        stated_sd_kmh=float(np.median(stated)),
    )
