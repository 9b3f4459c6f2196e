"""TurnGuard: at a quarter's turn one offence may be found under two keys; the second finding opens no case."""

from collections.abc import Callable
from typing import Final

from processors.cases.relay.other_quarters import OtherQuarters
from schemas.messages import Violation

#: Vehicles remembered until the cases stage is asked again.
MOST_UNSEEN: Final = 10_000


class TurnGuard:
    """Holds violations near a quarter's turn against the cases of the neighbouring quarter.

    The index knows a case once the cases stage has told of it, so before a look the stage is waited for: at the first
    look of a process, and wherever a vehicle comes that was let through since under another key. Only one relay may
    run: a second one's violations are not known here.

    Args:
        quarters: look vehicles up under other quarters' keys.
        see_cases: returns when the index knows every case that was relayed so far.
    """

    def __init__(self, quarters: OtherQuarters, see_cases: Callable[[], None]) -> None:
        self._quarters = quarters
        self._see_cases = see_cases
        self._unseen: set[str] | None = None

    def passes(self, violation: Violation) -> bool:
        """Return whether a violation goes on, and remember it; False: its offence has a case in another quarter."""
        others = self._quarters.others(violation)
        if not others:
            return True
        if self._unseen is None or len(self._unseen) >= MOST_UNSEEN or not self._unseen.isdisjoint(others):
            self._see_cases()
            self._unseen = set()
        if self._quarters.has_twin(violation, others):
            return False
        self._unseen.add(violation.vehicle_key)
        return True
