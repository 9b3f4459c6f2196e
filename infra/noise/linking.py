"""Links candidates over a clip into objects, both ways in time: what a single frame does not show, its neighbours do.

1. Candidates of neighbouring frames are matched one to one by overlap with where the object is expected; an object may
   be unseen for GAP frames, one that stands for STANDING_GAP.
2. An object is kept if its candidates' support adds up, so a weak candidate counts where it continues a strong one, in
   either direction. What has some support but not enough is unsure: it is no truth, and no box on it is a false alarm.
3. Gaps are filled by interpolation; boxes are smoothed over time, or, of what stands, replaced by their median: the
   single frame's jitter is what is to be measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.signal import savgol_filter

from infra.evaluation.overlap import iou
from infra.noise.fusion import KINDS, Candidates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Candidates below this support are not looked at.
LEAST_SUPPORT: Final = 0.07
#: Least overlap with the expected box.
LINK_IOU: Final = 0.3
#: Frames that an object may be unseen; one that stands.
GAP: Final = 8
STANDING_GAP: Final = 50
#: Boxes of an object of which no motion is known yet are widened by this share of their size.
FIRST_MARGIN: Final = 0.35
#: Support of an object that is sure: its sum and its peak, or its peak alone; unsure below.
SURE_SUM: Final = 1.6
SURE_PEAK: Final = 0.4
SURE_AT_ONCE: Final = 0.5
#: Support of an object that is there at all.
UNSURE_SUM: Final = 0.35
#: An object whose middle stays within this share of its size stands.
STANDING_RATIO: Final = 0.12
#: Frames of the smoothing (a parabola): 1.4 s at 5 frames a second.
SMOOTH: Final = 7
#: Two objects of one kind are one where one lies on the other with this share of the smaller, or this overlap.
ON_SHARE: Final = 0.75
ON_IOU: Final = 0.45
#: An object that is left with fewer frames is dropped.
LEAST_FRAMES: Final = 3


@dataclass(slots=True)
class _Chain:
    """An object under way: frames (ordinals), boxes, supports and classes of its candidates."""

    frames: list[int] = field(default_factory=list)
    boxes: list[Floats] = field(default_factory=list)
    support: list[float] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)

    def standing(self) -> bool:
        """Say whether its last boxes stay where they are."""
        if len(self.frames) < 5:
            return False
        last = np.array(self.boxes[-8:])
        middle = 0.5 * (last[:, :2] + last[:, 2:])
        size = (last[:, 2:] - last[:, :2]).mean(0)
        return bool((np.ptp(middle, axis=0) < STANDING_RATIO * size).all())

    def expected(self, frame: int) -> Floats:
        """Return the box expected in a frame: moved on as the last ones moved, for half a second at most."""
        if len(self.frames) < 2 or self.standing():
            return self.boxes[-1]
        back = max(0, len(self.frames) - 4)
        steps = self.frames[-1] - self.frames[back]
        move = (self.boxes[-1] - self.boxes[back]) / steps
        return np.asarray(self.boxes[-1] + move * min(frame - self.frames[-1], 3))


@dataclass(frozen=True, slots=True)
class LinkedObject:
    """An object over a clip.

    Attributes:
        frames: int64 [n], ordinals of sampled frames, ascending.
        xyxy_px: float64 [n, 4].
        class_id: COCO-80, by sum of support.
        sure: it is truth; else nothing is said of it.
        support: of its candidates, added up.
    """

    frames: Ints
    xyxy_px: Floats
    class_id: int
    sure: bool
    support: float


def link(frames: Sequence[Candidates], size_px: tuple[int, int]) -> list[LinkedObject]:
    """Return the objects of a clip, in the order of their first frame."""
    chains: list[_Chain] = []
    done: list[_Chain] = []
    for number, found in enumerate(frames):
        _extend(chains, number, found)
        ended = [c for c in chains if number - c.frames[-1] > (STANDING_GAP if c.standing() else GAP)]
        done += ended
        chains = [c for c in chains if not any(c is e for e in ended)]
    objects = [_object(chain, size_px) for chain in done + chains if sum(chain.support) >= UNSURE_SUM]
    objects.sort(key=lambda one: (int(one.frames[0]), *one.xyxy_px[0].tolist()))
    return _without_doubles(objects)


def _extend(chains: list[_Chain], number: int, found: Candidates) -> None:
    """Match a frame's candidates with the objects under way; what is left begins new ones."""
    keep = np.flatnonzero(found.support >= LEAST_SUPPORT)
    expected = np.array([chain.expected(number) for chain in chains]).reshape(-1, 4)
    gain = iou(expected, found.xyxy_px[keep])
    young = np.array([len(chain.frames) < 3 for chain in chains], bool)
    if young.any():
        gain[young] = np.maximum(gain[young], iou(_widened(expected[young]), _widened(found.xyxy_px[keep])) - 0.1)
    for row, chain in enumerate(chains):
        kind = KINDS[chain.classes[-1]]
        gain[row] *= np.array([KINDS[int(c)] == kind for c in found.class_id[keep]], bool)
    gain = np.where(gain >= LINK_IOU, gain + 0.3 * found.support[keep][None, :], 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    taken = set()
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if gain[row, column] > 0.0:
            taken.add(column)
            _add(chains[row], number, found, int(keep[column]))
    for column, index in enumerate(keep):
        if column not in taken:
            chain = _Chain()
            _add(chain, number, found, int(index))
            chains.append(chain)


def _widened(boxes: Floats) -> Floats:
    size = boxes[:, 2:] - boxes[:, :2]
    return np.hstack([boxes[:, :2] - FIRST_MARGIN * size, boxes[:, 2:] + FIRST_MARGIN * size])


def _add(chain: _Chain, number: int, found: Candidates, index: int) -> None:
    chain.frames.append(number)
    chain.boxes.append(found.xyxy_px[index])
    chain.support.append(float(found.support[index]))
    chain.classes.append(int(found.class_id[index]))


def _object(chain: _Chain, size_px: tuple[int, int]) -> LinkedObject:
    """Return a chain's object: filled, smoothed, cut at the picture's edges."""
    seen, boxes = np.array(chain.frames), np.array(chain.boxes)
    frames = np.arange(seen[0], seen[-1] + 1)
    filled = np.column_stack([np.interp(frames, seen, boxes[:, side]) for side in range(4)])
    middle, size = 0.5 * (filled[:, :2] + filled[:, 2:]), (filled[:, 2:] - filled[:, :2]).mean(0)
    spread = np.percentile(middle, 90, axis=0) - np.percentile(middle, 10, axis=0)
    if len(seen) >= 5 and (spread < STANDING_RATIO * size).all():
        filled[:] = np.median(boxes, axis=0)
    elif len(frames) >= SMOOTH:
        filled = savgol_filter(filled, SMOOTH, 2, axis=0, mode="interp")
    filled[:, 0::2] = np.clip(filled[:, 0::2], 0, size_px[0])
    filled[:, 1::2] = np.clip(filled[:, 1::2], 0, size_px[1])
    votes = np.bincount(chain.classes, chain.support)
    peak = max(chain.support)
    sure = peak >= SURE_AT_ONCE or (sum(chain.support) >= SURE_SUM and peak >= SURE_PEAK)
    return LinkedObject(
        frames, np.asarray(np.round(filled, 1), np.float64), int(votes.argmax()), sure, sum(chain.support)
    )


def _without_doubles(objects: Sequence[LinkedObject]) -> list[LinkedObject]:
    """Drop the frames in which an object lies on a better supported one of its kind: both are of one true object."""
    order = sorted(range(len(objects)), key=lambda n: (not objects[n].sure, -objects[n].support))
    kept: dict[int, LinkedObject] = {}
    for n in order:
        free = np.ones(len(objects[n].frames), bool)
        for other in kept.values():
            free &= ~_on(objects[n], other)
        if free.sum() >= min(LEAST_FRAMES, len(free)):
            one = objects[n]
            kept[n] = replace(one, frames=one.frames[free], xyxy_px=one.xyxy_px[free])
    return [kept[n] for n in sorted(kept)]


def _on(one: LinkedObject, other: LinkedObject) -> NDArray[np.bool_]:
    """Say in which of its frames an object lies on another: bool [frames of one]."""
    out = np.zeros(len(one.frames), bool)
    if KINDS[other.class_id] != KINDS[one.class_id]:
        return out
    _, a, b = np.intersect1d(one.frames, other.frames, return_indices=True)
    mine, theirs = one.xyxy_px[a], other.xyxy_px[b]
    shared = np.clip(np.minimum(mine[:, 2:], theirs[:, 2:]) - np.maximum(mine[:, :2], theirs[:, :2]), 0.0, None).prod(
        axis=1
    )
    areas = [np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-9) for boxes in (mine, theirs)]
    out[a] = (shared > ON_SHARE * np.minimum(*areas)) | (shared > ON_IOU * (areas[0] + areas[1] - shared))
    return out
