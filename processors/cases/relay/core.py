"""The relay's core: a message of violations, reviews or payments as a command of its vehicle's log. Pure."""

from typing import Final

from schemas.messages import CaseCommand, CommandKind, Payment, Review, ReviewSubject, Violation

NAME: Final = "cases-relay"
VERSION: Final = "cases-relay/1"
#: Topics that are relayed, without prefix.
SOURCES: Final = ("violations", "reviews", "payments")

Relayed = Violation | Review | Payment


def of_cases(message: Relayed) -> bool:
    """Return whether a message is of a case; a review may be of an incident, which is no vehicle's (decision 0266)."""
    return not isinstance(message, Review) or message.subject is ReviewSubject.CASE


def case_of(message: Relayed) -> str | None:
    """Return the case that a message names; None for a violation, which opens its own."""
    return None if isinstance(message, Violation) else message.case_id


def command_of(
    message: Relayed,
    payload: bytes,
    vehicle_key: str,
    topic: str,
    partition: int,
    offset: int,
    *,
    repeat_elsewhere: bool | None = None,
    owner_class: str | None = None,
) -> CaseCommand:
    """Return the command that relays a message.

    Args:
        message: the message.
        payload: the same as it came, in Confluent framing.
        vehicle_key: whose log it belongs to.
        topic: where it came from, without prefix.
        partition: its partition there.
        offset: its offset there.
        repeat_elsewhere: what came of looking the vehicle up under other quarters' keys; None: nothing was looked up.
        owner_class: class of the vehicle's owner by the city's tables; None: it is in none.
    """
    if isinstance(message, Violation):
        kind, identifier, at_us = CommandKind.VIOLATION, message.violation_id, message.occurred_at_us
    elif isinstance(message, Review):
        kind, identifier, at_us = CommandKind.REVIEW, message.review_id, message.decided_at_us
    else:
        kind, identifier, at_us = CommandKind.PAYMENT, message.payment_id, message.happened_at_us
    return CaseCommand(
        vehicle_key=vehicle_key,
        command_id=f"{kind.value.lower()}/{identifier}",
        kind=kind,
        case_id=case_of(message),
        payload=payload,
        source_topic=topic,
        source_partition=partition,
        source_offset=offset,
        ordinal=0,
        happened_at_us=at_us,
        repeat_elsewhere=repeat_elsewhere,
        owner_class=owner_class,
    )
