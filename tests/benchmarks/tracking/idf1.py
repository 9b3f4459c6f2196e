"""IDF1: Ristani et al., Performance Measures and a Data Set for Multi-Target Tracking, 2016 (arXiv 1609.01775)."""

from collections import Counter

import numpy as np
from scipy.optimize import linear_sum_assignment

from tests.benchmarks.tracking.hota import iou
from tests.benchmarks.tracking.mot import Identified

#: Least IoU of a box that counts as the truth's.
LEAST_IOU = 0.5


def idf1(truth: Identified, found: Identified) -> float:
    """Return the share of boxes, 0 to 1, that the best one-to-one mapping of whole identities gets right."""
    true_boxes = sum(len(ids) for ids, _ in truth.values())
    found_boxes = sum(len(ids) for ids, _ in found.values())
    together: Counter[tuple[int, int]] = Counter()
    for frame in truth.keys() & found.keys():
        (true, theirs), (mine, own) = truth[frame], found[frame]
        for i, j in zip(*np.nonzero(iou(theirs, own) >= LEAST_IOU), strict=True):
            together[int(true[i]), int(mine[j])] += 1
    if not together:
        return 0.0
    rows = {identity: n for n, identity in enumerate(sorted({pair[0] for pair in together}))}
    columns = {identity: n for n, identity in enumerate(sorted({pair[1] for pair in together}))}
    count = np.zeros((len(rows), len(columns)))
    for (true_id, my_id), boxes in together.items():
        count[rows[true_id], columns[my_id]] = boxes
    right = count[linear_sum_assignment(count, maximize=True)].sum()
    return float(2.0 * right / (true_boxes + found_boxes))
