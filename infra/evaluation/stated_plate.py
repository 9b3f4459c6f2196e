"""StatedPlate: the plate that a track is stated to have in one second."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatedPlate:
    """A vote so far.

    Attributes:
        track: number of the track.
        at_us: begin of the second that states it, microseconds since the Unix epoch.
        text: the best candidate.
        probability_ratio: of this text, 0 to 1, to 1e-4.
        reads: readings behind the vote.
    """

    track: int
    at_us: int
    text: str
    probability_ratio: float
    reads: int
