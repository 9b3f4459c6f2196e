"""Which frames of a finding become stills, and who else is on them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.messages import Detections, Evidence
from sinks.evidence.source_group import SourceGroup

#: COCO-80 classes of persons and vehicles: person, bicycle, car, motorcycle, bus, truck.
RECOGNISABLE: Final = frozenset({0, 1, 2, 3, 5, 7})
LEAST_STILLS: Final = 3
#: Stills this close show the same; further ones are looked for this far around the named seconds.
APART_US: Final = 200_000
AROUND_US: Final = 3_000_000
#: Boxes of a sample further from the frame than this are not where people are in it.
NEAR_US: Final = 600_000
#: A detected box is the subject's from this overlap on; a still between named seconds looks for it with the lower one.
SUBJECT_IOU: Final = 0.5
FOLLOWED_IOU: Final = 0.1

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame to show.

    Attributes:
        role: onset, peak, latest, end; context: chosen here.
        group: the camera-second it is in.
        at_us: capture time.
        track_ids: of the boxes.
        boxes: the subjects'.
        others: boxes of other persons and vehicles; None: nobody knows.
    """

    role: str
    group: SourceGroup
    at_us: int
    track_ids: Sequence[str]
    boxes: Sequence[Box]
    others: Sequence[Box] | None


def iou(a: Box, b: Box) -> float:
    """Return two boxes' intersection over their union."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def moments(evidence: Sequence[Evidence], groups: Sequence[SourceGroup]) -> tuple[list[Moment], list[Evidence]]:
    """Return the frames to show, in order, and the named seconds whose group is not there.

    Where fewer than three seconds are named, sampled frames around them are added, each as far from the others as can
    be, with the box that continues the nearest named one.
    """
    by_key = {(g.frames.camera_id, g.frames.epoch_us, g.frames.sequence): g for g in groups}
    out: list[Moment] = []
    lost: list[Evidence] = []
    for one in evidence:
        group = by_key.get((one.camera_id, one.epoch_us, one.sequence))
        if group is None:
            lost.append(one)
            continue
        boxes = _quads(one.boxes_xyxy_px)
        others = _others(groups, one.camera_id, one.at_us, boxes)
        out.append(Moment(one.role, group, one.at_us, one.track_ids, boxes, others))
    candidates = _candidates(evidence, groups)
    while len(out) < LEAST_STILLS and candidates:
        best = max(candidates, key=lambda c: (min((abs(c[0] - m.at_us) for m in out), default=0), -c[0]))
        if min((abs(best[0] - m.at_us) for m in out), default=APART_US) < APART_US:
            break
        candidates.remove(best)
        out.append(_followed(best, evidence, groups))
    return sorted(out, key=lambda m: (m.at_us, m.role)), lost


def _quads(flat: Sequence[float]) -> list[Box]:
    return [(flat[n], flat[n + 1], flat[n + 2], flat[n + 3]) for n in range(0, len(flat) - 3, 4)]


def _candidates(evidence: Sequence[Evidence], groups: Sequence[SourceGroup]) -> list[tuple[int, SourceGroup]]:
    out = []
    for group in groups:
        times = [one.at_us for one in evidence if one.camera_id == group.frames.camera_id]
        if not times:
            continue
        samples = group.detections.sample_at_us if group.detections is not None else ()
        near = (min(times) - AROUND_US, max(times) + AROUND_US)
        out += [(t, group) for t in samples or [group.frames.captured_at_us] if near[0] <= t <= near[1]]
    return out


def _followed(chosen: tuple[int, SourceGroup], evidence: Sequence[Evidence], groups: Sequence[SourceGroup]) -> Moment:
    at_us, group = chosen
    camera_id = group.frames.camera_id
    near = min((one for one in evidence if one.camera_id == camera_id), key=lambda one: abs(one.at_us - at_us))
    sample = _sample(group.detections, at_us) if group.detections is not None else []
    tracks, boxes = [], []
    for track_id, box in zip(near.track_ids, _quads(near.boxes_xyxy_px), strict=False):
        best = max((b for b, _ in sample), key=lambda b: iou(b, box), default=None)
        if best is not None and iou(best, box) >= FOLLOWED_IOU and best not in boxes:
            tracks.append(track_id)
            boxes.append(best)
    return Moment("context", group, at_us, tracks, boxes, _others(groups, camera_id, at_us, boxes))


def _sample(detections: Detections, at_us: int) -> list[tuple[Box, int]]:
    """Return boxes and classes of the sample at a time."""
    return [
        (
            (
                detections.box_x1_px[n],
                detections.box_y1_px[n],
                detections.box_x2_px[n],
                detections.box_y2_px[n],
            ),
            detections.box_class[n],
        )
        for n, sample in enumerate(detections.box_sample)
        if detections.sample_at_us[sample] == at_us
    ]


def _others(groups: Sequence[SourceGroup], camera_id: str, at_us: int, subjects: Sequence[Box]) -> list[Box] | None:
    """Return the boxes of others in the sample nearest to a time; None: none is near."""
    best: tuple[int, Detections, int] | None = None
    for group in groups:
        detections = group.detections
        if detections is None or detections.camera_id != camera_id:
            continue
        for sample_us in detections.sample_at_us:
            distance = abs(sample_us - at_us)
            if distance <= NEAR_US and (best is None or distance < best[0]):
                best = (distance, detections, sample_us)
    if best is None:
        return None
    return [
        box
        for box, kind in _sample(best[1], best[2])
        if kind in RECOGNISABLE and all(iou(box, subject) < SUBJECT_IOU for subject in subjects)
    ]
