"""HOTA: Luiten et al., A Higher Order Metric for Evaluating Multi-Object Tracking, IJCV 2021 (arXiv 2009.07736)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tests.benchmarks.tracking.mot import Array, Identified

#: Localisation thresholds, section 4.
ALPHAS = np.arange(0.05, 0.99, 0.05)


class Hota(NamedTuple):
    """Means over ALPHAS, 0 to 1: HOTA, detection accuracy, association accuracy."""

    hota: float
    deta: float
    assa: float


def iou(a: Array, b: Array) -> Array:
    """Return float64 [len(a), len(b)], IoU of boxes x1, y1, x2, y2."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    overlap = np.clip(high - low, 0.0, None).prod(axis=2)
    areas = [(one[:, 2] - one[:, 0]) * (one[:, 3] - one[:, 1]) for one in (a, b)]
    return np.asarray(overlap / (areas[0][:, None] + areas[1][None, :] - overlap))


def hota(truth: Identified, found: Identified) -> Hota:
    """Return the score of a tracker's boxes against ground truth, over all frames of both.

    Matching follows the paper's section 5: a frame's matching maximises the global alignment of the two identities
    first, IoU within it, among pairs of at least alpha.
    """
    none = np.zeros(0, np.int64), np.zeros((0, 4))
    frames = sorted(set(truth) | set(found))
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
        for k, alpha in enumerate(ALPHAS):
            good = similarity[rows, cols] >= alpha - np.finfo(float).eps
            hits[k] += good.sum()
            matched[k, g[rows[good]], t[cols[good]]] += 1
    everything = true_count.sum() + found_count.sum()
    deta = hits / np.maximum(everything - hits, 1.0)
    joined = true_count[:, None] + found_count[None, :] - matched
    assa = (matched * matched / np.maximum(joined, 1.0)).sum(axis=(1, 2)) / np.maximum(hits, 1.0)
    return Hota(float(np.sqrt(deta * assa).mean()), float(deta.mean()), float(assa.mean()))
