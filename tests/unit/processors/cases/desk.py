"""A desk: one core with its logs, and the messages that a case can meet, in the days of Almaty."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from processors.cases.case import Case
from processors.cases.core import CasesCore
from processors.cases.deadline_command import DeadlineCommand
from processors.cases.deadlines.core import command_of as deadline_command
from processors.cases.deadlines.core import deadline_of
from processors.cases.impossible import ImpossibleError
from processors.cases.office_rules import OfficeRules, office_rules
from processors.cases.opening import case_id_of
from processors.cases.relay.core import Relayed, command_of
from processors.cases.terms import DeadlineName
from processors.cases.transitions import TransitionTable
from processors.cases.vehicle_log import VehicleLog
from processors.stage_core import Record
from schemas.avro import schema_text
from schemas.codec import MessageCodec
from schemas.law import Law
from schemas.messages import (
    Article,
    CaseCommand,
    CaseEvent,
    CaseStep,
    CommandKind,
    Exculpation,
    Owner,
    Payment,
    PaymentKind,
    Review,
    Verdict,
    Violation,
)
from schemas.registry import FixedSchemaIds

ALMATY: Final = ZoneInfo("Asia/Almaty")
LAW: Final = Law.load()
CAR: Final = "a1" * 32
OTHER_CAR: Final = "b2" * 32
_KINDS: Final = {Violation: "violations", Review: "reviews", Payment: "payments"}


def at(text: str) -> int:
    """Return a local time of Almaty, such as 2024-05-06T10:00, as microseconds since the Unix epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ALMATY).timestamp()) * 1_000_000


@cache
def codec() -> MessageCodec:
    """Return the one codec of the topics that cases read and write."""
    ids = FixedSchemaIds()
    for topic in (*_KINDS.values(), "case-commands", "case-events", "dead-letters"):
        ids.add(schema_text(topic))
    return MessageCodec(ids)


def violation(
    name: str = "v1",
    when: str = "2024-05-06T10:00",
    article: str | None = "KoAP 592.2",
    *,
    vehicle: str = CAR,
    kind: str = "speeding",
    site: str = "S-1",
    exculpations: Sequence[Exculpation] = (),
    besides: Sequence[str] = (),
    lasted_s: float = 0.5,
) -> Violation:
    """Return a proposed violation; `besides`: further articles that may apply; `lasted_s`: from its begin to `when`."""
    happened = at(when)
    return Violation(
        violation_id=name,
        kind=kind,
        camera_id=f"{site}-cam",
        site_id=site,
        district="Bostandyk",
        owner=Owner.PUBLIC,
        epoch_us=happened - 1_000_000,
        zone_id="lane-1",
        track_id="t1",
        vehicle_class=2,
        occurred_at_us=happened,
        started_at_us=happened - int(lasted_s * 1e6),
        measured=88.0,
        measured_error=0.6,
        limit=60.0,
        unit="km/h",
        confidence_factor=2.0,
        measures={},
        articles=[] if article is None else [Article(code, "as measured") for code in (article, *besides)],
        exculpations=list(exculpations),
        vehicle_key=vehicle,
        key_period="2024" if vehicle == CAR else None,
        plate_encrypted=None,
        summary="88 km/h where 60 is allowed",
        evidence=[],
        registry_version=1,
        calibration_version=1,
        model_version="m1",
        rule_version="speeding/1",
        frames_created_at_ms=happened // 1_000,
        tracks_partition=0,
        tracks_offset=1,
    )


class Desk:
    """Drives a core as the stage does, one command at a time.

    Args:
        law: default: the one that ships.
        rules: default: one officer a case; otherwise those that ship.
        table: default: the one that ships.
    """

    def __init__(
        self, law: Law | None = None, rules: OfficeRules | None = None, table: TransitionTable | None = None
    ) -> None:
        self.codec = codec()
        self.core = CasesCore(self.codec.decode, law or LAW, rules or one_officer(), table)
        self.logs: dict[str, VehicleLog] = {}
        self.events: list[CaseEvent] = []
        self.unopened: list[CaseEvent] = []
        self.refused: list[str] = []
        self.vehicle_of: dict[str, str] = {}
        self._offset = 0
        self._ids = 0

    # What comes

    def violate(
        self, name: str = "v1", when: str = "2024-05-06T10:00", *, owner_class: str | None = None, **changes: Any
    ) -> str:
        """Let a violation come, of a vehicle of this class; return the id of its case."""
        message = violation(name, when, **changes)
        self.relay(message, message.vehicle_key, owner_class)
        return case_id_of(name)

    def review(
        self,
        case_id: str,
        verdict: str = "CONFIRMED",
        when: str = "2024-05-07T09:00",
        officer: str = "officer-1",
        reason: str = "",
        corrected: str | None = None,
        *,
        withdraws: bool = False,
        article: str | None = None,
    ) -> None:
        """Let an officer decide, or take a confirmation back."""
        decided = at(when)
        self._ids += 1
        review = Review(
            f"rev-{self._ids}", case_id, Verdict(verdict), reason, "", corrected, None, officer, decided, decided,
            withdraws=withdraws, article=article,
        )  # fmt: skip
        self.relay(review, self.vehicle_of.get(case_id, CAR))

    def report(
        self,
        case_id: str,
        kind: str,
        when: str,
        amount_kzt: int = 0,
        reference: str = "",
        outcome: str | None = None,
        name: str = "",
    ) -> None:
        """Let a courier, the treasury or a court report."""
        self._ids += 1
        payment = Payment(
            name or f"pay-{self._ids}", case_id, PaymentKind(kind), amount_kzt, reference, outcome, at(when)
        )
        self.relay(payment, self.vehicle_of.get(case_id, CAR))

    def deadline(self, case_id: str, name: str | None = None, when: str | None = None, back: int = 0) -> None:
        """Let the deadline of a case's last step pass; or another one, at another time, or of `back` steps before.

        Raises:
            AssertionError: nothing runs from the last step.
        """
        last = next(event for event in reversed(self.events) if event.case_id == case_id)
        found = deadline_of(last, self.core.terms)
        if name is None:
            assert found is not None, f"no deadline runs from {last.step}"
            command = deadline_command(found, found.due_us if when is None else at(when))
        else:
            assert when is not None
            payload = DeadlineCommand(DeadlineName(name), max(last.revision - back, 0)).to_bytes()
            command = CaseCommand(
                self.vehicle_of[case_id], f"deadline/{case_id}/{name}/{last.revision}", CommandKind.DEADLINE, case_id,
                payload, "case-events", 0, 0, 0, at(when),
            )  # fmt: skip
        self.send(command)

    # What is done with it

    def relay(self, message: Relayed, vehicle: str, owner_class: str | None = None) -> None:
        """Send a message as the relay does."""
        topic = _KINDS[type(message)]
        data = self.codec.encode(topic, message)
        self.send(command_of(message, data, vehicle, topic, 0, self._offset, owner_class=owner_class))

    def send(self, command: CaseCommand) -> None:
        """Apply a command, and every command that the core forwards."""
        waiting = [command]
        while waiting:
            one = waiting.pop(0)
            log = self.logs.setdefault(one.vehicle_key, VehicleLog())
            try:
                outputs = self.core.apply(
                    one.vehicle_key, log, Record(one, 0, self._offset, one.happened_at_us // 1_000)
                )
            except ImpossibleError as error:
                self.refused.append(str(error))
                outputs = []
            self._offset += 1
            for output in outputs:
                if isinstance(output.message, CaseEvent) and output.message.step is CaseStep.NOT_OPENED:
                    self.unopened.append(output.message)
                elif isinstance(output.message, CaseEvent):
                    self.events.append(output.message)
                    self.vehicle_of[output.message.case_id] = output.message.vehicle_key
                else:
                    waiting.append(output.message)
            # as after a restart: what is not in the bytes is lost
            data = self.core.to_bytes(log)
            self.logs[one.vehicle_key] = self.core.from_bytes(one.vehicle_key, data)
            assert self.core.to_bytes(self.logs[one.vehicle_key]) == data

    # What came of it

    def case(self, case_id: str) -> Case:
        """Return a case, where it went from the vehicle that case-events last told of too."""
        log = self.logs[self.vehicle_of[case_id]]
        while case_id in log.moved:
            log = self.logs[log.moved[case_id][0]]
        return log.cases[case_id]

    def told(self, case_id: str) -> list[tuple[str, int]]:
        """Return (step, tenge) of each event of a case."""
        return [(event.step.value, event.amount_kzt) for event in self.events if event.case_id == case_id]

    def steps(self, case_id: str) -> list[str]:
        """Return the steps of a case."""
        return [step for step, _ in self.told(case_id)]

    # Ways into a state

    def issued(self, name: str = "v1", when: str = "2024-05-06T10:00", **changes: Any) -> str:
        """Bring a case to ISSUED on 7 May 2024."""
        case_id = self.violate(name, when, **changes)
        self.review(case_id)
        self.deadline(case_id)
        return case_id

    def delivered(self, name: str = "v1") -> str:
        """Bring a case to DELIVERED on Monday, 13 May 2024."""
        case_id = self.issued(name)
        self.report(case_id, "DELIVERED", "2024-05-13T12:00", reference="egov_cabinet")
        return case_id


def one_officer() -> OfficeRules:
    """Return the rules with one officer a case."""
    return with_share(0.0)


def with_share(ratio: float) -> OfficeRules:
    """Return the rules with another share of cases for two officers."""
    return replace(office_rules(), second_share_ratio=ratio)
