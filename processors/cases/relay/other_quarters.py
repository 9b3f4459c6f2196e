"""OtherQuarters: what a vehicle did under the keys of other quarters, as far as its case needs to know: one bit.

A quarter has a key, so a vehicle has another vehicle key, and another log, in each. The relay, which holds the keys,
looks under all of them and says of what it relays: the penalty is a repeat, or the offence has its case. Nothing that
is written says which case that was: what later quarters hold leads to nothing of an earlier one (decision 0180).
"""

from collections.abc import Sequence
from typing import Protocol

from processors.cases.office_rules import OfficeRules
from processors.cases.opening import case_id_of
from processors.cases.relay.case_index import CaseIndex
from processors.cases.relay.core import Relayed
from processors.cases.relay.sealed_case import SealedCase
from processors.cases.terms import Terms
from schemas.law import Tier
from schemas.messages import Payment, Violation


class VehicleKeys(Protocol):
    """The live keys."""

    def refresh(self) -> None:
        """Take up keys that were made, let go of those that were destroyed."""

    def others(self, sealed: bytes, period: str, track_id: str) -> Sequence[str] | None:
        """Return a vehicle's keys under every live key but its own quarter's; None: its plate cannot be opened."""

    def turns(self, at_us: int, within_us: int) -> bool:
        """Return whether one quarter turns into the next at most so far from an instant."""


class OtherQuarters:
    """Looks vehicles up under the other live keys.

    Args:
        keys: the live keys.
        index: of cases.
        terms: the law.
        rules: the office's.
    """

    def __init__(self, keys: VehicleKeys, index: CaseIndex, terms: Terms, rules: OfficeRules) -> None:
        self.keys = keys
        self._index = index
        self._terms = terms
        self._rules = rules

    def turning(self, message: Relayed) -> bool:
        """Return whether a violation lies so near to a quarter's turn that its offence may have its case in another."""
        return (
            isinstance(message, Violation)
            and message.plate_encrypted is not None
            and self.keys.turns(
                message.occurred_at_us,
                message.occurred_at_us - self._since_us(message) + self._rules.window_us(message.kind),
            )
        )

    def others(self, violation: Violation) -> Sequence[str]:
        """Return a violation's vehicle under the other live keys; empty where it was not read or cannot be opened."""
        if violation.plate_encrypted is None or violation.key_period is None:
            return ()
        return self.keys.others(violation.plate_encrypted, violation.key_period, violation.track_id) or ()

    def has_twin(self, violation: Violation, others: Sequence[str]) -> bool:
        """Return whether a case of another quarter is for this offence: same act, same site, within its window.

        Of a case that is for a drive the end alone is known: one that ends later than the window after the violation is
        not found.

        Args:
            violation: the violation.
            others: its vehicle under the other live keys.
        """
        rules, kind = self._rules, violation.kind
        window_us, place = rules.window_us(kind), violation.site_id or violation.camera_id
        from_us, to_us = self._since_us(violation) - window_us, violation.occurred_at_us + window_us
        anywhere = rules.anywhere(kind)
        return any(
            self._index.turning_case(others, sorted(kinds), where, from_us, to_us)
            for kinds, where in ((rules.alike(kind) - anywhere, place), (anywhere, None))
            if kinds
        )

    def _since_us(self, violation: Violation) -> int:
        """Return when what was found began: of a drive its own begin, of all else the instant that it was measured."""
        return violation.started_at_us if violation.kind in self._rules.drives else violation.occurred_at_us

    def repeats(self, message: Relayed) -> bool | None:
        """Return whether a penalty in another quarter makes a case's own a repeat; None: it cannot be looked up.

        Asked of violations, and of reviews again: penalties may have been executed meanwhile. Of a review that corrects
        the plate nothing is known: its vehicle is another.
        """
        if isinstance(message, Payment):
            return None
        if isinstance(message, Violation):
            sealed = sealed_case(message)
        else:
            sealed = None if message.corrected_vehicle_key is not None else self._index.sealed(message.case_id)
        if sealed is None:
            return None
        others = self.keys.others(sealed.sealed, sealed.key_period, sealed.track_id)
        if others is None:
            return None
        counts = self._terms.law.repeat_codes(sealed.article)
        executed = [self._terms.day(at_us) for at_us in self._index.executed(others, counts)]
        if not executed:
            return False
        try:
            tier = self._terms.law.repeat_tier(sealed.article, self._terms.day(sealed.offence_at_us), executed)
        except (LookupError, ValueError):
            return False  # no such article on that day: the cases stage says so
        return tier is Tier.REPEAT


def sealed_case(violation: Violation) -> SealedCase | None:
    """Return what of a violation is needed to look its vehicle up again; None: it has no plate, or no article."""
    if violation.plate_encrypted is None or violation.key_period is None or not violation.articles:
        return None
    return SealedCase(
        case_id_of(violation.violation_id),
        violation.track_id,
        violation.key_period,
        violation.plate_encrypted,
        violation.articles[0].code,
        violation.occurred_at_us,
    )
