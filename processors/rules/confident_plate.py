"""When a voted plate stands for its vehicle. The same for every stage that joins by plates."""

from collections import Counter
from typing import Final

from processors.plates.plate_formats import format_of
from schemas.city_time import day_of
from schemas.messages import Tracks

#: Probability of the voted text (tracking calibrates it) and number of reads from which it stands for its vehicle:
#: the same as tracking calls confident (processors/tracking/plates.toml), right in 99 of 100. Higher leaves more
#: vehicles under their track, lower joins different vehicles; an officer compares the plate with the picture anyway.
READ_RATIO: Final = 0.99
LEAST_READS: Final = 2


def stands(text: str, probability_ratio: float, reads: int, at_us: int) -> bool:
    """Return whether a voted text stands for its vehicle: sure enough, and in a format that is certain on its day.

    Args:
        text: of the vote.
        probability_ratio: its own, as tracking states it.
        reads: behind it.
        at_us: when the vehicle was seen, microseconds since the Unix epoch.
    """
    if probability_ratio < READ_RATIO or reads < LEAST_READS:
        return False
    known = format_of(text, day_of(at_us))
    return known is not None and known.certain


def confident_plates(tracks: Tracks) -> dict[str, str]:
    """Return the plates that stand for their vehicles in a second, by track.

    One that two tracks of the second share is another vehicle's for at least one of them, and stands for neither.
    """
    best = [(vote.track, vote.candidates[0], vote.reads) for vote in tracks.plates if vote.candidates]
    shared = Counter(candidate.text for _, candidate, _ in best)
    return {
        tracks.track_id[track]: candidate.text
        for track, candidate, reads in best
        if shared[candidate.text] == 1
        and stands(candidate.text, candidate.probability_ratio, reads, tracks.captured_at_us)
    }
