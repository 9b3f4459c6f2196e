"""Verdicts: what officers' reviews come to. A share of cases needs two officers who agree, maybe out of three. Pure."""

from collections.abc import Sequence

from processors.cases.case import Case, GivenVerdict
from processors.cases.impossible import ImpossibleError
from processors.cases.machine import WITHDRAWN, CaseMachine
from processors.cases.transitions import Trigger
from processors.cases.vehicle_log import VehicleLog
from processors.vehicles.by_period import sealed_key
from schemas.law import SanctionKind
from schemas.messages import Review, Verdict


def vehicle_of(case: Case, key: str, review: Review) -> str:
    """Return the key of the vehicle that a review is about: as the officer corrected it, or as it was proposed.

    Args:
        case: the case; an earlier officer may have moved it to another vehicle's log.
        key: of the log that it is in.
        review: the review.
    """
    return review.corrected_vehicle_key or case.proposed_key or key


def articles_of(case: Case) -> Sequence[str]:
    """Return the articles that a confirmation may be for, the one that is proposed first."""
    return case.candidates or (case.article,)


def check_review(machine: CaseMachine, case: Case, vehicle_key: str, review: Review) -> None:
    """Refuse a review that cannot be of this case; changes nothing.

    Args:
        machine: knows the terms.
        case: the case.
        vehicle_key: whom the review is about.
        review: the review.

    Raises:
        ImpossibleError: it cannot be.
    """
    machine.way(case, Trigger.VERDICT)
    rules = machine.rules
    if any(given.officer_id == review.officer_id for given in case.verdicts):
        raise ImpossibleError(
            f"case {case.case_id}: {review.officer_id} has given a verdict on it; expected another officer's"
        )
    if review.verdict is Verdict.REJECTED and review.reason_code not in rules.reject_reasons:
        raise ImpossibleError(
            f"case {case.case_id}: rejected for {review.reason_code!r}; expected one of"
            f" {', '.join(rules.reject_reasons)}"
        )
    if review.verdict is Verdict.CONFIRMED and sealed_key(vehicle_key) is None:
        raise ImpossibleError(
            f"case {case.case_id}: confirmed against no vehicle, for its plate was not read; expected the plate that"
            " the pictures show ('vigil review confirm --plate'), or a rejection with plate_unreadable"
        )
    if review.article is not None and review.article not in articles_of(case):
        raise ImpossibleError(
            f"case {case.case_id}: confirmed for {review.article}; expected one that the violation proposes:"
            f" {', '.join(articles_of(case))}"
        )
    if review.decided_at_us < case.offence_at_us:
        raise ImpossibleError(
            f"case {case.case_id}: reviewed on {machine.terms.day(review.decided_at_us)}, before the offence on"
            f" {machine.terms.day(case.offence_at_us)}; look at the desk's clock"
        )
    last = machine.terms.liability_ends(case.offence_at_us)
    if machine.terms.day(review.decided_at_us) > last:
        raise ImpossibleError(f"case {case.case_id}: reviewed after {last}, the last day of liability (KoAP 62)")


def withdrawal_reason(machine: CaseMachine, case: Case, review: Review) -> str:
    """Return the reason of the step by which a review takes a confirmation back; changes nothing.

    Raises:
        ImpossibleError: it is no rejection, or has no reason that is known.
    """
    machine.way(case, Trigger.WITHDRAWN)
    if review.verdict is not Verdict.REJECTED or review.reason_code not in machine.rules.reject_reasons:
        raise ImpossibleError(
            f"case {case.case_id}: withdrawn by {review.verdict} for {review.reason_code!r}; expected REJECTED for one"
            f" of {', '.join(machine.rules.reject_reasons)}"
        )
    return f"{WITHDRAWN}{review.reason_code}"


def given_by(case: Case, key: str, review: Review) -> GivenVerdict:
    """Return what a review says, as its case remembers it."""
    return GivenVerdict(
        review.officer_id,
        review.verdict.value,
        review.reason_code,
        vehicle_key=vehicle_of(case, key, review),
        article=review.article or articles_of(case)[0],
    )


def choose(machine: CaseMachine, case: Case, given: GivenVerdict) -> None:
    """Let the case be for the article that a deciding confirmation chose, in place.

    What the relay looked up under other quarters' keys is about the article that was proposed first.
    """
    if given.verdict == Verdict.CONFIRMED and decides(machine, case, given) and stands(case, given):
        case.article = given.article
        if case.article != articles_of(case)[0]:
            case.repeat_elsewhere = False


def verdict_trigger(machine: CaseMachine, log: VehicleLog, case: Case, given: GivenVerdict) -> Trigger:
    """Return what a verdict that was checked does to its case; changes nothing.

    Raises:
        ImpossibleError: the law has no sanction for it.
    """
    if not decides(machine, case, given):
        return Trigger.VERDICT
    if given.verdict == Verdict.REJECTED:
        return Trigger.REJECTED
    if not stands(case, given):
        one_vehicle = all(
            before.vehicle_key in ("", given.vehicle_key)
            for before in case.verdicts
            if before.verdict == Verdict.CONFIRMED
        )
        return Trigger.ARTICLES_DIFFER if one_vehicle else Trigger.VEHICLES_DIFFER
    if any(other.confirmed for other in machine.twins(log, case)):
        return Trigger.DUPLICATE
    court = machine.proposed(log, case).kind is SanctionKind.COURT
    return Trigger.CONFIRMED_FOR_COURT if court else Trigger.CONFIRMED


def decides(machine: CaseMachine, case: Case, given: GivenVerdict) -> bool:
    """Return whether a case ends its review with this verdict: the only one, the second that agrees, or the third."""
    before = case.verdicts
    if len(before) + 1 < machine.rules.officers_needed(case.case_id):
        return False
    return len(before) != 1 or agree(before[0], given)


def stands(case: Case, given: GivenVerdict) -> bool:
    """Return whether a verdict that decides is more than its officer's own: one before agrees, or there is none before.

    A third confirmation that agrees with neither of the first two does not stand: one officer of three names that
    vehicle, or that article.
    """
    return not case.verdicts or any(agree(before, given) for before in case.verdicts)


def agree(one: GivenVerdict, other: GivenVerdict) -> bool:
    """Return whether two officers say the same: both reject, or both confirm against one vehicle for one article."""
    if one.verdict != other.verdict:
        return False
    if one.verdict == Verdict.REJECTED:
        return True
    return one.vehicle_key in ("", other.vehicle_key) and one.article in ("", other.article)
