"""PlateRead: The plate read of one box."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.plate_candidate import PlateCandidate


@dataclass(frozen=True, slots=True)
class PlateRead:
    """The plate read of one box.

    Attributes:
        box: Index into the box arrays.
        candidates: Readings, the best first.
    """

    box: int
    candidates: Sequence[PlateCandidate]
