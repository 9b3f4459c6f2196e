"""HOTA: Luiten et al., A Higher Order Metric for Evaluating Multi-Object Tracking, IJCV 2021 (arXiv 2009.07736)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from infra.evaluation.identified import Array, Identified
from infra.evaluation.overlap import iou

#: Localisation thresholds, section 4.
ALPHAS = np.arange(0.05, 0.99, 0.05)
#: What rounding may take off an IoU that is a threshold.
LEAST = ALPHAS - np.finfo(float).eps


class Hota(NamedTuple):
    """Means over ALPHAS, 0 to 1: HOTA, detection accuracy, association accuracy."""

    hota: float
    deta: float
    assa: float


@dataclass(frozen=True, slots=True)
class HotaCounts:
    """What HOTA is worked out from; counts of several sequences add up.

    Attributes:
        boxes: true and found boxes.
        hits: float64 [len(ALPHAS)], matched pairs.
        association: float64 [len(ALPHAS)], sum of the pairs' association accuracies.
    """

    boxes: float
    hits: Array
    association: Array

    def score(self) -> Hota:
        """Return the score."""
        deta = self.hits / np.maximum(self.boxes - self.hits, 1.0)
        assa = self.association / np.maximum(self.hits, 1.0)
        return Hota(float(np.sqrt(deta * assa).mean()), float(deta.mean()), float(assa.mean()))


def hota(truth: Identified, found: Identified) -> Hota:
    """Return the score of a tracker's boxes against ground truth, over all frames of both."""
    return hota_counts(truth, found).score()


def together(counts: Sequence[HotaCounts]) -> Hota:
    """Return the score of several sequences: hits add up, associations are averaged over hits, as TrackEval does it."""
    none = np.zeros(len(ALPHAS))
    return HotaCounts(
        sum(one.boxes for one in counts),
        np.sum([one.hits for one in counts] or [none], axis=0),
        np.sum([one.association for one in counts] or [none], axis=0),
    ).score()


def hota_counts(truth: Identified, found: Identified) -> HotaCounts:
    """Count one sequence.

    Matching follows the paper's section 5: a frame's matching maximises the global alignment of the two identities
    first, IoU within it, among pairs of at least alpha.
    """
    none = np.zeros(0, np.int64), np.zeros((0, 4))
    frames = sorted(set(truth) | set(found))
    if not frames:
        return HotaCounts(0.0, np.zeros(len(ALPHAS)), np.zeros(len(ALPHAS)))
    pairs = [(*truth.get(frame, none), *found.get(frame, none)) for frame in frames]
    true_ids = np.unique(np.concatenate([p[0] for p in pairs]))
    found_ids = np.unique(np.concatenate([p[2] for p in pairs]))
    true_count, found_count = np.zeros(len(true_ids)), np.zeros(len(found_ids))
    potential = np.zeros((len(true_ids), len(found_ids)))
    work: list[tuple[NDArray[np.int64], NDArray[np.int64], Array]] = []
    for true, true_boxes, mine, my_boxes in pairs:
        g, t = np.searchsorted(true_ids, true), np.searchsorted(found_ids, mine)
        similarity = iou(true_boxes, my_boxes)
        true_count[g] += 1
        found_count[t] += 1
        if similarity.size:
            both = similarity.sum(axis=0, keepdims=True) + similarity.sum(axis=1, keepdims=True) - similarity
            potential[np.ix_(g, t)] += np.divide(similarity, both, out=np.zeros_like(both), where=both > 0)
        work.append((g, t, similarity))
    alignment = potential / (true_count[:, None] + found_count[None, :] - potential)
    hits = np.zeros(len(ALPHAS))
    matched = np.zeros((len(ALPHAS), len(true_ids), len(found_ids)))
    for g, t, similarity in work:
        if not similarity.size:
            continue
        rows, cols = linear_sum_assignment(alignment[np.ix_(g, t)] * similarity, maximize=True)
        good = similarity[rows, cols][None, :] >= LEAST[:, None]
        hits += good.sum(axis=1)
        matched[:, g[rows], t[cols]] += good
    joined = true_count[:, None] + found_count[None, :] - matched
    association = (matched * matched / np.maximum(joined, 1.0)).sum(axis=(1, 2))
    return HotaCounts(float(true_count.sum() + found_count.sum()), hits, association)
