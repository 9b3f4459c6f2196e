"""Courts' decisions on appeals, and the money that they give back: what each does to its case. Pure."""

from typing import Final

from processors.cases.case import Case
from processors.cases.impossible import ImpossibleError
from processors.cases.machine import CaseMachine
from processors.cases.transitions import State, Trigger
from schemas.messages import Payment

#: Outcomes of an appeal: (of a fine, of a warning).
OUTCOMES: Final = {
    "cancelled": (Trigger.APPEAL_ALLOWED, Trigger.APPEAL_ALLOWED),
    "upheld": (Trigger.APPEAL_DISMISSED, Trigger.APPEAL_DISMISSED_OF_WARNING),
}
#: The outcome that lowers a fine; the report's amount is the new one.
LOWERED: Final = "changed"


def decision_trigger(case: Case, report: Payment) -> Trigger:
    """Return what a court's decision does to its case; changes nothing.

    Raises:
        ImpossibleError: nobody knows the outcome, or the sum is not below the fine that stands.
    """
    if report.outcome == LOWERED:
        if not 0 < report.amount_kzt < case.imposed_kzt:
            raise ImpossibleError(
                f"case {case.case_id}: a court changed its fine of {case.imposed_kzt} KZT to {report.amount_kzt} KZT;"
                " expected less than it was and more than 0. What is cancelled as a whole has the outcome 'cancelled';"
                " what is raised needs a person"
            )
        return Trigger.FINE_LOWERED
    found = OUTCOMES.get(report.outcome or "")
    if found is None:
        raise ImpossibleError(
            f"case {case.case_id}: outcome {report.outcome!r} of a court; expected {', '.join([*OUTCOMES, LOWERED])}"
        )
    return found[case.warning]


def lower(machine: CaseMachine, case: Case, amount_kzt: int) -> None:
    """Let a case ask for the fine that a court set, with the discount of that one."""
    case.prescribed_kzt = case.prescribed_kzt or case.imposed_kzt
    case.imposed_kzt = amount_kzt
    if case.discount_kzt:
        case.discount_kzt = machine.terms.law.terms.discounted_kzt(amount_kzt)


def refund_of(case: Case) -> int:
    """Return what is to be given back of a case that has just come to its state, tenge.

    All that came, of a cancelled case; of a fine that was lowered, what is beyond it, or beyond its half where that was
    enough. Never more than came. Other money beyond a fine stays with it, as before any court.
    """
    if case.state is State.CANCELLED:
        return case.received_kzt
    if not case.prescribed_kzt:
        return 0
    if case.state is State.PAID:
        return max(case.received_kzt - case.imposed_kzt, 0)
    return max(case.received_kzt - case.discount_kzt, 0) if case.state is State.DISCOUNTED else 0


def refund_trigger(machine: CaseMachine, case: Case, report: Payment) -> Trigger:
    """Return what money that the treasury gave back does to its case; changes nothing.

    Raises:
        ImpossibleError: nothing is to be given back, or not so much, or not yet.
    """
    machine.way(case, Trigger.REFUND_PART)
    left_kzt = case.owed_back_kzt - case.given_back_kzt
    if not 0 < report.amount_kzt <= left_kzt:
        raise ImpossibleError(
            f"case {case.case_id}: a refund of {report.amount_kzt} KZT where {left_kzt} KZT are to be given back;"
            " expected more than 0 and no more than that"
        )
    day = machine.terms.day
    if day(report.happened_at_us) < day(case.last_us):
        raise ImpossibleError(
            f"case {case.case_id}: a refund of {day(report.happened_at_us)}, but it is due since {day(case.last_us)};"
            " look at the reporter's clock"
        )
    return Trigger.REFUNDED if report.amount_kzt == left_kzt else Trigger.REFUND_PART
