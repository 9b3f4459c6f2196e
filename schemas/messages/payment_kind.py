"""PaymentKind: What the treasury, a courier or a court reports."""

from enum import StrEnum


class PaymentKind(StrEnum):
    """What the treasury, a courier or a court reports."""

    DELIVERED = "DELIVERED"
    PAYMENT = "PAYMENT"
    APPEAL = "APPEAL"
    COURT_DECISION = "COURT_DECISION"
    REFUND = "REFUND"
