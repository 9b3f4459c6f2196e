"""PlateCandidate: One reading of a plate."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlateCandidate:
    """One reading of a plate.

    Attributes:
        text: Normalised text.
        probability_ratio: Probability of this text, 0 to 1.
    """

    text: str
    probability_ratio: float
