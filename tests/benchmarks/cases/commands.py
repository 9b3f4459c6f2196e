"""The load of the cases benchmarks: the five commands of a case that is paid with its discount, for many vehicles."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from processors.cases.deadline_command import DeadlineCommand
from processors.cases.opening import case_id_of
from processors.cases.relay.core import Relayed, command_of
from processors.cases.terms import DeadlineName
from schemas.codec import MessageCodec
from schemas.messages import (
    CaseCommand,
    CommandKind,
    Evidence,
    Exculpation,
    Payment,
    PaymentKind,
    Review,
    Verdict,
    Violation,
)
from tests.unit.processors.cases.desk import at, violation

#: Commands of one case, in their order.
COMMANDS: Final = 5
OFFENCE_US: Final = at("2024-05-06T10:00")
DAY_US: Final = 86_400_000_000


def vehicle(number: int) -> str:
    """Return a vehicle's key, in the form of an HMAC-SHA-256."""
    return f"{number:064x}"


def rounds(codec: MessageCodec, vehicles: int) -> Iterator[CaseCommand]:
    """Return the commands of every vehicle's case, one round of all vehicles after the other, as days bring them."""
    pattern = _pattern()
    for step in range(COMMANDS):
        for number in range(vehicles):
            yield _command(codec, pattern, step, number)


def _pattern() -> Violation:
    """Return a violation with as much about it as the violations stage says."""
    picture = Evidence("peak", "S-1-cam", 1, 7, 0, 7, OFFENCE_US, ["t1"], [1.0, 2.0, 3.0, 4.0])
    grounds = [
        Exculpation(f"ground-{n}", "unknown", "nothing looks for it yet: look at the pictures") for n in range(5)
    ]
    return replace(violation(), evidence=[picture] * 3, exculpations=grounds)


def _command(codec: MessageCodec, pattern: Violation, step: int, number: int) -> CaseCommand:
    key, name = vehicle(number), f"speeding-{number:020x}"
    case_id = case_id_of(name)
    message: Relayed
    if step == 0:
        message = replace(pattern, violation_id=name, vehicle_key=key)
        topic = "violations"
    elif step == 1:
        decided = OFFENCE_US + DAY_US
        message = Review(f"rev-{number}", case_id, Verdict.CONFIRMED, "", "", None, None, "officer-1", decided, decided)
        topic = "reviews"
    elif step == 2:
        payload = DeadlineCommand(DeadlineName.ISSUE, 2).to_bytes()
        return CaseCommand(
            key, f"deadline/{case_id}/ISSUE/2", CommandKind.DEADLINE, case_id, payload, "case-events", 0, number, 0,
            OFFENCE_US + DAY_US + 3_600_000_000,
        )  # fmt: skip
    else:
        kind, amount, days = (PaymentKind.DELIVERED, 0, 4) if step == 3 else (PaymentKind.PAYMENT, 18_460, 6)
        message = Payment(f"pay-{step}-{number}", case_id, kind, amount, "kaspi", None, OFFENCE_US + days * DAY_US)
        topic = "payments"
    return command_of(message, codec.encode(topic, message), key, topic, 0, number)
