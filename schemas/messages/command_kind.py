"""CommandKind: Which message a case command relays."""

from enum import StrEnum


class CommandKind(StrEnum):
    """Which message a case command relays."""

    VIOLATION = "VIOLATION"
    REVIEW = "REVIEW"
    PAYMENT = "PAYMENT"
    DEADLINE = "DEADLINE"
    MOVE = "MOVE"
