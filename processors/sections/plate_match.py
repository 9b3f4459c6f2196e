"""Whether two sets of plate readings are of one plate."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages import Passage, PlateCandidate

#: Two tracks of one vehicle cross a line within this; two vehicles in one lane do not (2 s is the advised gap).
TOGETHER_US = 500_000
#: A runner-up that shares fewer than this part of the best reading's signs was read from another plate. Where signs err
#: independently of each other, a text with one sign changed is always likelier than one with that and more changed.
LEAST_SHARED_RATIO = 0.5


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
    best = others[order[0]]
    rivals = [ratios[i] for i in order[1:] if not _same_vehicle(best, others[i])]
    return Match(order[0], ratios[order[0]], rivals[0] if rivals else 0.0)


def names_two(candidates: Sequence[PlateCandidate]) -> bool:
    """Say whether a reading's two best texts are of two vehicles: the track went over from one to the other.

    Then the text may be the one's and the time on the line the other's (decision 0290).
    """
    if len(candidates) < 2:
        return False
    best, second = candidates[0].text, candidates[1].text
    shared = sum(a == b for a, b in zip(best, second, strict=False))
    return shared < LEAST_SHARED_RATIO * max(len(best), len(second))


def _same_vehicle(a: Passage, b: Passage) -> bool:
    """Say whether two passages of one end are two tracks of one vehicle: one plate read, at all but one time."""
    together = abs(a.crossed_at_us - b.crossed_at_us) <= TOGETHER_US
    return together and a.candidates[0].text == b.candidates[0].text
