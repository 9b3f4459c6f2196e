"""Assignment: which track's box is which true object's, frame by frame; and of which object a track is. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.evaluation.camera_tracks import CameraTracks
from infra.evaluation.largest_first import largest_first

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Least overlap of a track's box that is an object's.
LEAST_IOU: Final = 0.5
#: True boxes less visible than this are not asked for, and a track's box on one is neither right nor wrong: the
#: benchmarks of MOTChallenge leave out what annotators could not see; a quarter is a choice.
LEAST_VISIBLE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Assignment:
    """One camera's boxes, assigned.

    Attributes:
        of: int64 [K], place of the true box that each track's box is; -1: none.
        asked: bool [B], true boxes that count.
        counted: bool [K], tracks' boxes that count: all but those that are a true box that does not.
        actor_of: the true object that each track is of, by most of its boxes.
    """

    of: Ints
    asked: Flags
    counted: Flags
    actor_of: dict[int, int]


def assign(camera: CameraTracks) -> Assignment:
    """Assign one to one within each frame, the largest overlap first, down to LEAST_IOU."""
    of = np.full(len(camera.at_us), -1, np.int64)
    true_order, order = np.argsort(camera.true_at_us, kind="stable"), np.argsort(camera.at_us, kind="stable")
    true_at, at = camera.true_at_us[true_order], camera.at_us[order]
    times = np.unique(at)
    sides = [np.searchsorted(true_at, times), np.searchsorted(true_at, times, "right")]
    sides += [np.searchsorted(at, times), np.searchsorted(at, times, "right")]
    bounds = np.column_stack(sides).astype(np.int64)
    placed = np.full(len(at), -1, np.int64)
    largest_first(bounds, camera.true_xyxy_px[true_order], camera.xyxy_px[order], LEAST_IOU, placed)
    hit = placed >= 0
    of[order[hit]] = true_order[placed[hit]]
    asked = camera.true_visible_ratio >= LEAST_VISIBLE
    counted = (of < 0) | asked[of] if len(asked) else np.ones(len(of), np.bool_)
    return Assignment(of, asked, counted, _actors(camera, of))


def actors_between(
    camera: CameraTracks, assignment: Assignment, tracks: Collection[int], from_us: int, to_us: int
) -> frozenset[int]:
    """Return the true objects that tracks are of between two instants: a finding is of what they show then.

    A track that changes from one object to another in its life is of each in its time. One without an assigned box then
    is of the object of its whole life; without any, of none.

    Args:
        camera: the camera.
        assignment: of its boxes.
        tracks: numbers of tracks.
        from_us: begin of the time, microseconds since the Unix epoch; included.
        to_us: its end; included.
    """
    out = set()
    during = (camera.at_us >= from_us) & (camera.at_us <= to_us) & (assignment.of >= 0)
    for track in tracks:
        actors = camera.true_actor[assignment.of[during & (camera.track == track)]]
        if len(actors):
            values, boxes = np.unique(actors, return_counts=True)
            out.add(int(values[boxes.argmax()]))
        elif track in assignment.actor_of:
            out.add(assignment.actor_of[track])
    return frozenset(out)


def _actors(camera: CameraTracks, of: Ints) -> dict[int, int]:
    """Return for each track that has assigned boxes the object that most of them are; the smaller number of equals."""
    own = of >= 0
    pairs = np.column_stack([camera.track[own], camera.true_actor[of[own]]])
    unique, boxes = np.unique(pairs, axis=0, return_counts=True) if len(pairs) else (pairs, np.zeros(0, np.int64))
    out: dict[int, int] = {}
    for place in np.lexsort((unique[:, 1], -boxes)).tolist() if len(unique) else []:
        out.setdefault(int(unique[place, 0]), int(unique[place, 1]))
    return out
