"""A signal that is out of order binds nobody."""

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation, PhaseSource, Signal

GROUND = "signal_failure"
_OUT = frozenset({Signal.DARK.value, Signal.FLASHING.value})
_DARK = frozenset({Signal.DARK.value})
#: A measure of who stands: what a signal shows does not matter then.
_STANDS = "standing_s"


def check(kind: str, offence: Offence, seen: Circumstances, limits: Thresholds) -> Exculpation:
    """Drop where every group of the junction is out of order; flag a part, a stuck one, and a junction unheard.

    Out of order is dark or flashing, at a rail crossing dark alone, and a head in the picture whose lights came in an
    order that no signal in order has. A head that shows another state than the controller tells is flagged: one of the
    two is wrong, and drivers obey the head.
    """
    if kind not in limits.signal_kinds or (kind in limits.flashing_kinds and _STANDS in offence.measures):
        return Exculpation(GROUND, "cleared", "the offence does not hang on a signal's colour")
    if not seen.signals_known or not seen.signals:
        return Exculpation(GROUND, "flagged", "neither a controller nor a signal head told the signals")
    failed, word = (_DARK, "dark") if kind in limits.flashing_kinds else (_OUT, "dark or flashing")
    broken = [group for group, *_, impossible in seen.signals if impossible]
    if len(broken) == len(seen.signals):
        return Exculpation(
            GROUND, "dropped", "every signal head's lights changed in an order that no signal in order has"
        )
    if broken:
        return Exculpation(
            GROUND, "flagged", f"lights of {', '.join(broken)} changed in an order that no signal in order has"
        )
    for group, state, _, source, head, _ in seen.signals:
        if contradict(state, head):
            reason = f"the {source.lower()} tells {state} of signal group {group}, its head in the picture shows {head}"
            return Exculpation(GROUND, "flagged", reason)
    out = [group for group, state, *_ in seen.signals if state in failed]
    if len(out) == len(seen.signals):
        return Exculpation(GROUND, "dropped", f"all signals of the junction were {word}: out of order")
    if out:
        return Exculpation(GROUND, "flagged", f"signal groups {', '.join(out)} were {word}")
    for group, state, since_us, *_ in seen.signals:
        lasted_s = (offence.at_us - since_us) / 1e6
        if lasted_s > limits.stuck_s:
            return Exculpation(
                GROUND, "flagged", f"signal group {group} had shown {state} for {lasted_s:.0f} s: it may be stuck"
            )
    return Exculpation(GROUND, "cleared", _in_order(seen))


def contradict(told: str, head: str) -> bool:
    """Say whether a controller's state and what a head shows exclude each other.

    A head's reading may miss the amber beside red, and what a controller calls flashing is one of its lamps.
    """
    closed = {Signal.RED.value, Signal.RED_AMBER.value}
    open_to_both = Signal.UNKNOWN.value in {told, head} or told == Signal.FLASHING.value
    return not open_to_both and told != head and not {told, head} <= closed


def _in_order(seen: Circumstances) -> str:
    """Return the words for signals that changed as they should, with who told them."""
    pictured = [group for group, _, _, source, *_ in seen.signals if source == PhaseSource.PICTURE.value]
    agreeing = sum(1 for *_, head, _ in seen.signals if head != Signal.UNKNOWN.value)
    words = f"{len(seen.signals)} signal groups were heard and changed as they should"
    if pictured:
        words += f"; {', '.join(pictured)} as their heads in the picture showed"
    return f"{words}; {agreeing} heads in the picture agreed" if agreeing else words
