"""IDF1: Ristani et al., Performance Measures and a Data Set for Multi-Target Tracking, 2016 (arXiv 1609.01775)."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from infra.evaluation.identified import Identified
from infra.evaluation.overlap import iou

#: Least IoU of a box that counts as the truth's.
LEAST_IOU = 0.5


class Idf1Counts(NamedTuple):
    """Boxes that the best mapping of identities gets right, and all boxes, true and found; they add up."""

    right: float
    boxes: float


def idf1(truth: Identified, found: Identified) -> float:
    """Return the share of boxes, 0 to 1, that the best one-to-one mapping of whole identities gets right."""
    return idf1_together([idf1_counts(truth, found)])


def idf1_together(counts: Sequence[Idf1Counts]) -> float:
    """Return the share over several sequences; 0 where there are no boxes."""
    boxes = sum(one.boxes for one in counts)
    return 2.0 * sum(one.right for one in counts) / boxes if boxes else 0.0


def idf1_counts(truth: Identified, found: Identified) -> Idf1Counts:
    """Count one sequence."""
    boxes = float(sum(len(ids) for side in (truth, found) for ids, _ in side.values()))
    shared: Counter[tuple[int, int]] = Counter()
    for frame in truth.keys() & found.keys():
        (true, theirs), (mine, own) = truth[frame], found[frame]
        for i, j in zip(*np.nonzero(iou(theirs, own) >= LEAST_IOU), strict=True):
            shared[int(true[i]), int(mine[j])] += 1
    if not shared:
        return Idf1Counts(0.0, boxes)
    rows = {identity: n for n, identity in enumerate(sorted({pair[0] for pair in shared}))}
    columns = {identity: n for n, identity in enumerate(sorted({pair[1] for pair in shared}))}
    count = np.zeros((len(rows), len(columns)))
    for (true_id, my_id), frames in shared.items():
        count[rows[true_id], columns[my_id]] = frames
    return Idf1Counts(float(count[linear_sum_assignment(count, maximize=True)].sum()), boxes)
