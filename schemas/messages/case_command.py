"""CaseCommand: One message of a vehicle's log: a violation, a review, a payment, a deadline or a move, in one order."""

from dataclasses import dataclass

from schemas.messages.command_kind import CommandKind


@dataclass(frozen=True, slots=True)
class CaseCommand:
    """One message of a vehicle's log: a violation, a review, a payment, a deadline or a move, in one order.

    Attributes:
        vehicle_key: HMAC of the plate, or the track where it is unread.
        command_id: Identifier, derived from the relayed message.
        kind: What is relayed.
        case_id: The case; null for a violation that opens one.
        payload: The relayed message in Confluent framing.
        source_topic: Topic it came from, without prefix.
        source_partition: Its partition there.
        source_offset: Its offset there.
        ordinal: Number among the commands of one source message.
        happened_at_us: Event time, microseconds since the Unix epoch.
        repeat_elsewhere: Whether a penalty under another quarter's key makes this case's a repeat; null: not looked up.
        owner_class: Class of the vehicle's owner by the city's tables when the violation was relayed; null: it is in
            none.
    """

    vehicle_key: str
    command_id: str
    kind: CommandKind
    case_id: str | None
    payload: bytes
    source_topic: str
    source_partition: int
    source_offset: int
    ordinal: int
    happened_at_us: int
    repeat_elsewhere: bool | None = None
    owner_class: str | None = None
