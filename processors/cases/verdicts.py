"""Verdicts: what officers' reviews come to. A share of cases needs two who agree, or a third. Pure."""

from processors.cases.case import Case
from processors.cases.impossible import ImpossibleError
from processors.cases.machine import CaseMachine
from processors.cases.transitions import Trigger
from processors.cases.vehicle_log import VehicleLog
from schemas.law import SanctionKind
from schemas.messages import Review, Verdict


def verdict_trigger(machine: CaseMachine, log: VehicleLog, case: Case, review: Review) -> Trigger:
    """Return what a review does to its case; changes nothing.

    Raises:
        ImpossibleError: this review cannot be of this case.
    """
    machine.way(case, Trigger.VERDICT)
    rules = machine.rules
    if any(officer == review.officer_id for officer, _, _ in case.verdicts):
        raise ImpossibleError(
            f"case {case.case_id}: {review.officer_id} has given a verdict on it; expected another officer's"
        )
    if review.verdict is Verdict.REJECTED and review.reason_code not in rules.reject_reasons:
        raise ImpossibleError(
            f"case {case.case_id}: rejected for {review.reason_code!r}; expected one of"
            f" {', '.join(rules.reject_reasons)}"
        )
    last = machine.terms.liability_ends(case.offence_at_us)
    if machine.terms.day(review.decided_at_us) > last:
        raise ImpossibleError(f"case {case.case_id}: reviewed after {last}, the last day of liability (KoAP 62)")
    if not decides(machine, case, review):
        return Trigger.VERDICT
    if review.verdict is Verdict.REJECTED:
        return Trigger.REJECTED
    if any(other.confirmed for other in machine.twins(log, case)):
        return Trigger.DUPLICATE
    court = machine.proposed(log, case).kind is SanctionKind.COURT
    return Trigger.CONFIRMED_FOR_COURT if court else Trigger.CONFIRMED


def decides(machine: CaseMachine, case: Case, review: Review) -> bool:
    """Return whether this review decides: the only one, the second that agrees, or the third."""
    before = case.verdicts
    if len(before) + 1 < machine.rules.officers_needed(case.case_id):
        return False
    return len(before) != 1 or before[0][1] == review.verdict.value
