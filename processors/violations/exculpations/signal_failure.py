"""A signal that is out of order binds nobody."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation, Signal

GROUND = "signal_failure"
_OUT = frozenset({Signal.DARK.value, Signal.FLASHING.value})
_DARK = frozenset({Signal.DARK.value})
#: A measure of who stands: what a signal shows does not matter then.
_STANDS = "standing_s"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Drop where every group of the junction is out of order; flag a part, a stuck one, and a junction unheard.

    Out of order is dark or flashing, at a rail crossing dark alone.
    """
    if kind not in limits.signal_kinds or (kind in limits.flashing_kinds and _STANDS in offence.measures):
        return Exculpation(GROUND, "cleared", "the offence does not hang on a signal's colour")
    if not seen.signals_known or not seen.signals:
        return Exculpation(GROUND, "flagged", "the junction's controller was not heard in that second")
    failed, word = (_DARK, "dark") if kind in limits.flashing_kinds else (_OUT, "dark or flashing")
    out = [group for group, state, _ in seen.signals if state in failed]
    if len(out) == len(seen.signals):
        return Exculpation(GROUND, "dropped", f"all signals of the junction were {word}: out of order")
    if out:
        return Exculpation(GROUND, "flagged", f"signal groups {', '.join(out)} were {word}")
    for group, state, since_us in seen.signals:
        lasted_s = (offence.at_us - since_us) / 1e6
        if lasted_s > limits.stuck_s:
            return Exculpation(
                GROUND, "flagged", f"signal group {group} had shown {state} for {lasted_s:.0f} s: it may be stuck"
            )
    return Exculpation(GROUND, "cleared", f"{len(seen.signals)} signal groups were heard and changed as they should")
