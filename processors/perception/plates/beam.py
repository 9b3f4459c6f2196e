"""The likeliest texts of a reading: CTC's prefix beam search. Pure.

A text's probability is the sum over all ways in which blanks and repeats give it (Graves et al., 2006); prefixes are
grown place by place and only the likeliest are kept (Hannun et al., 2014, arXiv 1408.2873, without a language model).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from processors.perception.plates.plate_models import SYMBOLS

#: Prefixes kept at each place.
WIDTH: Final = 24
#: A symbol less probable than this at its place is left out.
LEAST_RATIO: Final = 1e-3


def beam(rows: NDArray[np.float32], width: int = WIDTH) -> list[tuple[str, float]]:
    """Return texts with their probabilities, the likeliest first, equal ones by text.

    Args:
        rows: float32 [T, 37]: blank, 0-9, A-Z; a row may sum to less than 1 (the rest is other writing).
        width: prefixes kept.
    """
    # Of each prefix: the probability that it ended in a blank, and in its last symbol.
    kept: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for row in np.asarray(rows, np.float64).round(6):
        blank = float(row[0])
        likely = [(SYMBOLS[n], float(row[n + 1])) for n in np.flatnonzero(row[1:] >= LEAST_RATIO)]
        kept = _grown(kept, blank, likely)
        if len(kept) > width:
            kept = dict(sorted(kept.items(), key=lambda item: (-sum(item[1]), item[0]))[:width])
    texts = [(text, ended + open_) for text, (ended, open_) in kept.items()]
    return sorted(texts, key=lambda item: (-item[1], item[0]))


def _grown(
    kept: dict[str, tuple[float, float]], blank: float, likely: Sequence[tuple[str, float]]
) -> dict[str, tuple[float, float]]:
    """Return the prefixes one place on."""
    out: dict[str, tuple[float, float]] = {}

    def add(prefix: str, ended: float, open_: float) -> None:
        before = out.get(prefix, (0.0, 0.0))
        out[prefix] = (before[0] + ended, before[1] + open_)

    for prefix, (ended, open_) in kept.items():
        total = ended + open_
        if blank > 0:
            add(prefix, total * blank, 0.0)
        for symbol, ratio in likely:
            if prefix and prefix[-1] == symbol:
                add(prefix, 0.0, open_ * ratio)
                if ended > 0:
                    add(prefix + symbol, 0.0, ended * ratio)
            else:
                add(prefix + symbol, 0.0, total * ratio)
    return out
