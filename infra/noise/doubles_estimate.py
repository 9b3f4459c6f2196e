"""Estimates a kind's doubles: false alarms that lie on a true object."""

from collections.abc import Sequence

import numpy as np

from infra.noise.fusion import KINDS
from infra.noise.matching import FoundBoxes, Matched
from producers.simulator.noise.doubles import Doubles

#: Fewer doubles than this say nothing of their shape.
LEAST_DOUBLES = 20


def doubles_of(clips: Sequence[tuple[FoundBoxes, Matched]], kind: int, old: Doubles) -> Doubles:
    """Return a kind's doubles; `old` where the clips have too few.

    Shares are means of the clips' shares, as for false alarms.
    """
    shares_found: list[float] = []
    shares_missed: list[float] = []
    rows, again, chances = [], [], []
    for boxes, m in clips:
        true = np.array([KINDS[int(c)] == kind for c in m.truth.class_id], bool)
        places = np.flatnonzero(m.false_alarm & (m.double_of >= 0))
        places = places[true[m.double_of[places]]]
        has = np.zeros(len(true), bool)
        has[m.double_of[places]] = True
        for shares, part in ((shares_found, true & m.found), (shares_missed, true & ~m.found)):
            if part.sum() >= LEAST_DOUBLES:
                shares.append(float(has[part].mean()))
        size = m.truth.xyxy_px[:, 2:] - m.truth.xyxy_px[:, :2]
        owner, xyxy = m.double_of[places], boxes.xyxy_px[places]
        middle = (xyxy[:, :2] + xyxy[:, 2:] - m.truth.xyxy_px[owner, :2] - m.truth.xyxy_px[owner, 2:]) / 2.0
        rows.append(
            np.column_stack(
                [middle / size[owner], (xyxy[:, 2:] - xyxy[:, :2]) / size[owner] - 1.0, boxes.score[places]]
            )
        )
        order = np.lexsort((m.truth.frame, m.truth.object_id))
        order = order[true[order]]
        follows = (np.diff(m.truth.object_id[order]) == 0) & (np.diff(m.truth.frame[order]) == 1)
        now, after = has[order[:-1]][follows], has[order[1:]][follows]
        again.append(after[now])
        chances.append(after)
    every = np.concatenate(rows)
    if len(every) < LEAST_DOUBLES:
        return old
    mean, sd = every.mean(axis=0), every.std(axis=0)
    stay, chance = float(np.concatenate(again).mean()), float(np.concatenate(chances).mean())
    # redrawn with probability q: stay = 1 - q + q * chance
    redrawn = np.clip((1.0 - stay) / max(1e-6, 1.0 - chance), 0.02, 1.0)
    found, missed = (
        float(np.mean(shares)) if shares else default
        for shares, default in ((shares_found, old.share_found), (shares_missed, old.share_missed))
    )
    return Doubles(
        share_found=round(found, 4),
        share_missed=round(missed, 4),
        centre_bias_ratio=(round(float(mean[0]), 4), round(float(mean[1]), 4)),
        centre_sd_ratio=(round(float(sd[0]), 4), round(float(sd[1]), 4)),
        size_bias_ratio=(round(float(mean[2]), 4), round(float(mean[3]), 4)),
        size_sd_ratio=(round(float(sd[2]), 4), round(float(sd[3]), 4)),
        score_mean=round(float(mean[4]), 4),
        score_sd=round(float(sd[4]), 4),
        run_frames=round(1.0 / float(redrawn), 2),
    )
