"""Voting over a track's plate reads: probabilities of equal texts add up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.messages import PlateCandidate

#: Texts remembered of a track; the least likely leave.
MOST_TEXTS = 16
#: Candidates in a message.
MOST_CANDIDATES = 5


@dataclass(slots=True)
class PlateVote:
    """Reads of one track's plate.

    Attributes:
        reads: how many.
        weights: sum of the probabilities of each text.
    """

    reads: int = 0
    weights: dict[str, float] = field(default_factory=dict)

    def add(self, candidates: Sequence[PlateCandidate]) -> None:
        """Count one read, which may have several candidates."""
        self.reads += 1
        for candidate in candidates:
            weight = self.weights.get(candidate.text, 0.0) + candidate.probability_ratio
            self.weights[candidate.text] = round(weight, 6)
        if len(self.weights) > MOST_TEXTS:
            self.weights = dict(self.ranked()[:MOST_TEXTS])

    def ranked(self) -> list[tuple[str, float]]:
        """Return texts with their weights, the heaviest first, equal ones by text."""
        return sorted(self.weights.items(), key=lambda item: (-item[1], item[0]))

    def candidates(self) -> list[PlateCandidate]:
        """Return the best texts; a probability is the text's share of one whole read, over all reads."""
        return [
            PlateCandidate(text, round(min(weight / self.reads, 1.0), 4))
            for text, weight in self.ranked()[:MOST_CANDIDATES]
        ]
