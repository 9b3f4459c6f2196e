"""The cases stage: each vehicle's log of commands in, the steps of its cases out."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from processors.cases.case import Case
from processors.cases.clock import MOST_AHEAD_US, check_clock
from processors.cases.court import lower, refund_of
from processors.cases.deadline_command import DeadlineCommand
from processors.cases.impossible import ImpossibleError
from processors.cases.machine import CaseMachine, Place
from processors.cases.moves import FORMAT, READ, SOURCE, adopt, forwarded, moved
from processors.cases.not_opened import NotOpened
from processors.cases.office_rules import OfficeRules, office_rules
from processors.cases.opening import case_id_of, opened
from processors.cases.reports import OWING, money_trigger, report_trigger
from processors.cases.terms import DeadlineName, Terms
from processors.cases.transitions import State, TransitionTable, Trigger, transitions
from processors.cases.vehicle_log import VehicleLog
from processors.cases.verdicts import check_review, choose, given_by, vehicle_of, verdict_trigger, withdrawal_reason
from processors.stage_core import (
    BY_OFFSET,
    KeyBatch,
    KeyResult,
    Output,
    Record,
    Refusal,
    Registry,
    ServiceUnavailableError,
)
from processors.state_format import body_of
from schemas.law import Law, LawEndsError, OwnerClass
from schemas.messages import (
    CaseCommand,
    CaseEvent,
    CaseStep,
    CommandKind,
    Payment,
    PaymentKind,
    Review,
    ReviewSubject,
    Verdict,
    Violation,
)
from schemas.wire import HEADER, BadMessageError

DAY_US: Final = 86_400_000_000
OWNER_CLASSES: Final = frozenset(OwnerClass)
#: Topic of the message that each kind of command relays.
RELAYED: Final = {CommandKind.VIOLATION: "violations", CommandKind.REVIEW: "reviews", CommandKind.PAYMENT: "payments"}
#: What each deadline does.
DEADLINES: Final = {
    DeadlineName.LIABILITY: Trigger.LIABILITY_OVER,
    DeadlineName.ISSUE: Trigger.ISSUE,
    DeadlineName.EXECUTION: Trigger.EXECUTION_OVER,
    DeadlineName.APPEAL: Trigger.APPEAL_OVER,
    DeadlineName.PAYMENT: Trigger.PAYMENT_OVER,
}


class CasesCore:
    """Takes every vehicle's cases through their states.

    A command that came before changes nothing: a violation opens its case once, a review or a report is known by its id
    and content, a deadline by the step that it runs from, a move by its number. So it does not matter at which offset,
    or by which way, a command comes again.

    Args:
        decode: returns the message of a topic in framed bytes; raises BadMessageError.
        law: default: the one that ships with Vigil.
        rules: the office's; default: those that ship with Vigil.
        table: the transitions; default: those that ship with Vigil.
    """

    name = "cases"
    source = SOURCE
    version = "cases/2"

    def __init__(
        self,
        decode: Callable[[str, bytes], Any],
        law: Law | None = None,
        rules: OfficeRules | None = None,
        table: TransitionTable | None = None,
    ) -> None:
        self.rules = rules or office_rules()
        self.terms = Terms(law or Law.load(), self.rules.issue_after_s)
        self.machine = CaseMachine(table or transitions(), self.terms, self.rules)
        self._decode = decode

    def stamp(self, message: CaseCommand) -> tuple[int, int]:
        """Return BY_OFFSET: a log has one order, that of its offsets; what comes again is known by its id."""
        del message
        return BY_OFFSET

    def needs(self, message: CaseCommand) -> None:
        """Return None: a case needs no camera."""
        del message

    def initial(self, key: str) -> VehicleLog:
        """Return the log of a vehicle without cases."""
        del key
        return VehicleLog()

    def to_bytes(self, state: VehicleLog) -> bytes:
        """Serialise a state: a format byte and JSON."""
        return bytes([FORMAT]) + orjson.dumps(state.pack())

    def from_bytes(self, key: str, data: bytes) -> VehicleLog:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read.
        """
        version = data[0] if data and data[0] in READ else FORMAT
        return VehicleLog.unpack(orjson.loads(body_of(data, version, f"log of vehicle {key}")))

    async def advance(
        self, batch: Sequence[KeyBatch[CaseCommand, VehicleLog]], registry: Registry
    ) -> Sequence[KeyResult[VehicleLog]]:
        """Apply one batch; a command that cannot be is refused.

        Raises:
            ServiceUnavailableError: the law's data has no index for a day that has come; the stage waits.
        """
        del registry
        return [self._advance_key(work) for work in batch]

    def _advance_key(self, work: KeyBatch[CaseCommand, VehicleLog]) -> KeyResult[VehicleLog]:
        outputs: list[Output] = []
        refusals: list[Refusal] = []
        for number, record in enumerate(work.records):
            try:
                outputs += self.apply(work.key, work.state, record)
            except LawEndsError as error:
                if error.day > self.terms.day(record.created_at_ms * 1_000 + MOST_AHEAD_US):
                    refusals.append(Refusal(number, f"a day after that on which the command was written: {error}"))
                    continue
                # Nothing of it is refused or lost: the case goes on as soon as the law's data has the day.
                raise ServiceUnavailableError(f"the law's data ends: {error}; then restart this stage") from error
            except (ImpossibleError, BadMessageError) as error:
                refusals.append(Refusal(number, str(error)))
        return KeyResult(work.state, outputs, refusals)

    def apply(self, key: str, log: VehicleLog, record: Record[CaseCommand]) -> list[Output]:
        """Apply one command to a vehicle's log, in place; return the steps and forwarded commands that it makes.

        Raises:
            ImpossibleError, BadMessageError: it cannot be; the log is as before, but for remembering that it came.
        """
        command = record.message
        if command.vehicle_key != key:
            raise ImpossibleError(f"command of vehicle {command.vehicle_key} under the key {key}; mend its producer")
        place = Place(record.partition, record.offset)
        if command.kind is CommandKind.VIOLATION:
            self._forget(log, min(command.happened_at_us, record.created_at_ms * 1_000))
            return self._told(self._open(key, log, command, place))
        if command.kind is CommandKind.MOVE:
            adopt(log, command)
            return []
        if command.case_id is None:
            raise ImpossibleError(f"{command.kind} command without a case; mend its producer")
        case = log.cases.get(command.case_id)
        if case is None:
            return forwarded(log, command, place)
        if command.kind is CommandKind.DEADLINE:
            return self._told(self._deadline(key, log, case, command, place))
        if not self._news(case, command):
            return []
        message = self._decode(RELAYED[command.kind], command.payload)
        _check_case(message, case, command)
        check_clock(message, record.created_at_ms * 1_000)
        if isinstance(message, Review) and message.withdraws:
            reason, at_us = withdrawal_reason(self.machine, case, message), message.decided_at_us
            events = self.machine.take(log, key, case, Trigger.WITHDRAWN, at_us, place, given=reason)
            return self._told(events + self._owed_back(key, log, case, at_us, place))
        if isinstance(message, Review):
            vehicle = vehicle_of(case, key, message)
            check_review(self.machine, case, vehicle, message)
            if vehicle != key and message.verdict is Verdict.CONFIRMED:
                return moved(log, case, vehicle, command, place)
            return self._told(self._review(key, log, case, command, message, place))
        return self._told(self._report(key, log, case, message, place))

    # One kind of command each

    def _open(self, key: str, log: VehicleLog, command: CaseCommand, place: Place) -> list[CaseEvent]:
        violation: Violation = self._decode("violations", command.payload)
        case = opened(self.machine, log, violation)
        if case is None:
            return []
        if isinstance(case, NotOpened):
            return [case.event(violation, key, command.happened_at_us, place.partition, place.offset)]
        case.repeat_elsewhere = bool(command.repeat_elsewhere)
        # one that the law does not know is none, as in the relay's own reading of the city's tables
        case.owner_class = command.owner_class if command.owner_class in OWNER_CLASSES else ""
        case.proposed_key = key
        proposed = self.machine.proposed(log, case)
        case.tariff_version = proposed.tariff_version
        event = self.machine.event(case, key, CaseStep.DETECTED, proposed.amount_kzt, command.happened_at_us, "", place)
        log.cases[case.case_id] = case
        return [event]

    def _review(
        self, key: str, log: VehicleLog, case: Case, command: CaseCommand, review: Review, place: Place
    ) -> list[CaseEvent]:
        before = case.repeat_elsewhere, case.article
        if command.repeat_elsewhere is not None:  # the relay has looked again
            case.repeat_elsewhere = command.repeat_elsewhere
        given = given_by(case, key, review)
        choose(self.machine, case, given)
        try:
            trigger = verdict_trigger(self.machine, log, case, given)
            events = self.machine.take(log, key, case, trigger, review.decided_at_us, place, given=review.reason_code)
        except ImpossibleError:
            case.repeat_elsewhere, case.article = before
            raise
        case.verdicts.append(given)
        return events

    def _report(self, key: str, log: VehicleLog, case: Case, report: Payment, place: Place) -> list[CaseEvent]:
        trigger = report_trigger(self.machine, case, report)
        self.machine.way(case, trigger)
        if report.kind is PaymentKind.PAYMENT:
            case.money.append((report.happened_at_us, report.amount_kzt))
        elif report.kind is PaymentKind.REFUND:
            case.given_back_kzt += report.amount_kzt
        if trigger is Trigger.FINE_LOWERED:
            lower(self.machine, case, report.amount_kzt)
        at_us = report.happened_at_us
        events = self.machine.take(
            log, key, case, trigger, at_us, place, given=report.reference, reported_kzt=report.amount_kzt
        )
        if trigger is Trigger.FINE_LOWERED and case.state is State.APPEALED:
            events += self.machine.take(log, key, case, Trigger.LOWERED_FINE_IN_FORCE, at_us, place)
        events += self._settled(key, log, case, place)
        return events + self._owed_back(key, log, case, max(at_us, case.in_force_us), place)

    def _settled(self, key: str, log: VehicleLog, case: Case, place: Place) -> list[CaseEvent]:
        """Look at money that waited, now that the case has gone on."""
        if not case.money or case.state not in OWING:
            return []
        trigger = money_trigger(self.machine, case, case.money)
        if trigger is Trigger.MONEY:
            return []
        return self.machine.take(log, key, case, trigger, max(at_us for at_us, _ in case.money), place)

    def _owed_back(self, key: str, log: VehicleLog, case: Case, at_us: int, place: Place) -> list[CaseEvent]:
        """Tell what is to be given back, where a court's decision or money after it left something."""
        owed_kzt = refund_of(case)
        if owed_kzt == 0:
            return []
        case.owed_back_kzt = owed_kzt
        return self.machine.take(log, key, case, Trigger.REFUND_DUE, at_us, place)

    def _deadline(self, key: str, log: VehicleLog, case: Case, command: CaseCommand, place: Place) -> list[CaseEvent]:
        try:
            deadline = DeadlineCommand.from_bytes(command.payload)
        except (ValueError, TypeError) as error:
            raise ImpossibleError(f"case {case.case_id}: {error}") from error
        if deadline.revision != case.revision:
            return []  # the case has gone on, or this deadline was applied
        trigger, at_us = DEADLINES[deadline.name], command.happened_at_us
        due_us = self.terms.due_us(deadline.name, case.last_us, case.offence_at_us)
        if at_us < due_us:
            raise ImpossibleError(
                f"case {case.case_id}: {deadline.name} at {at_us} us, but it is due at {due_us} us; look at the"
                " scheduler's clock"
            )
        if trigger is Trigger.ISSUE and self.terms.day(at_us) > self.terms.liability_ends(case.offence_at_us):
            trigger = Trigger.LIABILITY_OVER
        elif trigger is Trigger.APPEAL_OVER and case.warning:
            trigger = Trigger.APPEAL_OVER_OF_WARNING
        if trigger is not Trigger.ISSUE:
            at_us = due_us  # the law's instant, whenever the scheduler came to it
        if deadline.name is DeadlineName.ISSUE and trigger is Trigger.LIABILITY_OVER:
            at_us = self.terms.due_us(DeadlineName.LIABILITY, case.last_us, case.offence_at_us)
        return self.machine.take(log, key, case, trigger, at_us, place)

    # What was seen before

    def _news(self, case: Case, command: CaseCommand) -> bool:
        """Return whether a command did not come before, and remember it.

        Raises:
            ImpossibleError: its id came with another content, or the case has seen too many.
        """
        digest = hashlib.sha256(command.payload[HEADER.size :]).hexdigest()[:16]
        known = case.seen.get(command.command_id)
        if known == digest:
            return False
        if known is not None:
            raise ImpossibleError(
                f"case {case.case_id}: {command.command_id} came before with another content; the first one stands."
                " Expected an id of its own for each report"
            )
        if len(case.seen) >= self.rules.most_commands:
            raise ImpossibleError(
                f"case {case.case_id} has seen {len(case.seen)} commands, the most that it may; look at it by hand"
            )
        case.seen[command.command_id] = digest
        return True

    def _forget(self, log: VehicleLog, now_us: int) -> None:
        """Drop cases that are closed for so long that nothing of them can come again."""
        before_us = now_us - self.rules.forget_days * DAY_US
        closed = self.machine.table.closed | {State.ENFORCED}
        gone = [case_id for case_id, case in log.cases.items() if case.last_us < before_us and case.state in closed]
        for case_id in gone:
            del log.cases[case_id]
        for case_id in [case_id for case_id, at_us in log.twins.items() if at_us < before_us]:
            del log.twins[case_id]

    @staticmethod
    def _told(events: Sequence[CaseEvent]) -> list[Output]:
        return [Output("case-events", event.case_id, event, same_partition=False) for event in events]


def _check_case(message: Review | Payment, case: Case, command: CaseCommand) -> None:
    """Refuse a message that is not of the case that its command names.

    Raises:
        ImpossibleError: it is another case's, or an incident's: the relay passes none of those on, and whoever else
            writes commands must not fine by one.
    """
    if message.case_id != case.case_id:
        raise ImpossibleError(f"{command.kind} of case {message.case_id} in a command for {case.case_id}")
    if isinstance(message, Review) and message.subject is not ReviewSubject.CASE:
        raise ImpossibleError(f"case {case.case_id}: the review {message.review_id} is of an incident, not of a case")


__all__ = ["SOURCE", "CasesCore", "case_id_of"]
