"""Whether two sets of plate readings are of one plate."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages import Passage, PlateCandidate


@dataclass(frozen=True, slots=True)
class Match:
    """The best partner of a passage.

    Attributes:
        index: its place among those offered.
        probability_ratio: that both readings say one text, 0 to 1.
        second_ratio: the same of the next best, 0 where there is none.
    """

    index: int
    probability_ratio: float
    second_ratio: float


def agreement(a: Sequence[PlateCandidate], b: Sequence[PlateCandidate]) -> float:
    """Return the probability that two readings, independent of each other, say one text: sum over texts of the product.

    Texts that are no candidate count as 0, so it is a lower bound.
    """
    weights = {candidate.text: candidate.probability_ratio for candidate in a}
    return round(sum(weights.get(c.text, 0.0) * c.probability_ratio for c in b), 6)


def best_match(passage: Passage, others: Sequence[Passage]) -> Match | None:
    """Return the passage whose plate agrees best, the earliest of equals; None where none agrees at all."""
    ratios = [agreement(passage.candidates, other.candidates) for other in others]
    order = sorted(range(len(ratios)), key=lambda i: (-ratios[i], others[i].crossed_at_us, others[i].track_id))
    if not order or ratios[order[0]] <= 0.0:
        return None
    return Match(order[0], ratios[order[0]], ratios[order[1]] if len(order) > 1 else 0.0)
