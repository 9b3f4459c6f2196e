"""When a voted plate stands for its vehicle. The same for every stage that joins by plates."""

from collections import Counter
from typing import Final

from schemas.messages import Tracks

#: Probability of the voted text (tracking calibrates it) and number of reads from which it stands for its vehicle:
#: the same as tracking calls confident (processors/tracking/plates.toml), right in 99 of 100. Higher leaves more
#: vehicles under their track, lower joins different vehicles; an officer compares the plate with the picture anyway.
READ_RATIO: Final = 0.99
LEAST_READS: Final = 2


def confident_plates(tracks: Tracks) -> dict[str, str]:
    """Return the plates that stand for their vehicles in a second, by track.

    One that two tracks of the second share is another vehicle's for at least one of them, and stands for neither.
    """
    best = [(vote.track, vote.candidates[0], vote.reads) for vote in tracks.plates if vote.candidates]
    shared = Counter(candidate.text for _, candidate, _ in best)
    return {
        tracks.track_id[track]: candidate.text
        for track, candidate, reads in best
        if candidate.probability_ratio >= READ_RATIO and reads >= LEAST_READS and shared[candidate.text] == 1
    }
