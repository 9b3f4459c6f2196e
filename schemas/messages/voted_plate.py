"""VotedPlate: The plate voted over a track's readings so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.plate_candidate import PlateCandidate


@dataclass(frozen=True, slots=True)
class VotedPlate:
    """The plate voted over a track's readings so far.

    Attributes:
        track: Index into the track arrays.
        candidates: Readings, the best first.
        reads: Readings behind the vote.
    """

    track: int
    candidates: Sequence[PlateCandidate]
    reads: int
