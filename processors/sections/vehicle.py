"""What both cameras of a section read of one vehicle's plate."""

from processors.rules.confident_plate import stands
from processors.violations.circumstances import Circumstances
from processors.violations.exempt_vehicles import ExemptVehicles
from schemas.messages import Passage

#: Readings that the grounds are shown: the best and its rival.
RANKS = 2


def surer(start: Passage, end: Passage) -> Passage:
    """Return the passage whose best reading is the more probable; of equals the one with more reads, then the end's."""
    return max((end, start), key=lambda one: (one.candidates[0].probability_ratio, one.reads))


def plate_of(start: Passage, end: Passage) -> str | None:
    """Return the plate that stands for the vehicle, or None.

    Both cameras read it best, and one of them so surely that it would stand for its vehicle there
    (processors/rules/confident_plate.py): the pairing rests on all candidates, a fine on this text alone.
    """
    best = surer(start, end)
    text, ratio = best.candidates[0].text, best.candidates[0].probability_ratio
    same = start.candidates[0].text == end.candidates[0].text
    return text if same and stands(text, ratio, best.reads, best.crossed_at_us) else None


def circumstances_of(start: Passage, end: Passage, exempt: ExemptVehicles | None) -> Circumstances:
    """Return what the grounds know of a pair: the surer camera's readings, and what the register says of them."""
    best = surer(start, end)
    plates = tuple((one.text, round(one.probability_ratio, 4)) for one in best.candidates[:RANKS])
    services: tuple[str, ...] = ()
    if exempt is not None:
        services = tuple(exempt.service_of(text, end.crossed_at_us) or "" for text, _ in plates)
    return Circumstances(
        plates=plates,
        plate_reads=best.reads,
        plate_track_id=best.track_id,
        register=exempt.digest if exempt is not None else "",
        services=services,
    )
