"""The state machine of a case: what a trigger does to it, and the step that is told. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from processors.cases.case import Case
from processors.cases.impossible import ImpossibleError
from processors.cases.office_rules import OfficeRules
from processors.cases.one_offence import twins
from processors.cases.terms import Terms
from processors.cases.transitions import State, Transition, TransitionTable, Trigger
from processors.cases.vehicle_log import VehicleLog
from schemas.law import LawEndsError, OwnerClass, Sanction, SanctionKind, Tier
from schemas.messages import CaseEvent, CaseStep

#: Reasons of the ISSUED step; the test city's history has the same words.
TIER_REASONS: Final = {
    Tier.FIRST: "first offence",
    Tier.REPEAT: "repeat within a year of an executed penalty, art. 61",
}
#: Before the code of a rejection by which a confirmation is taken back.
WITHDRAWN: Final = "withdrawn: "


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command lies in case-commands.

    Attributes:
        partition: its partition.
        offset: its offset.
    """

    partition: int
    offset: int


class CaseMachine:
    """Takes cases from state to state.

    Args:
        table: the transitions.
        terms: the law.
        rules: the office's own rules.
    """

    def __init__(self, table: TransitionTable, terms: Terms, rules: OfficeRules) -> None:
        self.table = table
        self.terms = terms
        self.rules = rules

    def way(self, case: Case, trigger: Trigger) -> Transition:
        """Return the transition of a trigger.

        Raises:
            ImpossibleError: there is none.
        """
        way = self.table.get(case.state, trigger)
        if way is None:
            raise ImpossibleError(
                f"case {case.case_id} is {case.state}: {trigger} cannot follow; see processors/cases/transitions.toml"
                " for what can, and look at the case by hand"
            )
        return way

    def take(
        self,
        log: VehicleLog,
        vehicle_key: str,
        case: Case,
        trigger: Trigger,
        at_us: int,
        place: Place,
        *,
        given: str = "",
        reported_kzt: int = 0,
    ) -> list[CaseEvent]:
        """Apply one trigger in place; return the steps that it makes.

        Args:
            log: the vehicle's cases.
            vehicle_key: the vehicle.
            case: one of them.
            trigger: what happens.
            at_us: when, microseconds since the Unix epoch.
            place: of the command.
            given: the reason that an officer, courier or court gave.
            reported_kzt: the report's own amount, for steps that are about it, tenge.

        Raises:
            ImpossibleError: it cannot happen, and nothing was changed.
        """
        way = self.way(case, trigger)
        reason = {"given": given, "tier": ""}.get(way.reason, way.reason)
        if trigger is Trigger.ISSUE:
            tier = self.tier(log, case)
            self._impose(case, self.sanction(case, self.terms.day(at_us), tier))
            reason = TIER_REASONS[tier]
        amount = reported_kzt if way.amount == "reported" else self._amount(case, way)
        if amount is None:
            proposed = self.proposed(log, case)
            amount, case.tariff_version = proposed.amount_kzt, proposed.tariff_version
        case.state = way.to
        if case.state is State.REJECTED:
            case.rejected_for = reason.removeprefix(WITHDRAWN)
        if way.step is None:
            return []
        self._remember(case, way.step, at_us)
        return [self.event(case, vehicle_key, way.step, amount, at_us, reason, place)]

    def event(
        self, case: Case, vehicle_key: str, step: CaseStep, amount_kzt: int, at_us: int, reason: str, place: Place
    ) -> CaseEvent:
        """Return the next step of a case as a message."""
        case.revision += 1
        if step is not CaseStep.REFUND_PART:
            # a part may be reported after a later one: each is held against the day since which it is due
            case.last_us = at_us
        return CaseEvent(
            case_id=case.case_id,
            revision=case.revision,
            step=step,
            vehicle_key=vehicle_key,
            violation_id=case.violation_id,
            kind=case.kind,
            camera_id=case.camera_id,
            site_id=case.site_id,
            district=case.district,
            owner=case.owner,
            article=case.article,
            tariff_version=case.tariff_version,
            amount_kzt=amount_kzt,
            offence_at_us=case.offence_at_us,
            happened_at_us=at_us,
            reason=reason,
            commands_partition=place.partition,
            commands_offset=place.offset,
            owner_class=case.owner_class or None,
        )

    def sanction(self, case: Case, initiated_on: date, tier: Tier) -> Sanction:
        """Return what the law has for a case whose prescription is sent on a day.

        Raises:
            ImpossibleError: it has nothing for these days.
            LawEndsError: it has nothing for them yet.
        """
        try:
            owner = OwnerClass(case.owner_class) if case.owner_class else OwnerClass.INDIVIDUAL
            return self.terms.sanction(case.article, initiated_on, self.terms.day(case.offence_at_us), tier, owner)
        except LawEndsError:
            raise
        except (LookupError, ValueError) as error:
            raise ImpossibleError(f"case {case.case_id}: {error}") from error

    def proposed(self, log: VehicleLog, case: Case) -> Sanction:
        """Return what the law has by the index of the offence's day: what a case is about before it is sent.

        Raises:
            ImpossibleError: it has nothing for that day.
        """
        return self.sanction(case, self.terms.day(case.offence_at_us), self.tier(log, case))

    def tier(self, log: VehicleLog, case: Case) -> Tier:
        """Return the tier: repeat within a year of an executed penalty for an article that counts (KoAP 61).

        The log holds one quarter's cases; the relay says what those under other keys come to.
        """
        if case.repeat_elsewhere:
            return Tier.REPEAT
        executed_cases = [other for other in log.cases.values() if other.executed_us and other is not case]
        if not executed_cases:  # most often
            return Tier.FIRST
        counts = self.terms.law.repeat_codes(case.article)
        executed = [self.terms.day(other.executed_us) for other in executed_cases if other.article in counts]
        if not executed:
            return Tier.FIRST
        return self.terms.law.repeat_tier(case.article, self.terms.day(case.offence_at_us), executed)

    def twins(self, log: VehicleLog, case: Case) -> Sequence[Case]:
        """Return a vehicle's other cases for the same offence, whichever rules found it."""
        return twins(log, case, self.rules)

    @staticmethod
    def _amount(case: Case, way: Transition) -> int | None:
        """Return the money of a step, tenge; None: what is proposed, which the law must be asked for."""
        known = {
            "none": 0,
            "imposed": case.imposed_kzt,
            "received": case.received_kzt,
            "owed_back": case.owed_back_kzt,
            "given_back": case.given_back_kzt,
        }
        return known.get(way.amount)

    def _impose(self, case: Case, sanction: Sanction) -> None:
        if sanction.kind is SanctionKind.COURT:
            raise ImpossibleError(
                f"case {case.case_id}: {case.article} is a court's alone since it was confirmed; propose it there"
            )
        case.tariff_version = sanction.tariff_version
        case.imposed_kzt = sanction.amount_kzt
        case.discount_kzt = sanction.discount_kzt if sanction.discountable else 0
        case.warning = sanction.kind is SanctionKind.WARNING

    def _remember(self, case: Case, step: CaseStep, at_us: int) -> None:
        if step is CaseStep.ISSUED:
            case.issued_us = at_us
        elif step is CaseStep.DELIVERED:
            case.delivered_us = at_us
        elif step is CaseStep.IN_FORCE:
            case.in_force_us = at_us
        if step in (CaseStep.DISCOUNTED, CaseStep.PAID) or case.state is State.WARNED:
            case.executed_us = at_us
        elif step is CaseStep.CANCELLED:
            case.executed_us = 0  # no penalty is left that a repeat could follow
