"""Reports of couriers, the treasury and courts: what each does to its case. Pure."""

from typing import Final

from processors.cases.case import Case
from processors.cases.court import decision_trigger, refund_trigger
from processors.cases.impossible import ImpossibleError
from processors.cases.machine import CaseMachine
from processors.cases.transitions import State, Trigger
from schemas.messages import Payment, PaymentKind

#: States in which money only waits: for the report of the delivery, or for the court.
MONEY_WAITS: Final = frozenset({State.ISSUED, State.APPEALED})
#: States in which money that waited is looked at.
OWING: Final = frozenset({State.DELIVERED, State.IN_FORCE, State.ENFORCED})


def report_trigger(machine: CaseMachine, case: Case, report: Payment) -> Trigger:
    """Return what a report does to its case; changes nothing.

    Raises:
        ImpossibleError: this report cannot be of this case.
    """
    day = machine.terms.day
    if case.issued_us and day(report.happened_at_us) < day(case.issued_us):
        raise _before(case, report, "the prescription was sent", case.issued_us, machine)
    if report.kind is PaymentKind.DELIVERED:
        return Trigger.DELIVERED
    if report.kind is PaymentKind.APPEAL:
        machine.way(case, Trigger.APPEAL)
        last = machine.terms.appeal_ends(case.delivered_us)
        if day(report.happened_at_us) < day(case.delivered_us):
            raise _before(case, report, "the prescription was delivered", case.delivered_us, machine)
        if day(report.happened_at_us) > last:
            raise ImpossibleError(f"case {case.case_id}: appeal after {last}, the last day of the term (KoAP 826-2)")
        return Trigger.APPEAL
    if report.kind is PaymentKind.COURT_DECISION:
        # Where nobody appealed, a decision may have been taken before the step that came last: its report was late.
        if case.state is State.APPEALED and day(report.happened_at_us) < day(case.last_us):
            raise _before(case, report, "the appeal came", case.last_us, machine)
        return decision_trigger(case, report)
    if report.kind is PaymentKind.REFUND:
        return refund_trigger(machine, case, report)
    if report.amount_kzt <= 0:
        raise ImpossibleError(f"case {case.case_id}: a payment of {report.amount_kzt} KZT; expected more than 0")
    return money_trigger(machine, case, [*case.money, (report.happened_at_us, report.amount_kzt)])


def _before(case: Case, report: Payment, what: str, since_us: int, machine: CaseMachine) -> ImpossibleError:
    day = machine.terms.day
    return ImpossibleError(
        f"case {case.case_id}: {report.kind} of {day(report.happened_at_us)}, but {what} on {day(since_us)};"
        " look at the reporter's clock"
    )


def money_trigger(machine: CaseMachine, case: Case, money: list[tuple[int, int]]) -> Trigger:
    """Return what the money that came does to a case.

    Args:
        machine: knows the terms.
        case: the case; `money` of it is not looked at.
        money: (when, tenge) of each payment.

    Raises:
        ImpossibleError: no money is owed.
    """
    if case.warning:
        raise ImpossibleError(f"case {case.case_id}: money for a warning; give it back")
    if case.state in MONEY_WAITS:
        return Trigger.MONEY
    if case.delivered_us and case.discount_kzt:
        last = machine.terms.discount_ends(case.delivered_us)
        in_time = sum(amount for at_us, amount in money if machine.terms.day(at_us) <= last)
        # what was paid in time for a fine that was lowered later was paid for the fine as it stood in the prescription
        if case.discount_kzt <= in_time < max(case.imposed_kzt, case.prescribed_kzt):
            return Trigger.HALF_PAID
    return Trigger.PAID if sum(amount for _, amount in money) >= case.imposed_kzt else Trigger.MONEY
